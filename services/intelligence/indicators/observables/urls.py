"""URLs in the normal form of RFC 3986, section 6.2.2 and 6.2.3; the fragment, which no server sees, is left out."""

import re
from urllib.parse import quote

from services.intelligence.indicators.observables import addresses, names
from services.intelligence.indicators.observables.kinds import LONGEST, Kind, Observable, Refused

_PARTS = re.compile(r"([a-z][a-z0-9+.-]{0,31})://([^/?#\\]*)([^?#]*)(\?[^#]*)?", re.IGNORECASE | re.ASCII)
_AUTHORITY = re.compile(r"(?:(.*)@)?(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::([0-9]{0,5}))?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})|%")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = "%:/?#[]@!$&'()*+,;=-._~"
_PORTS = {"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}
_HIGHEST_PORT = 65535


def url(text: str) -> Observable:
    """Returns the URL in its normal form; raises Refused with what is wrong."""
    return Observable(Kind.URL, split(text)[0])


def split(text: str) -> tuple[str, str]:
    """Returns a URL in its normal form, and its host: a name, or an address without brackets. Raises Refused."""
    if len(text) > LONGEST:
        raise Refused(f"is longer than {LONGEST} characters")
    if _CONTROL.search(text) or not (parts := _PARTS.match(text)):
        raise Refused("is no URL: a scheme, `://` and a host")
    scheme = parts[1].lower()
    userinfo, host, port = _authority(parts[2])
    path = _without_dots(_escaped(parts[3])) or "/"
    shown = f"[{host}]" if ":" in host else host
    if port and port != _PORTS.get(scheme):
        shown = f"{shown}:{port}"
    normal = f"{scheme}://{userinfo}{shown}{path}{_escaped(parts[4] or '')}"
    if len(normal) > LONGEST:
        raise Refused(f"is longer than {LONGEST} characters once escaped")
    return normal, host


def _authority(text: str) -> tuple[str, str, str]:
    if not (found := _AUTHORITY.fullmatch(text)):
        raise Refused("has no host")
    port = (found[3] or "").lstrip("0")
    if port and int(port) > _HIGHEST_PORT:
        raise Refused("has a port above 65535")
    userinfo = f"{_escaped(found[1]).replace('@', '%40')}@" if found[1] else ""
    return userinfo, _host(found[2]), port


def _host(text: str) -> str:
    if text.startswith("["):
        return addresses.address(text).value
    octets = addresses.loose(text.removesuffix("."))
    return names.host(text) if octets is None else addresses.of_octets(octets).value


def _escaped(text: str) -> str:
    """Escapes what may not stand in a URI and no more: one character has one spelling (RFC 3986, 6.2.2.1 and 2)."""
    try:
        return quote(_PERCENT.sub(_octet, text), safe=_KEPT)
    except UnicodeEncodeError:
        raise Refused("has characters that are no Unicode") from None


def _octet(found: re.Match[str]) -> str:
    if found[1] is None:
        return "%25"
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"


def _without_dots(path: str) -> str:
    """Removes dot segments as RFC 3986, 5.2.4 does."""
    if "/." not in path:
        return path if not path or path.startswith("/") else f"/{path}"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    ends_open = segments[-1] in {".", ".."}
    return "/" + "/".join(kept) + ("/" if ends_open and kept else "")
