"""The weaknesses of a domain, as `checks.toml` declares them."""

from pathlib import Path

from services.executors.catalogue import checks

CHECKS = checks("dns", Path(__file__).with_name("checks.toml"))
"""Each by the name of its table."""
