"""Schedules in Temporal: what says when, and survives restarts."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from temporalio import client as temporal
from temporalio.service import RPCError, RPCStatusCode

from services.core.scans.schedules.domain import Overlap, Schedule, State
from services.core.scans.schedules.orders import ScheduleOrder
from services.core.scans.schedules.workflows import ALIGNMENT, NAME
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason, invalid_field
from services.mesh.temporal import TASK_QUEUE

_T = TypeVar("_T")
# Whoever asks holds a connection to the database meanwhile: a Temporal that hangs must not take them all.
_PATIENCE = timedelta(seconds=5)
# What was due while the platform was away for longer is left out.
_CATCH_UP = timedelta(minutes=10)
_OVERLAPS = {
    Overlap.SKIP: temporal.ScheduleOverlapPolicy.SKIP,
    Overlap.BUFFER_ONE: temporal.ScheduleOverlapPolicy.BUFFER_ONE,
    Overlap.CANCEL_OTHER: temporal.ScheduleOverlapPolicy.CANCEL_OTHER,
}


@dataclass(frozen=True)
class ScheduleControl:
    """The way to Temporal's schedules; a schedule's identifier is its resource name."""

    client: temporal.Client

    async def create(self, name: str, organization: UUID, schedule: Schedule) -> None:
        """Has a schedule begin; its first run waits for the schedule's row.

        Raises:
            Failure: INVALID_FIELD for a cron that means nothing, UNAVAILABLE.
        """
        try:
            await self.client.create_schedule(name, _wanted(name, organization, schedule), rpc_timeout=_PATIENCE)
        except RPCError as error:
            raise _refused(error) from error

    async def set(self, name: str, organization: UUID, schedule: Schedule) -> None:
        """Has a schedule be as it is given here, whatever it was, and also where it was none.

        Raises:
            Failure: INVALID_FIELD for a cron that means nothing, UNAVAILABLE.
        """
        update = temporal.ScheduleUpdate(_wanted(name, organization, schedule))
        try:
            await self.client.get_schedule_handle(name).update(lambda _: update, rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise _refused(error) from error
            await self.create(name, organization, schedule)

    async def align(self, name: str, organization: UUID, schedule: UUID) -> None:
        """Has somebody else see to it that Temporal's schedule is what the row says, once nobody holds the row.

        To be called with the row locked, before Temporal is told of the change: then it doesn't matter which of the two
        fails, nor whether this process goes on.

        Raises:
            Failure: UNAVAILABLE.
        """
        order = ScheduleOrder(str(organization), str(schedule))
        identifier = f"{name}/alignments/{identifiers.new()}"
        try:
            await self.client.start_workflow(
                ALIGNMENT, order, id=identifier, task_queue=TASK_QUEUE, rpc_timeout=_PATIENCE
            )
        except RPCError as error:
            raise _unavailable() from error

    async def pause(self, name: str) -> None:
        """Has a schedule order nothing; raises UNAVAILABLE."""
        await _asked(self.client.get_schedule_handle(name).pause(rpc_timeout=_PATIENCE))

    async def resume(self, name: str) -> None:
        """Has a schedule order again; raises UNAVAILABLE."""
        await _asked(self.client.get_schedule_handle(name).unpause(rpc_timeout=_PATIENCE))

    async def trigger(self, name: str) -> None:
        """Has a schedule order now; raises UNAVAILABLE."""
        await _asked(self.client.get_schedule_handle(name).trigger(rpc_timeout=_PATIENCE))

    async def delete(self, name: str) -> None:
        """Ends a schedule; one that isn't there is fine. Raises UNAVAILABLE."""
        await _asked(self.client.get_schedule_handle(name).delete(rpc_timeout=_PATIENCE))

    async def next_runs(self, name: str, schedule: Schedule) -> list[datetime]:
        """Returns when a schedule is due next, blackouts left out; nothing where Temporal is away."""
        try:
            described = await self.client.get_schedule_handle(name).describe(rpc_timeout=_PATIENCE)
        except RPCError:
            return []
        return [time for time in described.info.next_action_times if schedule.calendar.is_open(time)]


async def _asked(call: Awaitable[_T]) -> _T | None:
    try:
        return await call
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise _unavailable() from error
        return None


def _wanted(name: str, organization: UUID, schedule: Schedule) -> temporal.Schedule:
    every = timedelta(seconds=schedule.interval_seconds)
    order = ScheduleOrder(str(organization), str(schedule.id))
    return temporal.Schedule(
        action=temporal.ScheduleActionStartWorkflow(NAME, order, id=f"{name}/runs", task_queue=TASK_QUEUE),
        spec=temporal.ScheduleSpec(
            cron_expressions=[schedule.cron] if schedule.cron else [],
            intervals=[temporal.ScheduleIntervalSpec(every=every)] if every else [],
            time_zone_name=schedule.calendar.zone,
        ),
        policy=temporal.SchedulePolicy(overlap=_OVERLAPS[schedule.overlap], catchup_window=_CATCH_UP),
        state=temporal.ScheduleState(paused=schedule.state is State.PAUSED),
    )


def _refused(error: RPCError) -> Failure:
    if error.status is RPCStatusCode.INVALID_ARGUMENT:
        return invalid_field("scan_schedule.cron", "no times of the calendar")
    return _unavailable()


def _unavailable() -> Failure:
    return Failure(Reason.UNAVAILABLE, "Schedules can't be reached now. Try again in a moment.")
