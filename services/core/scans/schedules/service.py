"""The schedules service."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf import empty_pb2
from xorb.core.v1 import scan_schedule_pb2, scan_schedule_pb2_grpc

from services.core.scans import wire as scans
from services.core.scans.leave import Leaves
from services.core.scans.schedules import store, wire
from services.core.scans.schedules.control import ScheduleControl
from services.core.scans.schedules.domain import Schedule, State, move
from services.core.scans.schedules.tables import FIELDS, SCHEDULES
from services.mesh import calls, etags, identifiers, masks, names
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

Missing = Callable[[Unit, Sequence[UUID]], Awaitable[list[UUID]]]


@dataclass
class ScanSchedulesServicer(scan_schedule_pb2_grpc.ScanSchedulesServiceServicer):
    """Serves `xorb.core.v1.ScanSchedulesService`.

    Args:
        database: Where schedules are.
        pager: Cuts lists into pages.
        control: The way to Temporal's schedules.
        leaves: Knows engagements.
        missing_targets: Returns those of some targets that there aren't.
    """

    database: Database
    pager: Pager
    control: ScheduleControl
    leaves: Leaves
    missing_targets: Missing

    async def CreateScanSchedule(
        self, request: scan_schedule_pb2.CreateScanScheduleRequest, context: Context
    ) -> scan_schedule_pb2.ScanSchedule:
        """Makes a schedule. Temporal is told before the row is committed: when either fails, nothing is ordered."""
        call = calls.current()
        identifier, now = identifiers.new(), datetime.now(UTC)
        schedule = wire.schedule(identifier, call.organization, request.scan_schedule, call.caller.subject, now)
        async with self.database.unit() as unit:
            await self._require(unit, schedule)
            await store.add(unit, schedule)
            unit.record(wire.event(unit.organization, schedule, "created"))
            await self.control.create(wire.name(unit.organization, identifier), unit.organization, schedule)
            return unit.reply(wire.message(unit.organization, schedule))

    async def GetScanSchedule(
        self, request: scan_schedule_pb2.GetScanScheduleRequest, context: Context
    ) -> scan_schedule_pb2.ScanSchedule:
        """Returns one schedule."""
        async with self.database.unit() as unit:
            schedule = await _find(unit, request.name)
        return wire.message(unit.organization, schedule, await self.control.next_runs(request.name, schedule))

    async def ListScanSchedules(
        self, request: scan_schedule_pb2.ListScanSchedulesRequest, context: Context
    ) -> scan_schedule_pb2.ListScanSchedulesResponse:
        """Lists schedules, a page at a time."""
        wanted = PageRequest(
            f"ListScanSchedules:{request.parent}", request.page_size, request.page_token, request.filter
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.every(unit), wanted, fields=FIELDS, default_order="create_time desc", key=SCHEDULES.c.id
            )
        return scan_schedule_pb2.ListScanSchedulesResponse(
            scan_schedules=[wire.message(unit.organization, store.schedule(row)) for row in page.rows],
            next_page_token=page.next_page_token,
        )

    async def UpdateScanSchedule(
        self, request: scan_schedule_pb2.UpdateScanScheduleRequest, context: Context
    ) -> scan_schedule_pb2.ScanSchedule:
        """Changes a schedule, and when Temporal has it due."""
        sent = request.scan_schedule
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, sent.name, sent.etag)
            fields = masks.fields(sent, request.update_mask, wire.message(unit.organization, current))
            schedule = wire.changed(unit.organization, sent, current, fields, datetime.now(UTC))
            await self._require(unit, schedule, current)
            await store.save(unit, schedule)
            unit.record(wire.event(unit.organization, schedule, "updated"))
            await self.control.align(sent.name, unit.organization, schedule.id)
            await self.control.set(sent.name, unit.organization, schedule)
            return unit.reply(wire.message(unit.organization, schedule))

    async def PauseScanSchedule(
        self, request: scan_schedule_pb2.PauseScanScheduleRequest, context: Context
    ) -> scan_schedule_pb2.ScanSchedule:
        """Has a schedule order nothing."""
        return await self._move(request.name, request.etag, State.PAUSED, "paused", self.control.pause)

    async def ResumeScanSchedule(
        self, request: scan_schedule_pb2.ResumeScanScheduleRequest, context: Context
    ) -> scan_schedule_pb2.ScanSchedule:
        """Has a schedule order again."""
        return await self._move(request.name, request.etag, State.ACTIVE, "resumed", self.control.resume)

    async def TriggerScanSchedule(
        self, request: scan_schedule_pb2.TriggerScanScheduleRequest, context: Context
    ) -> scan_schedule_pb2.ScanSchedule:
        """Has a schedule order now."""
        async with self.database.unit() as unit:
            schedule = await _find(unit, request.name)
            unit.record(wire.event(unit.organization, schedule, "triggered"))
            await self.control.trigger(request.name)
            return unit.reply(wire.message(unit.organization, schedule))

    async def DeleteScanSchedule(
        self, request: scan_schedule_pb2.DeleteScanScheduleRequest, context: Context
    ) -> empty_pb2.Empty:
        """Removes a schedule."""
        async with self.database.unit() as unit:
            schedule = await _find_to_change(unit, request.name, request.etag)
            await store.remove(unit, schedule.id)
            unit.record(wire.event(unit.organization, schedule, "deleted"))
            await self.control.align(request.name, unit.organization, schedule.id)
            await self.control.delete(request.name)
            return unit.reply(empty_pb2.Empty())

    async def _move(
        self, name: str, etag: str, state: State, verb: str, tell: Callable[[str], Awaitable[None]]
    ) -> scan_schedule_pb2.ScanSchedule:
        async with self.database.unit() as unit:
            moved = move(await _find_to_change(unit, name, etag), state, datetime.now(UTC))
            await store.save(unit, moved)
            unit.record(wire.event(unit.organization, moved, verb))
            await self.control.align(name, unit.organization, moved.id)
            await tell(name)
            return unit.reply(wire.message(unit.organization, moved))

    async def _require(self, unit: Unit, schedule: Schedule, before: Schedule | None = None) -> None:
        """Checks that what a schedule newly names is there."""
        known = before.targets if before else ()
        for target in await self.missing_targets(unit, [one for one in schedule.targets if one not in known]):
            raise not_found(scans.target_name(unit.organization, target))
        if schedule.engagement and await self.leaves(unit, schedule.engagement) is None:
            raise not_found(scans.engagement_name(unit.organization, schedule.engagement))


async def _find_to_change(unit: Unit, name: str, etag: str) -> Schedule:
    schedule = await _find(unit, name, lock=True)
    etags.require(etag, wire.etag(schedule))
    return schedule


async def _find(unit: Unit, name: str, *, lock: bool = False) -> Schedule:
    _, identifier = names.parse(wire.PATTERN, name)
    schedule = await store.get(unit, identifier, lock=lock)
    if schedule is None:
        raise not_found(name)
    return schedule
