"""Scans under an engagement, met by their activities: whoever started the workflow."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc.aio
import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from xorb.core.v1 import finding_pb2_grpc

from services.core.engagements import domain as engagements
from services.core.engagements import store as engagement_store
from services.core.engagements.domain import Engagement, Stop, Terms
from services.core.engagements.leave import leave
from services.core.scans import store
from services.core.scans.activities import ScanActivities
from services.core.scans.domain import Scan, ScanTarget, State
from services.core.scans.orders import ScanOrder, TaskOrder
from services.core.scans.scope import Bounds
from services.core.scans.sightings import Sightings
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.testing import KEYS, call_of
from services.mesh.tokens import Issuer, ServiceIdentity
from services.mesh.windows import Calendar, Period
from tests.core.scans.samples import scan, target
from tests.e2e.slow_site import slow_site

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def activities(database: Database) -> AsyncIterator[ScanActivities]:
    """The activities, as the orchestrator has them; what they see goes nowhere."""
    async with grpc.aio.insecure_channel("unix:nowhere") as nowhere:
        identity = ServiceIdentity(Issuer(KEYS), "spiffe://xorb/orchestrator")
        sightings = Sightings(finding_pb2_grpc.SightingsServiceStub(nowhere), identity)
        yield ScanActivities(database, sightings, Bounds(allow_loopback=True), leave)


class Ground:
    """An organization with an engagement and a scan under it, written past all services."""

    def __init__(self, database: Database, activities: ScanActivities, where: ScanTarget) -> None:
        """Makes what is to be written."""
        self.database, self.activities, self.where = database, activities, where
        self.organization = identifiers.new()
        now = datetime.now(UTC)
        drafted = engagements.draft(identifiers.new(), Terms("Test", targets=(where.id,)), "", now)
        self.engagement: Engagement = replace(drafted, state=engagements.State.IN_PROGRESS)
        self.scan: Scan = replace(scan(self.organization, [where]), engagement=self.engagement.id)
        self.order = ScanOrder(str(self.organization), str(self.scan.id))

    async def written(self, **terms: Any) -> None:
        """Writes it all, on other terms where they are given."""
        self.engagement = replace(self.engagement, terms=replace(self.engagement.terms, **terms))
        async with self.database.unit(call_of(self.organization)) as unit:
            await engagement_store.add(unit, self.engagement)
            await store.add(unit, self.scan, [self.where])

    async def change(self, **values: Any) -> None:
        """Changes the engagement."""
        self.engagement = replace(self.engagement, **values)
        async with self.database.unit(call_of(self.organization)) as unit:
            await engagement_store.save(unit, self.engagement)

    async def now(self) -> Scan:
        """Returns the scan."""
        async with self.database.unit(call_of(self.organization)) as unit:
            return await store.get(unit, UUID(self.order.scan))

    async def execute(self) -> object:
        """Returns what the web assessment comes to."""
        order = TaskOrder(self.order, "http", str(self.where.id), "assessment")
        return await ActivityEnvironment().run(self.activities.execute, order)


@pytest_asyncio.fixture(loop_scope="session")
async def ground(database: Database, activities: ScanActivities) -> Ground:
    """A ground with a host that stands for nothing."""
    return Ground(database, activities, target())


async def test_a_target_outside_of_the_scope_is_never_touched(ground: Ground) -> None:
    await ground.written(targets=(identifiers.new(),))

    with pytest.raises(ApplicationError, match="scope") as caught:
        await ground.activities.plan(ground.order)
    assert caught.value.non_retryable


async def test_nothing_runs_under_what_is_not_under_way(ground: Ground) -> None:
    ground.engagement = replace(ground.engagement, state=engagements.State.SCHEDULED)
    await ground.written()

    with pytest.raises(ApplicationError, match="SCHEDULED"):
        await ground.activities.plan(ground.order)


async def test_a_scan_before_its_window_waits(ground: Ground) -> None:
    opens = datetime.now(UTC) + HOUR
    await ground.written(calendar=Calendar((Period(opens, opens + HOUR),)))

    plan = await ground.activities.plan(ground.order)

    assert not plan.tasks
    assert 3500 < plan.hold_seconds <= 3600
    held = await ground.now()
    assert (held.state, held.held_until) == (State.QUEUED, opens)


@pytest_asyncio.fixture(loop_scope="session")
async def running(database: Database, activities: ScanActivities) -> AsyncIterator[tuple[Ground, asyncio.Task[object]]]:
    """A scan of a slow site that has begun."""
    async with slow_site(30) as site:
        where = ScanTarget(identifiers.new(), "Slow", "url", f"http://127.0.0.1:{site.port}/")
        ground = Ground(database, activities, where)
        await ground.written()
        await activities.plan(ground.order)
        task = asyncio.create_task(ground.execute())
        try:
            await asyncio.wait_for(_begun(ground), 20)
            yield ground, task
        finally:
            task.cancel()
            await asyncio.wait([task])


async def test_a_stop_ends_what_runs_without_any_message(running: tuple[Ground, asyncio.Task[object]]) -> None:
    ground, task = running
    stopped = time.monotonic()
    await ground.change(stop=Stop(datetime.now(UTC), "accounts/somebody", "Orders are failing"))

    with pytest.raises(ApplicationError, match="emergency stop"):
        await asyncio.wait_for(task, 10)
    assert time.monotonic() - stopped < 2


async def test_what_runs_when_the_window_closes_is_paused_and_begins_anew(
    running: tuple[Ground, asyncio.Task[object]],
) -> None:
    ground, task = running
    opens = datetime.now(UTC) + HOUR
    calendar = Calendar((Period(opens, opens + HOUR),))
    await ground.change(terms=replace(ground.engagement.terms, calendar=calendar))

    result = await asyncio.wait_for(task, 10)

    assert result.hold_seconds > 3500  # type: ignore[attr-defined] # a TaskResult
    held = await ground.now()
    assert (held.state, held.held_until) == (State.PAUSED, opens)


async def _begun(ground: Ground) -> None:
    """Waits until the executor runs: it says how far it is."""
    while True:
        async with ground.database.unit(call_of(ground.organization)) as unit:
            tasks = await store.tasks(unit, UUID(ground.order.scan))
        if any(task.executor == "http" and task.state.value == "RUNNING" for task in tasks):
            return
        await asyncio.sleep(0.05)
