"""Ordering a schedule's scan when it is due. It may be done twice without harm."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from temporalio import activity

from services.core.scans import store as scans
from services.core.scans import wire as scan_wire
from services.core.scans.domain import OutsideWindow, Profile, Scan, ScanTarget, State
from services.core.scans.leave import Leaves, given, ordered_at
from services.core.scans.schedules import store, wire
from services.core.scans.schedules.control import ScheduleControl
from services.core.scans.schedules.domain import Schedule, ran
from services.core.scans.schedules.orders import ScheduleOrder
from services.core.scans.schedules.workflows import ALIGN, ORDER
from services.mesh.calls import Call, Caller
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found

IDENTITY = "spiffe://xorb/orchestrator"
Targets = Callable[[Unit, UUID], Awaitable[ScanTarget | None]]
"""Returns a target as a scan keeps it; None where it isn't there or isn't verified."""

_RUNS = UUID("0197d1a0-3a5e-7c3e-9b1d-5f5e2d1c6a11")
# So often is a schedule looked for whose row may just be being committed; about a minute.
_MOST_ATTEMPTS = 12


@dataclass(frozen=True)
class ScheduleActivities:
    """The activities, with what they stand on.

    Args:
        database: Where schedules are.
        leaves: Knows what engagements allow.
        targets: Knows verified targets.
        control: The way to Temporal's schedules.
    """

    database: Database
    leaves: Leaves
    targets: Targets
    control: ScheduleControl

    def all(self) -> list[Callable[..., Coroutine[Any, Any, str]]]:
        """Returns the activities, for a worker."""
        return [self.order, self.align]

    @activity.defn(name=ORDER)
    async def order(self, order: ScheduleOrder) -> str:
        """Orders a scan and returns its identifier; empty, with the reason in the schedule, where it can't be now."""
        try:
            async with self.database.unit(_call(order)) as unit:
                return await self._place(unit, order)
        except Failure as failure:
            if failure.reason is Reason.UNAVAILABLE:
                raise
            return await self._refused(order, failure)

    @activity.defn(name=ALIGN)
    async def align(self, order: ScheduleOrder) -> str:
        """Has Temporal's schedule say what the row says, and returns the schedule's name.

        It waits for the row, and so for the end of the transaction that is changing it, however it ends.
        """
        organization, identifier = UUID(order.organization), UUID(order.schedule)
        name = wire.name(organization, identifier)
        async with self.database.unit(_call(order)) as unit:
            schedule = await store.get(unit, identifier, lock=True)
            if schedule is None:
                await self.control.delete(name)
            else:
                await self.control.set(name, organization, schedule)
        return name

    async def _place(self, unit: Unit, order: ScheduleOrder) -> str:
        identifier, now = uuid5(_RUNS, order.run), datetime.now(UTC)
        schedule = await store.get(unit, UUID(order.schedule), lock=True)
        if schedule is None:
            raise not_found(order.schedule)
        if await scans.find(unit, identifier):
            return str(identifier)
        if not schedule.calendar.is_open(now):
            raise Failure(Reason.OUTSIDE_WINDOW, "It was due in a blackout.")
        if not await store.organization_works(unit):
            raise Failure(Reason.ORGANIZATION_SUSPENDED)
        targets = [await self._target(unit, target) for target in schedule.targets]
        scan = _scan(unit, schedule, identifier, now)
        ordered_at(await given(unit, self.leaves, scan, keep=True), scan, now)
        await scans.add(unit, scan, targets)
        await store.save(unit, ran(schedule, now, identifier))
        unit.record(scan_wire.changed("scan.created", scan, (), f"Schedule {schedule.display_name} has ordered a scan"))
        return str(identifier)

    async def _target(self, unit: Unit, identifier: UUID) -> ScanTarget:
        target = await self.targets(unit, identifier)
        if target is None:
            raise Failure(Reason.TARGET_NOT_VERIFIED)
        return target

    async def _refused(self, order: ScheduleOrder, failure: Failure) -> str:
        async with self.database.unit(_call(order)) as unit:
            schedule = await store.get(unit, UUID(order.schedule), lock=True)
            if schedule is not None:
                left_out = ran(schedule, datetime.now(UTC), None, str(failure))
                await store.save(unit, left_out)
                unit.record(wire.event(unit.organization, left_out, "skipped"))
                return ""
        if activity.info().attempt < _MOST_ATTEMPTS:
            raise failure
        # It was never committed, or is gone.
        await self.control.delete(wire.name(UUID(order.organization), UUID(order.schedule)))
        return ""


def _scan(unit: Unit, schedule: Schedule, identifier: UUID, now: datetime) -> Scan:
    return Scan(
        id=identifier,
        organization=unit.organization,
        display_name=schedule.display_name,
        targets=schedule.targets,
        profile=Profile(schedule.profile),
        ports=schedule.ports,
        state=State.QUEUED,
        creator=schedule.creator,
        created_at=now,
        updated_at=now,
        engagement=schedule.engagement,
        schedule=schedule.id,
        outside_window=OutsideWindow(schedule.outside_window),
    )


def _call(order: ScheduleOrder) -> Call:
    return Call(method="RunScheduledScan", caller=Caller(IDENTITY), organization=UUID(order.organization))
