"""Certificates and keys on disk: each set in a folder of its own, and a link to the one in force."""

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from stack.mesh.tls import AUTHORITY_FILE, CERTIFICATE_FILE, CURRENT, KEY_FILE
from stack.secret_files import write_secret

STATE_FILE = "certificates.json"
"""When each certificate ends, in seconds since the epoch, by identity: for whoever watches over them."""


@dataclass(frozen=True)
class Issued:
    """A certificate as it was issued: the ``chain`` up to the root and the root itself in PEM, and its key."""

    chain: str
    authority: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Validity:
    """From when to when a certificate is valid, in seconds since the epoch."""

    begins: float
    ends: float

    def renew_at(self) -> float:
        """When two thirds of it are over."""
        return self.begins + (self.ends - self.begins) * 2 / 3

    def alarm_at(self) -> float:
        """When so little is left that somebody should be told: a sixth."""
        return self.begins + (self.ends - self.begins) * 5 / 6


def install(folder: Path, issued: Issued) -> Validity:
    """Put a certificate in force at once: whoever reads sees the whole old set or the whole new one."""
    name = f"set-{secrets.token_hex(8)}"
    files = {CERTIFICATE_FILE: issued.chain, KEY_FILE: issued.key, AUTHORITY_FILE: issued.authority}
    for file, content in files.items():
        write_secret(folder / name / file, content)
    draft = folder / f".{name}"
    draft.symlink_to(name)
    previous = _target(folder)
    draft.replace(folder / CURRENT)
    _remove_old(folder, {name, previous})
    return _validity(issued.chain)


def installed(folder: Path) -> Validity | None:
    """The validity of the certificate in force; None where there is none, or what is there can't be read."""
    try:
        return _validity((folder / CURRENT / CERTIFICATE_FILE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def write_state(directory: Path, ends: Mapping[str, Validity]) -> None:
    """Tell when each certificate ends, and when somebody should worry."""
    state = {identity: {"ends": one.ends, "alarm": one.alarm_at()} for identity, one in ends.items()}
    write_secret(directory / STATE_FILE, json.dumps(state))


def _validity(chain: str) -> Validity:
    certificate = x509.load_pem_x509_certificate(chain.encode())
    return Validity(certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp())


def _target(folder: Path) -> str:
    current = folder / CURRENT
    return current.readlink().name if current.is_symlink() else ""


def _remove_old(folder: Path, kept: set[str]) -> None:
    for old in folder.glob("set-*"):
        if old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)


def readable(moment: float) -> str:
    """A moment for people (RFC 3339)."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
