"""URLs as a scope reads them: http and https, a strict host, a port, no credentials."""

from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import quote, unquote, urljoin, urlsplit

from services.executors.addresses import parse_host
from services.executors.domain import Address, OutOfScope

DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_URL = 2048
_MOST_ESCAPES = 5
_KEPT = "/?%:@!$&'()*+,;=~-._[]"


@dataclass(frozen=True)
class Url:
    """A URL taken apart: scheme `http` or `https`, host as address or name, port, path with its query."""

    scheme: str
    host: Address | str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """The URL up to the path, the port left out where it is the scheme's own."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = host_text(self.host)
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return self.origin + self.path

    def join(self, reference: str) -> "Url":
        """Return what `reference` means on this page; raises `OutOfScope` as `parse_url`."""
        try:
            return parse_url(urljoin(str(self), reference))
        except ValueError as error:
            raise OutOfScope("a reference that is not a URL") from error


def host_text(host: Address | str) -> str:
    """Return `host` as URLs write it, an IPv6 address in brackets."""
    return f"[{host}]" if isinstance(host, IPv6Address) else str(host)


def parse_url(text: str) -> Url:
    """Return the parts of an absolute http or https URL; raises `OutOfScope` for all else."""
    if len(text) > _MAX_URL or not text.isprintable() or "\\" in text or " " in text:
        raise OutOfScope(f"not a URL of at most {_MAX_URL} printable characters")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise OutOfScope(f"URL {text!r} has a bad host or port") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise OutOfScope(f"a URL starts with http:// or https://, this one with {parts.scheme!r}")
    if "@" in parts.netloc:
        raise OutOfScope("a URL with credentials: leave out user name and password")
    host = parse_host(_bare(parts.netloc))
    if port == 0:
        raise OutOfScope("a URL with port 0")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Url(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], quote(path, safe=_KEPT))


def normal_path(path: str) -> str:
    """Return what paths of one place have in common, however they are spelled.

    Servers differ in what they take for the same: escapes, letters' case, empty and dotted segments, parameters after a
    semicolon, backslashes. Two spellings that any of them may take for the same are the same here, query left out.
    """
    text = path.partition("?")[0].partition("#")[0]
    for _ in range(_MOST_ESCAPES):
        plain = unquote(text)
        if plain == text:
            break
        text = plain
    segments: list[str] = []
    for segment in text.replace("\\", "/").casefold().split("/"):
        name = segment.partition(";")[0]
        if name == "..":
            del segments[-1:]
        elif name not in ("", "."):
            segments.append(name)
    return "/" + "/".join(segments)


def _bare(netloc: str) -> str:
    """Take the host out of host and port as written, because urlsplit drops what it does not understand."""
    if netloc.startswith("["):
        host, bracket, rest = netloc[1:].partition("]")
        if not bracket or ":" not in host or (rest and not rest.startswith(":")):
            raise OutOfScope(f"host {netloc!r} has unmatched brackets")
        return host
    return netloc.partition(":")[0]
