"""What the stack is told from outside, read once from ``XORB_*``: home, ports, what runs elsewhere."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError

LONGEST_SOCKET_PATH = 100
"""Bytes. A socket's path may have 107 on Linux (unix(7)) and 103 on macOS."""

_LONGEST_SOCKET_NAME = "orchestrator.metrics.sock"

DEFAULT_PORTS: Mapping[str, int] = {
    "XORB_GATEWAY_PORT": 8000,
    "XORB_GATEWAY_TLS_PORT": 8443,
    "XORB_ENVOY_ADMIN_PORT": 9901,
    "XORB_POSTGRES_PORT": 5432,
    "XORB_VAULT_PORT": 8200,
    "XORB_VAULT_CLUSTER_PORT": 8201,
    "XORB_TEMPORAL_PORT": 7233,
    "XORB_METRICS_PORT": 9092,
    "XORB_DEMO_HTTP_PORT": 8081,
    "XORB_DEMO_HTTPS_PORT": 8444,
    "XORB_DEMO_BANNER_PORT": 2121,
}
"""Every port the stack may take, by the setting that moves it."""

EXTERNAL_SETTINGS: Mapping[str, str] = {
    "postgres": "XORB_POSTGRES_DSN",
    "valkey": "XORB_REDIS_URL",
    "openbao": "XORB_VAULT_ADDRESS",
    "temporal": "XORB_TEMPORAL_ADDRESS",
}
"""Component by component, the setting that points it elsewhere: it is then not started."""


@dataclass(frozen=True)
class Port:
    """A TCP port on 127.0.0.1 and the name of the setting that moves it."""

    setting: str
    number: int


@dataclass(frozen=True)
class StackSettings:
    """All the stack is told from outside.

    ``home`` holds all state, ``run`` its sockets (see :func:`run_directory`), ``root`` is the project;
    ``ports`` maps setting to number; ``environment`` is what the stack itself was started with.
    """

    home: Path
    run: Path
    root: Path
    ports: Mapping[str, int]
    environment: Mapping[str, str]

    @property
    def secrets(self) -> Path:
        """The folder of everything secret, mode 0700, its files 0600."""
        return self.home / "secrets"

    @property
    def logs(self) -> Path:
        """The folder of one log per component."""
        return self.home / "logs"

    def port(self, setting: str) -> Port:
        """The port that ``setting`` names."""
        return Port(setting, self.ports[setting])

    def external(self, component: str) -> str | None:
        """The address of ``component`` if it was pointed elsewhere, else None."""
        setting = EXTERNAL_SETTINGS.get(component)
        return self.environment.get(setting) or None if setting else None


def project_root() -> Path:
    """The folder this package lies in: the project's root."""
    return Path(__file__).resolve().parent.parent


def run_directory(home: Path) -> Path:
    """The folder of ``home``'s sockets: ``home/run``, or if that is too long, one named by a hash."""
    candidate = home / "run"
    if len(os.fsencode(candidate / "postgres" / _LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return candidate
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"xorb-{os.getuid()}-{digest}"


def load(environment: Mapping[str, str], root: Path | None = None) -> StackSettings:
    """Read the settings from ``environment``.

    Raises:
        StackError: a port is not a number from 1 to 65535; the message names the setting.
    """
    root = root or project_root()
    home = Path(environment.get("XORB_HOME") or root / ".xorb").expanduser().absolute()
    ports = {setting: _port(environment, setting, default) for setting, default in DEFAULT_PORTS.items()}
    return StackSettings(home, run_directory(home), root, ports, dict(environment))


def _port(environment: Mapping[str, str], setting: str, default: int) -> int:
    text = environment.get(setting) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:  # noqa: PLR2004
        raise StackError(f"{setting} must be a port from 1 to 65535, but is {text!r}")
    return int(text)
