"""Operations over Temporal: pages, and waiting."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID

import grpc.aio
import pytest
import pytest_asyncio
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.empty_pb2 import Empty
from temporalio.client import Client

from services.mesh import identifiers
from services.mesh.access.model import Standing as Access
from services.mesh.access.model import Told
from services.mesh.calls import Caller
from services.mesh.errors import Reason
from services.mesh.interceptors import deadline
from services.mesh.operations import OperationsServicer, Standing
from services.mesh.signing import Signer
from services.mesh.statuses import from_call
from services.mesh.testing import TokenAccess, bearer, serving, token_for
from tests.mesh.events.harness import eventually

Stub = operations_pb2_grpc.OperationsStub


class Endless:
    """Work that goes on and on."""

    async def standing(self, identifier: UUID) -> Standing:
        """Returns that it runs."""
        return Standing(Empty())

    async def cancel(self, identifier: UUID) -> None:
        """Doesn't heed it."""


class Revocable(TokenAccess):
    """Believes the token until access is taken away.

    Attributes:
        followers: Who wants to be told of it.
    """

    def __init__(self) -> None:
        self.followers: set[Told] = set()

    @contextmanager
    def following(self, caller: Caller, told: Told) -> Iterator[None]:
        """Remembers whom to tell."""
        self.followers.add(told)
        try:
            yield
        finally:
            self.followers.discard(told)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(stack_environment: dict[str, str]) -> Client:
    """Temporal."""
    return await Client.connect(stack_environment["XORB_TEMPORAL_ADDRESS"])


@pytest.fixture(scope="module")
def access() -> Revocable:
    """Who may do what."""
    return Revocable()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stub(client: Client, access: Revocable) -> AsyncIterator[Stub]:
    """A client of the service."""
    servicer = OperationsServicer(client, {"scans": Endless()}, Signer("k" * 32))

    def register(server: grpc.aio.Server) -> None:
        operations_pb2_grpc.add_OperationsServicer_to_server(servicer, server)

    async with serving(register, ["google.longrunning.Operations"], None, access) as channel:
        yield Stub(channel)


async def _metadata(organization: UUID) -> tuple[tuple[str, str], ...]:
    return bearer(await token_for(None, organization))


async def test_a_page_can_not_be_smaller_than_nothing(stub: Stub) -> None:
    metadata = await _metadata(identifiers.new())
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.ListOperations(operations_pb2.ListOperationsRequest(page_size=-1), metadata=metadata, timeout=20)
    failure = from_call(caught.value)
    assert failure is not None
    assert failure.reason is Reason.INVALID_FIELD


async def test_waiting_without_a_deadline_ends_with_how_it_stands(
    stub: Stub, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "DEFAULT_SECONDS", 2.0)
    organization = identifiers.new()
    resource = f"organizations/{organization}/scans/{identifiers.new()}"
    waiting = await client.start_workflow("Endless", id=resource, task_queue="nobody's")
    request, metadata = (
        operations_pb2.WaitOperationRequest(name=f"operations/{resource}"),
        await _metadata(organization),
    )
    try:
        async with asyncio.timeout(20):
            operation = await stub.WaitOperation(request, metadata=metadata)
    finally:
        await waiting.terminate()
    assert (operation.name, operation.done) == (request.name, False)


async def test_who_may_not_any_more_waits_no_longer(stub: Stub, client: Client, access: Revocable) -> None:
    organization = identifiers.new()
    resource = f"organizations/{organization}/scans/{identifiers.new()}"
    running = await client.start_workflow("Endless", id=resource, task_queue="nobody's")
    request, metadata = (
        operations_pb2.WaitOperationRequest(name=f"operations/{resource}"),
        await _metadata(organization),
    )

    async def followed() -> bool:
        return bool(access.followers)

    try:
        waiting = asyncio.ensure_future(stub.WaitOperation(request, metadata=metadata, timeout=50))
        await eventually(followed, seconds=20)
        for told in tuple(access.followers):
            told(Access(session_lives=True, member=True))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async with asyncio.timeout(1):
                await waiting
    finally:
        await running.terminate()
    failure = from_call(caught.value)
    assert failure is not None
    assert failure.reason is Reason.PERMISSION_DENIED
    assert not access.followers
