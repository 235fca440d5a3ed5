"""Real components for tests: a private home, free ports, everything gone afterwards.

    async with embedded("postgres", "valkey") as environment:
        engine = create_async_engine(environment["XORB_POSTGRES_DSN"])

``embedded(*EVERYTHING)`` is the whole platform, its edge at ``XORB_GATEWAY_PORT``. In pytest use the session's
fixtures (``tests/conftest.py``): ``stack_environment`` boots the state components once, ``platform_environment``
everything. Keep tests apart by organization, not by cleaning up.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from stack.catalogue import BUILDERS
from stack.components import openbao, postgres, temporal, valkey
from stack.ports import free_ports
from stack.settings import DEFAULT_PORTS, StackSettings, load
from stack.stack import Stack

STATE_COMPONENTS = ("postgres", "valkey", "openbao", "temporal")
"""What the services keep their state in."""
# The edge may lose a fetch of keys, which takes its time limit of three seconds, and still has them in time.
_FASTER = {"XORB_RATE_LIMITS": "off", "XORB_JWKS_SECONDS": "1", "XORB_KEY_LEAD_SECONDS": "8"}
EVERYTHING = tuple(BUILDERS)
"""The whole platform behind its edge."""

_LOCAL = {
    "XORB_ALLOW_LOOPBACK_PROVIDERS": "true",
    "XORB_ALLOW_LOOPBACK_ENDPOINTS": "true",
    "XORB_NOTIFICATION_RETRY_SECONDS": "0.05",
}


@contextlib.asynccontextmanager
async def embedded(*names: str, settings: Mapping[str, str] | None = None) -> AsyncIterator[dict[str, str]]:
    """Boot the components ``names`` (all state components, if none is given), yield how to reach them.

    Args:
        names: as in ``stack.catalogue.BUILDERS``.
        settings: more ``XORB_*`` settings, which win over free ports and the private home. Nothing is rate limited
            unless ``XORB_RATE_LIMITS`` is ``on`` here.

    Yields:
        ``XORB_*`` settings as :func:`describe` gives them.
    """
    home = Path(tempfile.mkdtemp(prefix="xorb-"))
    chosen = {name: str(number) for name, number in zip(DEFAULT_PORTS, free_ports(len(DEFAULT_PORTS)), strict=True)}
    loaded = load({"XORB_HOME": str(home), **_FASTER, **_LOCAL, **_inherited(), **chosen, **(settings or {})})
    try:
        async with Stack(loaded, names or STATE_COMPONENTS):
            yield describe(loaded)
    finally:
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(loaded.run, ignore_errors=True)


def describe(settings: StackSettings) -> dict[str, str]:
    """The settings of a process that uses the stack of ``settings``, secrets in the clear: for tests only.

    ``XORB_POSTGRES_DSN`` is of the services' role; ``XORB_POSTGRES_OWNER_DSN`` (migrations) and
    ``XORB_POSTGRES_RELAY_DSN`` are of the others. ``XORB_VAULT_TOKEN`` is the security process's.
    """
    token = openbao.token_path(settings, "security")
    return {
        "XORB_HOME": str(settings.home),
        "XORB_RUN_DIRECTORY": str(settings.run),
        **{setting: str(number) for setting, number in settings.ports.items()},
        "XORB_POSTGRES_DSN": postgres.dsn(settings, "xorb_app"),
        "XORB_POSTGRES_OWNER_DSN": postgres.dsn(settings, "xorb_owner"),
        "XORB_POSTGRES_RELAY_DSN": postgres.dsn(settings, "xorb_relay"),
        "XORB_REDIS_URL": valkey.url(settings),
        "XORB_VAULT_ADDRESS": openbao.address(settings),
        "XORB_VAULT_TOKEN": token.read_text(encoding="utf-8") if token.exists() else "",
        "XORB_TEMPORAL_ADDRESS": temporal.address(settings),
        "XORB_ALLOW_LOOPBACK_TARGETS": "true",
    }


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("XORB_")}
