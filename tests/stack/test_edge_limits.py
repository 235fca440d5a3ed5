"""The guards of the edge, which stand without Redis and without the service."""

import asyncio
import base64
import itertools
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stack.edge_limits import guards, rate_limits
from stack.errors import StackError
from stack.settings import load
from tests.stack.probe import Servicer, compile_probe, contracts, edge, edge_ports, serving

GUARDED = "/v1/guarded/things/a"


def addresses() -> Iterator[str]:
    return (f"127.0.1.{number}" for number in itertools.count(1))


@dataclass(frozen=True)
class Guarded:
    """An edge whose guards let 4 through at once."""

    port: int
    key: Ed25519PrivateKey
    fresh: Iterator[str] = field(default_factory=addresses)

    async def get(self, path: str, address: str, token: str = "") -> tuple[int, str]:
        """Status and whole response of a request that comes from an address of this machine."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        head = f"GET {path} HTTP/1.1\r\nHost: edge\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
        writer.write((head if token else head.replace("Authorization: Bearer \r\n", "")).encode())
        async with asyncio.timeout(20):
            content = (await reader.read()).decode()
        writer.close()
        return int(content[9:12]), content

    def token(self, **claims: Any) -> str:
        now = int(time.time())
        whole = {"iss": "xorb", "aud": "xorb-api", "sub": "someone", "iat": now, "exp": now + 300, **claims}
        return jwt.encode(whole, self.key, algorithm="EdDSA", headers={"kid": "1"})

    async def statuses(self, token: str, count: int) -> list[int]:
        """Statuses of requests that come from as many addresses."""
        return [(await self.get(GUARDED, next(self.fresh), token))[0] for _ in range(count)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def guarded() -> AsyncIterator[Guarded]:
    home = Path(tempfile.mkdtemp(prefix="xorb-"))
    ports = edge_ports()
    settings = load({"XORB_HOME": str(home), "XORB_RATE_LIMIT_GUARD": "1/hour:4", **ports})
    for folder in (settings.run, settings.logs, home / "pages"):
        folder.mkdir()
    probe = await compile_probe(home)
    servicer, key = Servicer(probe), Ed25519PrivateKey.generate()
    x = base64.urlsafe_b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode().rstrip("=")
    servicer.keys = [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "1", "alg": "EdDSA"}]
    try:
        async with (
            serving(servicer, f"unix:{settings.run}/core.sock"),
            serving(servicer, f"unix:{settings.run}/security.sock"),
            edge(settings, contracts(probe, home / "pages")),
        ):
            yield Guarded(settings.ports["XORB_GATEWAY_PORT"], key)
    finally:
        shutil.rmtree(home)


async def test_an_address_is_stopped_whatever_it_sends(guarded: Guarded) -> None:
    sent = [("/v1/things/a", ""), ("/v1/nothing", ""), (GUARDED, "no token"), ("/v1/things/a", "")]
    statuses = [(await guarded.get(path, "127.0.0.2", token))[0] for path, token in sent]
    assert statuses == [200, 404, 401, 200]
    status, content = await guarded.get("/v1/things/a", "127.0.0.2")
    assert status == 429
    assert "retry-after: 1\r\n" in content
    assert "content-type: application/json\r\n" in content
    assert '"reason":"RATE_LIMITED"' in content
    assert '"retryDelay":"1s"' in content
    assert (await guarded.get("/v1/things/a", "127.0.0.3"))[0] == 200


async def test_an_organization_is_stopped_wherever_it_comes_from(guarded: Guarded) -> None:
    members = [guarded.token(org="first", sub=f"accounts/{number}") for number in range(6)]
    statuses = [(await guarded.statuses(member, 1))[0] for member in members]
    assert statuses == [200] * 4 + [429] * 2
    assert await guarded.statuses(guarded.token(org="second", sub="accounts/9"), 1) == [200]


async def test_an_account_is_stopped_whatever_organization_it_acts_for(guarded: Guarded) -> None:
    tokens = [guarded.token(org=f"organization {number}", sub="accounts/busy") for number in range(6)]
    assert [(await guarded.statuses(token, 1))[0] for token in tokens] == [200] * 4 + [429] * 2


def test_limits_are_switched_off_together(tmp_path: Path) -> None:
    off = load({"XORB_HOME": str(tmp_path), "XORB_RATE_LIMITS": "off"})
    assert rate_limits(off) == []
    assert not any(guards(off).values())
    unguarded = load({"XORB_HOME": str(tmp_path), "XORB_RATE_LIMIT_GUARD": "off"})
    assert len(rate_limits(unguarded)) == 2
    assert not any(guards(unguarded).values())


def test_a_wrong_guard_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="XORB_RATE_LIMIT_GUARD"):
        guards(load({"XORB_HOME": str(tmp_path), "XORB_RATE_LIMIT_GUARD": "many"}))
