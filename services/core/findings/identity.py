"""What makes two sightings the same finding: organization, target, check, asset and location, each in one form."""

import hashlib
import json
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

_DEFAULT_PORTS = {"http": 80, "https": 443}


# A batch asks twice, once to find what is known and once to record.
@lru_cache(maxsize=4096)
def identity(organization: UUID, target: UUID | None, check: str, asset: str, location: str) -> bytes:
    """Returns the SHA-256, 32 bytes, that is the same for all sightings of one weakness and for no other's."""
    parts = (str(organization), str(target or ""), check.strip().lower(), normal_host(asset), normal_location(location))
    # JSON keeps a character from moving between two parts without changing the whole.
    return hashlib.sha256(json.dumps(parts).encode()).digest()


def normal_host(text: str) -> str:
    """Returns a host in lower case without the root's dot or brackets, an address in its canonical form (RFC 5952)."""
    host = text.strip().lower().rstrip(".")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    try:
        return str(ip_address(host))
    except ValueError:
        return host


def normal_location(text: str) -> str:
    """Returns a URL, or a host with or without port and protocol, in one form.

    A URL keeps path and query as they are, for servers tell their case apart; its fragment never reaches a server.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        scheme, hostname, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        return normal_host(text)
    if "://" not in text or not hostname:
        return normal_host(text)
    host = normal_host(hostname)
    host = f"[{host}]" if ":" in host else host
    authority = host if port in {None, _DEFAULT_PORTS.get(scheme)} else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{authority}{parts.path or '/'}{query}"
