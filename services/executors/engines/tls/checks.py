"""The weaknesses of a TLS server, as `checks.toml` declares them."""

from pathlib import Path

from services.executors.catalogue import checks

CHECKS = checks("tls", Path(__file__).with_name("checks.toml"))
"""Each by the name of its table."""
