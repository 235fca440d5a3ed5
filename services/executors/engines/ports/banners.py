"""What a greeting says about the service that sent it."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Greeting:
    """A banner understood: protocol in nmap's spelling and software named, empty when unknown."""

    name: str
    product: str


_TELNET_COMMAND = rb"\A\xff[\xfb-\xfe]"  # IAC WILL, WONT, DO, DONT: RFC 854

_PROTOCOLS = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for name, pattern in (
        ("ssh", rb"\ASSH-\d"),
        ("http", rb"\AHTTP/\d"),
        ("telnet", _TELNET_COMMAND),
        ("vnc", rb"\ARFB \d{3}\.\d{3}"),
        ("rsync", rb"\A@RSYNCD:"),
        ("smtp", rb"\A220[ -][^\r\n]*SMTP"),
        ("ftp", rb"\A220[ -].*FTP"),
        ("pop3", rb"\A\+OK"),
        ("imap", rb"\A\* (OK|PREAUTH|BYE)"),
        ("redis", rb"\A-(DENIED|NOAUTH|ERR)[^\r\n]*(redis|unknown command)"),
        ("mysql", rb"\A.\x00\x00\x00(\x0a[\d.]+|\xff)"),
        ("nntp", rb"\A20[01] "),
    )
)

_BY_PORT = {21: "ftp", 2121: "ftp", 25: "smtp", 587: "smtp", 2525: "smtp"}
"""What a bare `220` means; its words are free (RFC 959 §4.2, RFC 5321 §4.3.1)."""

_TALKATIVE = frozenset({"ssh", "ftp", "smtp", "pop3", "imap", "nntp", "telnet"})
"""Protocols whose greeting has room for a product; elsewhere a number is the protocol's own."""

_PRODUCT = re.compile(rb"[A-Za-z][A-Za-z+.-]*(?:[ /_-]| v)\d+(?:\.\d+)+[A-Za-z0-9.]*")
_SERVER = re.compile(rb"(?im)^server:([^\r\n]+)")
_MYSQL_VERSION = re.compile(rb"\A.\x00\x00\x00\x0a([\d.]+[\w.-]*)\x00", re.DOTALL)


def understand(banner: bytes, port: int) -> Greeting:
    """Return what `banner`, the first bytes from `port`, gives away."""
    name = next((name for name, pattern in _PROTOCOLS if pattern.search(banner)), "")
    if not name and banner.startswith(b"220"):
        name = _BY_PORT.get(port, "")
    return Greeting(name, _product(name, banner))


def _product(name: str, banner: bytes) -> str:
    if name == "mysql":
        version = _MYSQL_VERSION.search(banner)
        return f"MySQL {version.group(1).decode('ascii')}" if version else ""
    if name == "http":
        server = _SERVER.search(banner)
        return server.group(1).decode("latin-1").strip() if server else ""
    if name not in _TALKATIVE:
        return ""
    words = re.sub(rb"\ASSH-[\d.]+-", b"", banner) if name == "ssh" else banner
    found = _PRODUCT.search(words)
    return found.group().decode("ascii").replace("_", " ") if found else ""
