"""Scans that wait for a window of their engagement, and the look-out for its closing while they run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from temporalio.exceptions import ApplicationError

from services.core.scans import domain, store, wire
from services.core.scans.domain import Scan
from services.core.scans.leave import Leaves, given, waits_until
from services.mesh.calls import Call
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason

_LOOK_SECONDS = 0.5
# Whether an engagement was stopped can't be known without the database: then nothing goes on for long.
_MOST_FAILURES = 6
_FINAL = frozenset(
    {
        Reason.ILLEGAL_TRANSITION,
        Reason.ENGAGEMENT_STOPPED,
        Reason.ENGAGEMENT_NOT_UNDER_WAY,
        Reason.OUTSIDE_SCOPE,
        Reason.OUTSIDE_WINDOW,
    }
)


def seconds(until: datetime) -> float:
    """Returns how long it is until a moment; never nothing, which would mean that nobody waits."""
    return max(0.5, (until - datetime.now(UTC)).total_seconds())


@asynccontextmanager
async def refusals() -> AsyncIterator[None]:
    """Ends an activity for good where its engagement doesn't let it go on; other failures are tried again."""
    try:
        yield
    except Failure as failure:
        if failure.reason not in _FINAL:
            raise
        raise ApplicationError(str(failure), non_retryable=True) from failure


async def hold(unit: Unit, scan: Scan, until: datetime) -> None:
    """Has a scan wait, and says so once. The scan's row is locked."""
    if scan.held_until == until and scan.state is not domain.State.RUNNING:
        return
    held = domain.hold(scan, until, datetime.now(UTC))
    await _write(unit, held, "scan.held", f"A scan waits for its window until {until:%Y-%m-%d %H:%M} UTC")


async def let_go_on(unit: Unit, scan: Scan) -> Scan:
    """Returns the scan when it waits no more, and says so. The scan's row is locked."""
    going = domain.let_go_on(scan, datetime.now(UTC))
    await _write(unit, going, "scan.resumed", "A scan goes on: its window is open")
    return going


async def closed(database: Database, call: Call, leaves: Leaves, scan: Scan) -> datetime:
    """Waits until a running scan may not go on; returns until when it waits.

    Raises:
        Failure: As `waits_until`: the engagement was stopped, or has no more windows; UNAVAILABLE without the database.
    """
    failures = 0
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            async with database.unit(call) as unit:
                now = await store.get(unit, scan.id, lock=True)
                if until := waits_until(await given(unit, leaves, now), now, datetime.now(UTC)):
                    await hold(unit, now, until)
                    return until
            failures = 0
        except Failure as failure:
            failures += 1
            if failure.reason is not Reason.UNAVAILABLE or failures >= _MOST_FAILURES:
                raise


async def _write(unit: Unit, scan: Scan, kind: str, summary: str) -> None:
    await store.save(unit, scan)
    unit.record(wire.changed(kind, scan, await store.tasks(unit, scan.id), summary))
