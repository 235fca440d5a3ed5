"""Changing a schedule: the row and Temporal's schedule end up the same, whichever of the two failed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.client import Client
from xorb.core.v1 import scan_pb2, scan_schedule_pb2_grpc
from xorb.core.v1.scan_schedule_pb2 import (
    CreateScanScheduleRequest,
    DeleteScanScheduleRequest,
    PauseScanScheduleRequest,
    ScanSchedule,
    UpdateScanScheduleRequest,
)

from services.core.engagements.leave import leave
from services.core.scans.schedules import store, wire
from services.core.scans.schedules.activities import ScheduleActivities
from services.core.scans.schedules.control import ScheduleControl
from services.core.scans.schedules.service import ScanSchedulesServicer
from services.core.scans.schedules.workflows import AlignSchedule
from services.core.targets import store as targets
from services.mesh import identifiers, names, temporal
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.pages import Pager
from services.mesh.testing import call_of, serving
from services.mesh.windows import Calendar
from stack.polling import until
from tests.core.harness import Tenant, new_tenant
from tests.core.scans.schedules.test_control import schedule


class CommitError(Exception):
    """The transaction came to nothing."""


@dataclass(frozen=True)
class World:
    """Schedules of an organization, in the database and in Temporal, with a worker."""

    database: Database
    client: Client
    control: ScheduleControl
    stub: scan_schedule_pb2_grpc.ScanSchedulesServiceStub
    tenant: Tenant

    async def interval(self, name: str) -> timedelta | None:
        """How often Temporal has a schedule due; None where it goes by the calendar."""
        described = await self.client.get_schedule_handle(name).describe()
        return next((one.every for one in described.schedule.spec.intervals), None)

    async def made(self) -> ScanSchedule:
        """A new schedule of every hour, of a target that is there."""
        target = f"{self.tenant.name}/targets/{identifiers.new()}"
        sent = ScanSchedule(
            display_name="Hourly", scan=scan_pb2.Scan(targets=[target]), interval=Duration(seconds=3600)
        )
        request = CreateScanScheduleRequest(parent=self.tenant.name, scan_schedule=sent)
        made = await self.tenant.call(self.stub.CreateScanSchedule, request)
        assert isinstance(made, ScanSchedule)
        return made


async def _none_missing(*_: object) -> list[UUID]:
    return []


@pytest_asyncio.fixture(loop_scope="session")
async def world(database: Database, database_environment: dict[str, str]) -> AsyncIterator[World]:
    """A new organization's schedules."""
    client = await Client.connect(database_environment["XORB_TEMPORAL_ADDRESS"])
    control = ScheduleControl(client)
    servicer = ScanSchedulesServicer(database, Pager("k" * 32), control, leave, _none_missing)
    activities = ScheduleActivities(database, leave, targets.get, control)  # type: ignore[arg-type]  # none is asked for

    def register(server: object) -> None:
        scan_schedule_pb2_grpc.add_ScanSchedulesServiceServicer_to_server(servicer, server)

    async with (
        serving(register, ["xorb.core.v1.ScanSchedulesService"], database) as channel,
        temporal.worker(client, [AlignSchedule], activities.all()),
    ):
        stub = scan_schedule_pb2_grpc.ScanSchedulesServiceStub(channel)
        yield World(database, client, control, stub, await new_tenant())


@pytest.mark.parametrize("commits", [False, True])
async def test_what_the_row_says_is_what_is_due(world: World, commits: bool) -> None:
    """Temporal was told, and the commit fails; or the commit succeeds, and Temporal was never told."""
    organization = world.tenant.organization
    hourly = schedule(Calendar())
    name = wire.name(organization, hourly.id)
    daily = replace(hourly, interval_seconds=86400)
    await world.control.create(name, organization, hourly)
    async with world.database.unit(call_of(organization)) as unit:
        await store.add(unit, hourly)

    async def change() -> None:
        async with world.database.unit(call_of(organization)) as unit:
            assert await store.get(unit, hourly.id, lock=True)
            await store.save(unit, daily)
            await world.control.align(name, organization, hourly.id)
            if not commits:
                await world.control.set(name, organization, daily)
                raise CommitError

    if commits:
        await change()
    else:
        with pytest.raises(CommitError):
            await change()

    async def is_aligned() -> bool:
        return await world.interval(name) == timedelta(days=1 if commits else 0, hours=0 if commits else 1)

    await until(is_aligned, 30)
    await world.control.delete(name)


async def test_a_schedule_is_changed(world: World) -> None:
    made = await world.made()
    changed = ScanSchedule(name=made.name, etag=made.etag, cron="0 3 * * *", display_name="Nightly")
    update = UpdateScanScheduleRequest(scan_schedule=changed)

    nightly = await world.tenant.call(world.stub.UpdateScanSchedule, update)

    assert (nightly.cron, nightly.HasField("interval"), nightly.display_name) == ("0 3 * * *", False, "Nightly")
    assert nightly.scan == made.scan
    assert nightly.etag != made.etag
    assert await world.interval(made.name) is None
    back = UpdateScanScheduleRequest(
        scan_schedule=ScanSchedule(name=made.name, interval=Duration(seconds=7200), display_name="Ignored"),
        update_mask=FieldMask(paths=["interval"]),
    )
    assert (await world.tenant.call(world.stub.UpdateScanSchedule, back)).display_name == "Nightly"
    assert await world.interval(made.name) == timedelta(hours=2)
    await world.tenant.call(world.stub.DeleteScanSchedule, DeleteScanScheduleRequest(name=made.name))


async def test_what_was_changed_since_is_refused(world: World) -> None:
    made = await world.made()
    update = UpdateScanScheduleRequest(
        scan_schedule=ScanSchedule(name=made.name, etag=made.etag, display_name="Theirs")
    )
    await world.tenant.call(world.stub.UpdateScanSchedule, update)

    for method, request in (
        (world.stub.UpdateScanSchedule, update),
        (world.stub.PauseScanSchedule, PauseScanScheduleRequest(name=made.name, etag=made.etag)),
        (world.stub.DeleteScanSchedule, DeleteScanScheduleRequest(name=made.name, etag=made.etag)),
    ):
        assert (await world.tenant.refused(method, request)).reason is Reason.ETAG_MISMATCH


@pytest.mark.parametrize(
    "fields", [{"cron": "61 3 * * *"}, {"display_name": " "}, {"time_zone": "Mars/Olympus"}, {"cron": ""}]
)
async def test_what_means_nothing_changes_nothing(world: World, fields: dict[str, Any]) -> None:
    made = await world.made()
    mask = FieldMask(paths=[*fields, "interval"] if fields == {"cron": ""} else list(fields))
    update = UpdateScanScheduleRequest(scan_schedule=ScanSchedule(name=made.name, **fields), update_mask=mask)

    assert (await world.tenant.refused(world.stub.UpdateScanSchedule, update)).reason is Reason.INVALID_FIELD

    async with world.database.unit(call_of(world.tenant.organization)) as unit:
        kept = await store.get(unit, names.parse(wire.PATTERN, made.name)[1])
    assert kept is not None
    assert (kept.interval_seconds, kept.updated_at < datetime.now(UTC)) == (3600, True)
    assert await world.interval(made.name) == timedelta(hours=1)
