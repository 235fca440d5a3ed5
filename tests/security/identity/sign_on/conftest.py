"""The planes, and providers for them."""

import json
import sys
from asyncio import create_subprocess_exec, subprocess, wait_for
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.mesh.outbound import Reach
from stack.polling import until
from stack.ports import free_ports
from tests.security.identity.sign_on.crooked import CrookedProvider, serving
from tests.security.identity.sign_on.planes import DOMAIN, Planes, planes

PEOPLE: dict[str, dict[str, object]] = {
    "ada": {"email": f"Ada@{DOMAIN}", "email_verified": True, "name": "Ada Lovelace"},
    "unverified": {"email": f"unverified@{DOMAIN}", "email_verified": False},
    "silent": {"email": f"silent@{DOMAIN}"},
    "stranger": {"email": "stranger@example.org", "email_verified": True},
    "nobody": {"name": "Nobody"},
}
_SECONDS = 30


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def here(database_environment: dict[str, str], tmp_path_factory: Any) -> AsyncIterator[Planes]:
    """Both planes; providers may be on this machine."""
    async with planes(database_environment, tmp_path_factory.mktemp("planes"), Reach(loopback=True)) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provider() -> AsyncIterator[str]:
    """The issuer of a provider that knows `PEOPLE`, in a process of its own."""
    [port] = free_ports(1)
    known = [part for sub, claims in PEOPLE.items() for part in ("--user-claims", json.dumps({"sub": sub, **claims}))]
    command = (sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", *known)
    process = await create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        await until(lambda: _answers(issuer), _SECONDS)
        yield issuer
    finally:
        process.kill()
        await wait_for(process.wait(), _SECONDS)


@pytest.fixture(scope="module")
def crooked() -> Iterator[CrookedProvider]:
    """A provider that does what it is told, honest or not."""
    with serving() as provider:
        yield provider


async def _answers(issuer: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{issuer}/.well-known/openid-configuration")).status_code == 200
    except httpx.TransportError:
        return False
