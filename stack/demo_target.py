"""A small site on loopback that is weak on purpose: something to test, whose every weakness is written down.

`demo_target.toml` beside this file lists what a scan must find and nothing else. Everything it serves is made up;
key and certificate are made when it starts.

Run as `python -m stack.demo_target --http-port 8081 --https-port 8444 --banner-port 2121 --directory DIRECTORY`;
SIGTERM or SIGINT ends it.
"""

import argparse
import ipaddress
import signal
import socket
import socketserver
import ssl
import threading
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

ADDRESS = "127.0.0.1"
"""The only address it listens on."""

CHALLENGE = "xorb-challenge"
"""The file in its directory that the shop serves as proof of who owns it."""

CHALLENGE_PATH = f"/.well-known/{CHALLENGE}"

_SECONDS = 5.0
_WEAK_BITS = 1024
_WEAK_SUITES = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:AES128-SHA:AECDH-AES128-SHA:@SECLEVEL=0"
_GREETING = b"220 (vsFTPd 2.3.4)\r\n"
_REFUSAL = b"530 Please login with USER and PASS.\r\n"

_SHOP = b"""<!doctype html><title>Demo shop</title><h1>Demo shop</h1>
<p><a href="/files/prices.txt">Prices</a> <a href="/api/profile">Profile</a>
<a href="/leave?to=/">Leave</a></p>
"""
_PORTAL = b"<!doctype html><title>Demo portal</title><h1>Demo portal</h1>\n"
_LISTING = b"""<!doctype html><title>Index of /files/</title><h1>Index of /files/</h1>
<ul><li><a href="prices.txt">prices.txt</a></li><li><a href="draft.txt">draft.txt</a></li></ul>
"""
_FILES = {
    "/": ("text/html; charset=utf-8", _SHOP),
    "/files/": ("text/html; charset=utf-8", _LISTING),
    "/files/prices.txt": ("text/plain", b"apples 2\npears 3\n"),
    "/files/draft.txt": ("text/plain", b"plums 4\n"),
    "/api/profile": ("application/json", b'{"name": "Demo Visitor"}\n'),
    "/.git/HEAD": ("application/octet-stream", b"ref: refs/heads/main\n"),
    "/.env": ("application/octet-stream", b"APP_NAME=demo-shop\nAPP_GREETING=made-up-for-the-demo\n"),
}
_PROTECTED = (
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), geolocation=()"),
)


_Request = socket.socket | tuple[bytes, socket.socket]


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class named it
        """Stay silent: the visitors are scanners."""

    def answer(self, status: int, kind: str, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> None:
        """Send one whole response."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Shop(_Site):
    """The plain HTTP site: no protective headers, a version told, files exposed, open to other origins."""

    server_version = "DemoServer/1.0.2"
    sys_version = ""

    def do_GET(self) -> None:
        """Serve the made-up files, and a redirect to wherever `to` says."""
        url = urlsplit(self.path)
        if url.path == "/leave":
            target = parse_qs(url.query).get("to", ["/"])[0].replace("\r", "").replace("\n", "")
            self.answer(302, "text/plain", b"", [("Location", target)])
        elif url.path == CHALLENGE_PATH and self._challenge.exists():
            self.answer(200, "text/plain", self._challenge.read_bytes())
        elif url.path in _FILES:
            kind, body = _FILES[url.path]
            self.answer(200, kind, body, self._open_to_all() if url.path.startswith("/api/") else ())
        else:
            self.answer(404, "text/plain", b"not found\n")

    def do_HEAD(self) -> None:
        """Serve the same without its body."""
        self.do_GET()

    @property
    def _challenge(self) -> Path:
        if not isinstance(self.server, _ShopServer):
            raise TypeError("the shop has a server of its own")
        return self.server.directory / CHALLENGE

    def _open_to_all(self) -> Sequence[tuple[str, str]]:
        origin = self.headers.get("Origin")
        allowed = [("Access-Control-Allow-Origin", origin)] if origin else []
        return [*allowed, ("Access-Control-Allow-Credentials", "true")]


class Portal(_Site):
    """The HTTPS site: good headers except HSTS, but a session cookie without any flag."""

    server_version = "DemoServer"
    sys_version = ""

    def do_GET(self) -> None:
        """Serve the front page and nothing else."""
        if urlsplit(self.path).path == "/":
            cookie = ("Set-Cookie", "session=made-up")
            self.answer(200, "text/html; charset=utf-8", _PORTAL, [*_PROTECTED, cookie])
        else:
            self.answer(404, "text/plain", b"not found\n", _PROTECTED)

    def do_HEAD(self) -> None:
        """Serve the same without its body."""
        self.do_GET()


@dataclass(frozen=True)
class Weakness:
    """One entry of the ground truth: the check that finds it, the place it names, and what makes it so."""

    check: str
    location: str
    why: str


def ground_truth(http_port: int, https_port: int, banner_port: int) -> tuple[Weakness, ...]:
    """Return every weakness of a target on those ports; a scan finds these and no others."""
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    ports = {"http": http_port, "https": https_port, "banner": banner_port}
    return tuple(
        Weakness(entry["check"], entry["location"].format(**ports), entry["why"]) for entry in table["weakness"]
    )


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: _Request, client_address: object) -> None:
        """Say nothing about a visitor that broke off: scanners do."""


class _ShopServer(_Quiet):
    """Has the folder where its owner puts the proof of ownership."""

    def __init__(self, port: int, directory: Path) -> None:
        super().__init__((ADDRESS, port), Shop)
        self.directory = directory


class _Encrypted(_Quiet):
    """Shakes hands in the visitor's own thread, so that a slow one holds up nobody else."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__((ADDRESS, port), Portal)
        self._context = context

    def finish_request(self, request: _Request, client_address: object) -> None:
        if not isinstance(request, socket.socket):
            raise TypeError("a stream server got a datagram")
        request.settimeout(_SECONDS)
        with self._context.wrap_socket(request, server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)


class Greeter(socketserver.StreamRequestHandler):
    """An FTP server's greeting, with its version, and a refusal of whatever follows."""

    timeout = _SECONDS

    def handle(self) -> None:
        """Greet, and refuse a few commands."""
        self.wfile.write(_GREETING)
        for _ in range(3):
            if not self.rfile.readline(512):
                return
            self.wfile.write(_REFUSAL)


class _Greeters(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: _Request, client_address: object) -> None:
        """Say nothing about a visitor that broke off: scanners do."""


def weak_certificate(directory: Path) -> Path:
    """Write a self-signed certificate with a short key, and the key, into a new file of `directory`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_WEAK_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "demo.invalid")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ADDRESS))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = directory / "demo-target.pem"
    file.touch(mode=0o600)
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


def weak_context(certificate: Path) -> ssl.SSLContext:
    """Return a server context that still speaks TLS 1.0 and lets clients skip authentication."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(_WEAK_SUITES)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.load_cert_chain(certificate)
    return context


def servers(http_port: int, https_port: int, banner_port: int, directory: Path) -> list[socketserver.TCPServer]:
    """Return the three servers, listening already; a port of 0 takes any. Raises OSError for one in use."""
    directory.mkdir(parents=True, exist_ok=True)
    context = weak_context(weak_certificate(directory))
    return [
        _ShopServer(http_port, directory),
        _Encrypted(https_port, context),
        _Greeters((ADDRESS, banner_port), Greeter),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m stack.demo_target", description=__doc__)
    for name in ("http", "https", "banner"):
        parser.add_argument(f"--{name}-port", type=int, required=True)
    parser.add_argument(
        "--directory",
        type=Path,
        required=True,
        help="where the certificate is written, and the proof of ownership looked for",
    )
    options = parser.parse_args(arguments)
    running = servers(options.http_port, options.https_port, options.banner_port, options.directory)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    for server in running:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    stop.wait()
    for server in running:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    socket.setdefaulttimeout(_SECONDS)
    main()
