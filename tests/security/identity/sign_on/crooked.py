"""A provider for tests that gives what they tell it to give: tokens that are wrong in one respect, slow answers, lies.

Who signs in is its own business, so a code is simply a number under which the test has left what to answer.
"""

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

Json = dict[str, Any]


@dataclass
class CrookedProvider:
    """What the provider answers, by path; a test may change any of it.

    Attributes:
        key: What it signs with.
        pages: What it answers besides tokens: a JSON object, raw bytes, or a status with headers.
        codes: The answer to the token request for each code, which is good once.
        asked: The forms of all token requests.
    """

    issuer: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    pages: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, tuple[str, Json]] = field(default_factory=dict)
    asked: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)

    def honest(self) -> None:
        """Makes it honest again."""
        self.codes.clear()
        self.asked.clear()
        self.pages = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
            },
            "/keys": {"keys": [self.key.as_dict(private=False, use="sig")]},
        }

    @property
    def metadata(self) -> Json:
        """What it says of itself."""
        found: Json = self.pages["/.well-known/openid-configuration"]
        return found

    def authorize(self, authorization_url: str, **claims: Any) -> dict[str, str]:
        """What the browser brings back to the redirect URI, for who is described by claims, honest ones otherwise."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        now = int(time.time())
        honest = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "sub": secrets.token_hex(8),
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
            "email_verified": True,
        }
        content = {name: value for name, value in (honest | claims).items() if value is not None}
        return self.give(asked, jwt.encode({"alg": "RS256", "kid": self.key.kid}, content, self.key))

    def give(self, asked: Mapping[str, str], id_token: str) -> dict[str, str]:
        """What the browser brings back, for an ID token whatever it is."""
        code = secrets.token_urlsafe()
        answer = {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": id_token}
        self.codes[code] = asked["code_challenge"], answer
        return {"state": asked["state"], "code": code}

    def token(self, form: dict[str, str], headers: dict[str, str]) -> Json | None:
        """The answer to a token request; None for a code that isn't good."""
        self.asked.append((form, headers))
        challenge, answer = self.codes.pop(form.get("code", ""), ("", None))
        return answer if create_s256_code_challenge(form.get("code_verifier", "")) == challenge else None


@contextmanager
def serving() -> Iterator[CrookedProvider]:
    """A provider on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    provider = CrookedProvider(f"http://127.0.0.1:{server.server_port}")
    provider.honest()
    server.provider = provider  # type: ignore[attr-defined]  # the way to hand something to handlers
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Says nothing."""

    def do_GET(self) -> None:
        page = self.server.provider.pages.get(urlsplit(self.path).path)  # type: ignore[attr-defined]  # see above
        if callable(page):
            page(self)
        elif page is None:
            self.reply(404, b"{}")
        else:
            self.reply(200, page if isinstance(page, bytes) else json.dumps(page).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        answer = self.server.provider.token(form, dict(self.headers.items()))  # type: ignore[attr-defined]  # see above
        self.reply(200 if answer else 400, json.dumps(answer or {"error": "invalid_grant"}).encode())

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        """Answers, and hangs up."""
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def unsigned(claims: Mapping[str, Any], header: Mapping[str, Any], signature: str = "") -> str:
    """A token with a header of one's choice, and a signature that may be none."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return ".".join([*parts, signature])
