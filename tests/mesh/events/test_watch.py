import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import grpc.aio
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from redis.asyncio import Redis
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.mesh import calls, identifiers
from services.mesh.database import Database
from services.mesh.events.hub import Hub
from services.mesh.events.model import Position
from services.mesh.events.resume import Bookmark, ResumeTokens
from services.mesh.events.watch import Watcher
from services.mesh.signing import Signer
from services.mesh.testing import bearer, call_of, serving, token_for
from tests.mesh.events.harness import eventually, finding_event, logged, write
from tests.mesh.events.serving import SERVICE, Findings, present

METHOD = f"/{SERVICE}/WatchFindings"


@dataclass(frozen=True)
class Service:
    """A service with a watch, and a way to watch it."""

    watcher: Watcher
    channel: grpc.aio.Channel

    @property
    def hub(self) -> Hub:
        return self.watcher.hub

    @contextlib.asynccontextmanager
    async def watch(self, organization: UUID, token: str = "", text: str = "") -> AsyncIterator["Records"]:
        stub = finding_pb2_grpc.FindingsServiceStub(self.channel)
        request = finding_pb2.WatchFindingsRequest(
            parent=f"organizations/{organization}", resume_token=token, filter=text
        )
        call = stub.WatchFindings(request, metadata=bearer(await token_for(organization=organization)))
        try:
            yield Records(call)
        finally:
            call.cancel()


class Records:
    """The records of a watch, one by one."""

    def __init__(self, call: AsyncIterator[finding_pb2.WatchFindingsResponse]) -> None:
        self._records = aiter(call)

    async def next(self) -> finding_pb2.WatchFindingsResponse:
        async with asyncio.timeout(10):
            return await anext(self._records)

    async def checkpoint(self) -> str:
        """Returns the next record's token; it must be a checkpoint."""
        record = await self.next()
        assert record.WhichOneof("record") == "checkpoint"
        return record.resume_token

    async def titles(self, count: int) -> list[str]:
        """Returns the titles of the next events; nothing else may come between."""
        records = [await self.next() for _ in range(count)]
        assert {record.WhichOneof("record") for record in records} <= {"event"}
        return [record.event.finding.title for record in records]

    async def event(self) -> str:
        """Returns the title of the next event."""
        while (record := await self.next()).WhichOneof("record") != "event":
            pass
        return record.event.finding.title

    async def failure(self) -> error_details_pb2.ErrorInfo:
        """Reads to the end, which must be an error, and returns its reason."""
        with pytest.raises(grpc.aio.AioRpcError) as caught:  # noqa: PT012 - whatever comes before
            while True:
                await self.next()
        return reason(caught.value)


def reason(error: grpc.aio.AioRpcError) -> error_details_pb2.ErrorInfo:
    """Returns what an error says to programs."""
    status, info = rpc_status.from_call(error), error_details_pb2.ErrorInfo()
    assert status is not None
    assert status.details[0].Unpack(info)
    return info


@contextlib.asynccontextmanager
async def service_of(database: Database, hub: Hub, heartbeat: float = 15.0) -> AsyncIterator[Service]:
    watcher = Watcher(database, hub, Signer(secrets.token_hex()), heartbeat)

    def register(server: grpc.aio.Server) -> None:
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(Findings(watcher), server)

    async with serving(register, [SERVICE], None) as channel:
        yield Service(watcher, channel)


@pytest.fixture
async def hub(database: Database, redis: Redis) -> AsyncIterator[Hub]:
    """A hub without a relay, which looks at the log every 50 ms."""
    hub = Hub(database, redis, capacity=200, poll=0.05, audit=0.05)
    yield hub
    await hub.close()


@pytest.fixture
async def service(database: Database, hub: Hub) -> AsyncIterator[Service]:
    async with service_of(database, hub) as service:
        yield service


async def test_without_a_token_it_begins_now(service: Service, database: Database) -> None:
    organization = identifiers.new()
    await write(database, organization, "before")
    async with service.watch(organization) as records:
        await records.checkpoint()
        await write(database, organization, "1", "2")
        assert await records.titles(2) == ["1", "2"]


async def test_with_a_token_it_goes_on_right_after_its_record(service: Service, database: Database) -> None:
    organization = identifiers.new()
    async with service.watch(organization) as records:
        start = await records.checkpoint()
        await write(database, organization, "1", "2")
        token = (await records.next()).resume_token
    await write(database, organization, "3")
    async with service.watch(organization, token) as records:
        assert await records.titles(2) == ["2", "3"]
        await records.checkpoint()
        await write(database, organization, "4")
        assert await records.titles(1) == ["4"]
    async with service.watch(organization, start) as records:
        assert await records.titles(4) == ["1", "2", "3", "4"]


async def test_it_catches_up_by_pages(service: Service, database: Database) -> None:
    organization = identifiers.new()
    async with service.watch(organization) as records:
        token = await records.checkpoint()
    async with database.unit(call_of(organization)) as unit:
        for number in range(1_100):
            unit.record(finding_event(organization, str(number)))
    async with service.watch(organization, token) as records:
        assert await records.titles(1_100) == [str(number) for number in range(1_100)]
        await records.checkpoint()


async def test_it_shows_what_is_accepted_and_asked_for(service: Service, database: Database) -> None:
    organization = identifiers.new()
    async with service.watch(organization) as records, service.watch(identifiers.new()) as foreign:
        token = await records.checkpoint()
        await foreign.checkpoint()
        await write(database, organization, "scan", kind="scan.created")
        await write(database, organization, "created", kind="finding.created")
        await write(database, organization, "updated")
        assert await records.titles(2) == ["created", "updated"]
        assert service.hub.subscriptions == 2
    async with service.watch(organization, token, 'type = "finding.updated"') as records:
        assert await records.titles(1) == ["updated"]


async def test_a_filter_that_can_not_be_read_is_refused(service: Service) -> None:
    async with service.watch(identifiers.new(), text="type >") as records:
        assert (await records.failure()).reason == "INVALID_FILTER"


async def test_a_forged_or_foreign_token_is_refused(service: Service) -> None:
    organization, other = identifiers.new(), identifiers.new()
    async with service.watch(other) as records:
        foreign = await records.checkpoint()
    for token in ("forged", foreign):
        async with service.watch(organization, token) as records:
            assert (await records.failure()).reason == "INVALID_RESUME_TOKEN"


async def test_a_token_older_than_the_log_is_refused(service: Service) -> None:
    organization = identifiers.new()
    tokens = ResumeTokens(service.watcher.signer, organization, f"{METHOD} organizations/{organization}")
    token = tokens.issue(Bookmark(Position(1, 1), datetime(2001, 1, 1, tzinfo=UTC)))
    async with service.watch(organization, token) as records:
        assert (await records.failure()).reason == "RESUME_TOKEN_EXPIRED"


async def test_silence_is_broken_by_checkpoints_that_skip_what_is_not_shown(database: Database, hub: Hub) -> None:
    organization = identifiers.new()
    async with service_of(database, hub, heartbeat=0.1) as service, service.watch(organization) as records:
        tokens = [await records.checkpoint() for _ in range(3)]
        assert len(set(tokens)) == 3
        await write(database, organization, "hidden", kind="scan.created")
        newest = (await logged(database, organization))[-1].position
        opener = ResumeTokens(service.watcher.signer, organization, f"{METHOD} organizations/{organization}")

        async def past_the_hidden() -> bool:
            return opener.open(await records.checkpoint()).position == newest

        await eventually(past_the_hidden)


async def write_many(database: Database, organization: UUID, count: int) -> list[str]:
    """Commits events in transactions of a hundred, together more than a stream's buffers hold; returns the titles."""
    titles = [f"{number} {'x' * 2_000}" for number in range(count)]
    for begin in range(0, count, 100):
        async with database.unit(call_of(organization)) as unit:
            for title in titles[begin : begin + 100]:
                unit.record(finding_event(organization, title))
    return titles


async def test_a_burst_is_caught_up_with(service: Service, database: Database) -> None:
    organization = identifiers.new()
    async with service.watch(organization) as records:
        await records.checkpoint()
        titles = await write_many(database, organization, 2_000)
        await asyncio.sleep(0.2)
        assert [await records.event() for _ in titles] == titles


async def test_a_reader_too_slow_is_closed_and_can_go_on(database: Database, redis: Redis) -> None:
    organization, seen = identifiers.new(), list[str]()
    hub = Hub(database, redis, capacity=200, patience=0.3, poll=0.05, audit=0.05)
    async with service_of(database, hub) as service:
        async with service.watch(organization) as records:
            await records.checkpoint()
            titles = await write_many(database, organization, 2_000)
            await asyncio.sleep(1)
            with pytest.raises(grpc.aio.AioRpcError) as caught:  # noqa: PT012 - whatever comes before
                while True:
                    seen.append(await records.event())
        info = reason(caught.value)
        assert info.reason == "READER_TOO_SLOW"
        async with service.watch(organization, info.metadata["resume_token"]) as records:
            seen += await records.titles(len(titles) - len(seen))
        assert seen == titles
    await hub.close()


async def test_watches_that_are_left_leave_nothing(service: Service, database: Database) -> None:
    organization = identifiers.new()
    async with service.watch(organization) as records:
        await records.checkpoint()
    await asyncio.sleep(0.1)
    before = len(asyncio.all_tasks())
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(50):
            records = await stack.enter_async_context(service.watch(organization))
            await records.checkpoint()
        assert service.hub.subscriptions == 50

    async def nobody() -> bool:
        return service.hub.subscriptions == 0 and len(asyncio.all_tasks()) <= before

    await eventually(nobody, 5)


async def test_waiting_watches_hold_no_connection(database: Database, redis: Redis) -> None:
    small = Database.connect(database.engine.url.render_as_string(hide_password=False), pool=1)
    hub = Hub(small, redis, poll=60, audit=60)
    organization = identifiers.new()
    try:
        async with service_of(small, hub) as service, contextlib.AsyncExitStack() as stack:
            for _ in range(20):
                records = await stack.enter_async_context(service.watch(organization))
                await records.checkpoint()
            assert small.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # the pool that has connections
    finally:
        await hub.close()
        await small.close()


async def test_a_stopping_server_sends_its_watches_elsewhere(service: Service, database: Database) -> None:
    organization = identifiers.new()
    async with service.watch(organization) as records:
        await records.checkpoint()
        await service.hub.close()
        info = await records.failure()
    assert info.reason == "UNAVAILABLE"
    assert info.metadata["resume_token"]


async def test_equal_watches_share_what_is_made_of_an_event(hub: Hub, database: Database) -> None:
    organization, made, watcher = identifiers.new(), list[UUID](), Watcher(database, hub, Signer(secrets.token_hex()))

    def presenting(event: object) -> finding_pb2.FindingEvent:
        made.append(organization)
        return present(event)  # type: ignore[arg-type]  # it is an event

    async def first_event() -> finding_pb2.WatchFindingsResponse:
        calls.enter(call_of(organization))
        watch = watcher.watch(
            response_class=finding_pb2.WatchFindingsResponse,
            parent="x",
            accept=lambda _: True,
            present=presenting,
            names=lambda _: {},
        )
        async with contextlib.aclosing(watch) as records:
            return [record async for record in _until_event(records)][-1]

    watches = [asyncio.create_task(first_event()) for _ in range(10)]

    async def all_there() -> bool:
        return hub.subscriptions == 10

    await eventually(all_there)
    await asyncio.sleep(0.2)
    await write(database, organization, "1")
    records = await asyncio.gather(*watches)
    assert len(made) == 1
    assert all(record is records[0] for record in records)


async def _until_event(
    records: AsyncIterator[finding_pb2.WatchFindingsResponse],
) -> AsyncIterator[finding_pb2.WatchFindingsResponse]:
    async for record in records:
        yield record
        if record.WhichOneof("record") == "event":
            return


async def test_a_watch_ends_when_it_is_told_to(hub: Hub, database: Database) -> None:
    until, watcher = asyncio.Event(), Watcher(database, hub, Signer(secrets.token_hex()))
    calls.enter(call_of(identifiers.new()))
    watch = watcher.watch(
        response_class=finding_pb2.WatchFindingsResponse,
        parent="x",
        accept=lambda _: True,
        present=present,
        names=lambda _: {},
        until=until,
    )
    records = []
    async with asyncio.timeout(5):
        async for record in watch:
            records.append(record)
            until.set()
    assert [record.WhichOneof("record") for record in records] == ["checkpoint"]
    assert hub.subscriptions == 0
