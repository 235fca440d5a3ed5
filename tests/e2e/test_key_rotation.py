"""The keys that sign tokens rotate while people work: nobody is refused, and nobody signs in another's name."""

import asyncio
import os

import grpc.aio
import hvac
import jwt
import pytest
from hvac.exceptions import Forbidden
from xorb.security.v1 import account_pb2, account_pb2_grpc

from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from services.mesh.testing import bearer
from services.mesh.tokens import MESH_AUDIENCE, Issuer, ServiceIdentity
from services.mesh.vault import Transit
from stack import http
from stack.components import openbao
from stack.polling import until
from stack.settings import load
from tests.e2e.members import Json, Member, sign_up
from tests.e2e.platform import Platform

REQUESTS = int(os.environ.get("XORB_ROTATION_REQUESTS", "2000"))
_AT_ONCE = 4
_SIGNS_SECONDS = 60


async def rotate(platform: Platform) -> None:
    """What `python -m stack rotate-keys` does."""
    await openbao.rotate(load(dict(platform.environment)))


async def signing(platform: Platform) -> str:
    """The `kid` of the key that signs now, as it is published."""
    return str((await platform.rest("GET", "/.well-known/jwks.json")).json()["keys"][0]["kid"])


class Worker:
    """Somebody who works all the time, by tokens that end long before the work does."""

    def __init__(self, platform: Platform, session: Json) -> None:
        self.platform = platform
        self.refresh_token = session["refreshToken"]
        self.token = session["accessToken"]
        self.answers: list[int] = []
        self.signers: set[str] = set()

    async def work(self, stopped: asyncio.Event) -> None:
        """Calls until told to stop; every twentieth call is with a new token."""
        while not stopped.is_set() or len(self.answers) < REQUESTS // _AT_ONCE:
            if len(self.answers) % 20 == 0:
                await self._renew()
            self.signers.add(jwt.get_unverified_header(self.token)["kid"])
            self.answers.append((await self._call("GET", "/v1/caller")).status)

    async def _renew(self) -> None:
        body = {"refreshToken": self.refresh_token}
        response = await self.platform.rest("POST", "/v1/sessions:refresh", body)
        self.answers.append(response.status)
        self.token, self.refresh_token = response.json()["accessToken"], response.json()["refreshToken"]

    async def _call(self, method: str, path: str) -> http.Response:
        return await self.platform.rest(method, path, token=self.token)


async def test_keys_rotate_under_load(platform: Platform) -> None:
    nobody = Member(platform, "", "")
    workers = []
    for _ in range(_AT_ONCE):
        _, credentials = await sign_up(platform)
        workers.append(Worker(platform, await nobody.post("sessions:sign-in", credentials)))
    stopped = asyncio.Event()
    working = [asyncio.create_task(worker.work(stopped)) for worker in workers]
    try:
        for _ in range(2):
            before = await signing(platform)
            await rotate(platform)

            async def is_used(before: str = before) -> bool:
                now = await signing(platform)
                return now != before and any(now in worker.signers for worker in workers)

            await until(is_used, _SIGNS_SECONDS)
    finally:
        stopped.set()
        await asyncio.gather(*working)
    answers = [status for worker in workers for status in worker.answers]
    assert len(answers) >= REQUESTS
    assert [status for status in answers if status != 200] == []
    assert len(set().union(*(worker.signers for worker in workers))) == 3


async def test_a_token_of_the_key_before_stays_good(platform: Platform, member: Member) -> None:
    await rotate(platform)
    before = await signing(platform)

    async def is_next() -> bool:
        return await signing(platform) != before

    await until(is_next, _SIGNS_SECONDS)
    await member.get("caller")


def vault(platform: Platform, role: str) -> tuple[str, str]:
    """Where Vault is, and a role's token."""
    token = platform.home / "secrets" / f"vault_token_{role}"
    return platform.environment["XORB_VAULT_ADDRESS"], token.read_text(encoding="utf-8")


@pytest.mark.parametrize("role", ["core", "orchestrator", "relay", "rotation"])
async def test_only_the_security_process_signs_access_tokens(platform: Platform, role: str) -> None:
    with pytest.raises(Failure) as caught:
        await Transit.connect(*vault(platform, role)).sign(b"payload")
    assert caught.value.reason is Reason.UNAVAILABLE
    assert await Transit.connect(*vault(platform, "security")).sign(b"payload")


@pytest.mark.parametrize("role", ["core", "security", "orchestrator", "relay"])
def test_processes_rotate_nothing(platform: Platform, role: str) -> None:
    address, token = vault(platform, role)
    with pytest.raises(Forbidden):
        hvac.Client(url=address, token=token).secrets.transit.rotate_key("xorb-access")


async def resolved(platform: Platform, token: str) -> str:
    """What a method for the core process answers to a token on a connection of the core process's."""
    async with platform.direct("security", "core") as channel:
        stub = account_pb2_grpc.AccountsServiceStub(channel)
        try:
            request = account_pb2.ResolveAccountsRequest(names=[f"accounts/{identifiers.new()}"])
            await stub.ResolveAccounts(request, metadata=bearer(token))
        except grpc.aio.AioRpcError as error:
            return error.code().name
        return "OK"


async def test_nobody_calls_in_another_roles_name(platform: Platform) -> None:
    own = Transit.connect(*vault(platform, "security"), "xorb-mesh-security")
    access = Transit.connect(*vault(platform, "security"))
    for keys, name in ((own, "mesh-security"), (access, "access"), (own, "mesh-core")):
        token = await ServiceIdentity(Issuer(keys, name), "spiffe://xorb/core").token()
        assert jwt.decode(token, options={"verify_signature": False})["aud"] == MESH_AUDIENCE
        assert await resolved(platform, token) == "UNAUTHENTICATED"
    assert await resolved(platform, await platform.service_token("core")) == "OK"
