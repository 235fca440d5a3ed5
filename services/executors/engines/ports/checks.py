"""The weaknesses a port scan can see, as `checks.toml` declares them."""

from pathlib import Path

from services.executors.catalogue import checks

CHECKS = checks("ports", Path(__file__).with_name("checks.toml"))
"""Each by the name of its table."""
