"""Watches that several callers share: who is told what their view is, and when such calls end."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import grpc.aio
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from redis.asyncio import Redis
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.mesh import identifiers
from services.mesh.access.model import Standing, Told
from services.mesh.calls import Caller
from services.mesh.database import Database
from services.mesh.events.hub import Hub
from services.mesh.events.sharing import CHANGED, SHARE, SILENT, VIEW
from services.mesh.events.watch import Watcher
from services.mesh.roles import granted_by
from services.mesh.signing import Signer
from services.mesh.testing import TokenAccess, bearer, serving, token_for
from tests.mesh.events.harness import write
from tests.mesh.events.serving import SERVICE, Findings

Call = grpc.aio.UnaryStreamCall[finding_pb2.WatchFindingsRequest, finding_pb2.WatchFindingsResponse]


@dataclass
class ChangingAccess(TokenAccess):
    """Believes tokens, until told otherwise."""

    followers: list[Told] = field(default_factory=list)

    @contextlib.contextmanager
    def following(self, caller: Caller, told: Told) -> Iterator[None]:
        self.followers.append(told)
        try:
            yield
        finally:
            self.followers.remove(told)

    def change(self, *roles: str) -> None:
        """Everybody has these roles from now on."""
        for told in tuple(self.followers):
            told(Standing(session_lives=True, member=True, roles=roles, permissions=granted_by(roles)))


@dataclass(frozen=True)
class Service:
    """A service with a watch that callers share."""

    hub: Hub
    access: ChangingAccess
    stub: finding_pb2_grpc.FindingsServiceStub
    organization: UUID = field(default_factory=identifiers.new)

    @contextlib.asynccontextmanager
    async def watch(self, share: str, *roles: str, text: str = "") -> AsyncIterator[Call]:
        token = await token_for(organization=self.organization, roles=roles or ("owner",))
        request = finding_pb2.WatchFindingsRequest(parent=f"organizations/{self.organization}", filter=text)
        call = self.stub.WatchFindings(request, metadata=(*bearer(token), (SHARE, share)))
        try:
            yield call
        finally:
            call.cancel()

    async def view(self, *roles: str, text: str = "") -> str:
        """The view of a caller with these roles."""
        async with self.watch(SILENT, *roles, text=text) as call:
            return await view_of(call)


@pytest.fixture
async def service(database: Database, redis: Redis) -> AsyncIterator[Service]:
    hub, access = Hub(database, redis, poll=0.05, audit=0.05), ChangingAccess()
    watcher = Watcher(database, hub, Signer(secrets.token_hex()))

    def register(server: grpc.aio.Server) -> None:
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(Findings(watcher), server)

    async with serving(register, [SERVICE], None, access) as channel:
        yield Service(hub, access, finding_pb2_grpc.FindingsServiceStub(channel))
    await hub.close()


async def view_of(call: Call) -> str:
    async with asyncio.timeout(10):
        return str(dict(await call.initial_metadata() or ())[VIEW])


async def next_of(call: Call) -> finding_pb2.WatchFindingsResponse:
    async with asyncio.timeout(10):
        record = await call.read()
    assert isinstance(record, finding_pb2.WatchFindingsResponse)
    return record


async def failure(call: Call) -> tuple[grpc.StatusCode, error_details_pb2.ErrorInfo]:
    """Reads on to the end, which must be an error."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:  # noqa: PT012 - whatever comes before
        async with asyncio.timeout(10):
            while await call.read() is not grpc.aio.EOF:
                continue
    status, info = rpc_status.from_call(caught.value), error_details_pb2.ErrorInfo()
    assert status is not None
    assert status.details[0].Unpack(info)
    return caught.value.code(), info


async def test_a_view_is_of_permissions_and_request(service: Service) -> None:
    view = await service.view("owner")
    assert view == await service.view("owner")
    assert len({view, await service.view("viewer"), await service.view("owner", text='type = "x"')}) == 3
    other = Service(service.hub, service.access, service.stub)
    assert view != await other.view("owner")


async def test_a_silent_call_is_told_nothing_and_costs_no_subscription(service: Service, database: Database) -> None:
    async with service.watch(SILENT) as silent, service.watch(await service.view()) as told:
        assert await view_of(silent)
        assert (await next_of(told)).WhichOneof("record") == "checkpoint"
        await write(database, service.organization, "1")
        assert (await next_of(told)).event.finding.title == "1"
        assert service.hub.subscriptions == 1
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await silent.read()


async def test_who_sees_something_else_is_not_told_for_others(service: Service) -> None:
    async with service.watch(await service.view("owner"), "viewer") as call:
        code, info = await failure(call)
    assert (code, info.metadata[CHANGED]) == (grpc.StatusCode.UNAVAILABLE, "true")


@pytest.mark.parametrize("silent", [True, False])
async def test_a_change_that_changes_nothing_ends_nothing(service: Service, silent: bool) -> None:
    async with service.watch(SILENT if silent else await service.view()) as call:
        await (view_of(call) if silent else next_of(call))
        service.access.change("owner")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await call.read()


@pytest.mark.parametrize(
    ("roles", "ends"),
    [(("viewer",), (grpc.StatusCode.UNAVAILABLE, True)), ((), (grpc.StatusCode.PERMISSION_DENIED, False))],
)
@pytest.mark.parametrize("silent", [True, False])
async def test_a_change_of_roles_ends_both_kinds(
    service: Service, silent: bool, roles: tuple[str, ...], ends: tuple[grpc.StatusCode, bool]
) -> None:
    async with service.watch(SILENT if silent else await service.view()) as call:
        await (view_of(call) if silent else next_of(call))
        service.access.change(*roles)
        code, info = await failure(call)
    assert (code, CHANGED in info.metadata) == ends


async def test_a_silent_call_ends_with_the_hub(service: Service) -> None:
    async with service.watch(SILENT) as call:
        await view_of(call)
        await service.hub.close()
        code, info = await failure(call)
    assert (code, CHANGED in info.metadata) == (grpc.StatusCode.UNAVAILABLE, False)
