"""Schedules in Temporal."""

from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.service import RPCError

from services.core.scans.schedules.control import ScheduleControl
from services.core.scans.schedules.domain import Overlap, Schedule
from services.mesh import identifiers
from services.mesh.executions import Executions
from services.mesh.windows import Calendar, Weekly
from stack.polling import until


def schedule(calendar: Calendar) -> Schedule:
    """A schedule of every hour."""
    now = datetime.now(UTC)
    return Schedule(
        id=identifiers.new(),
        display_name="Every hour",
        engagement=None,
        targets=(),
        profile="QUICK",
        ports=(),
        outside_window="WAIT",
        cron="",
        interval_seconds=3600,
        calendar=calendar,
        overlap=Overlap.SKIP,
        creator="",
        created_at=now,
        updated_at=now,
    )


async def test_schedules_end_with_their_organization(database_environment: dict[str, str]) -> None:
    client = await Client.connect(database_environment["XORB_TEMPORAL_ADDRESS"])
    control, mine, other = ScheduleControl(client), identifiers.new(), identifiers.new()
    hourly, never = schedule(Calendar()), schedule(Calendar(weekly=(Weekly((), 0, 1440),)))
    names = [f"organizations/{mine}/scanSchedules/{hourly.id}", f"organizations/{other}/scanSchedules/{never.id}"]
    await control.create(names[0], mine, hourly)
    await control.create(names[1], other, never)
    assert await control.next_runs(names[0], hourly)
    assert await control.next_runs(names[1], never) == []

    async def wanted() -> bool:
        return True

    async def is_gone() -> bool:
        # Temporal lists what is new after a moment.
        await Executions(client, own_end=1).stop(f"organizations/{mine}/", apart_from="", wanted=wanted)
        return await control.next_runs(names[0], hourly) == []

    await until(is_gone, 20)
    try:
        assert await client.get_schedule_handle(names[1]).describe()
    except RPCError as error:
        raise AssertionError("another organization's schedule is gone") from error
    await control.delete(names[1])
    await control.delete(names[1])
