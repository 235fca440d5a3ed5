"""What a re-test's workflow has done: taking its turn, and concluding. Each may be done twice without harm."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from temporalio import activity

from services.core.findings import changes
from services.core.findings.retests import domain, settling, store, wire
from services.core.findings.retests.domain import Look, Retest, State, Verdict
from services.core.findings.retests.orders import RetestOrder, Turn
from services.core.findings.retests.scanning import Scans
from services.core.findings.retests.workflows import CONCLUDE, TAKE_TURN
from services.mesh.calls import Call, Caller
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found

IDENTITY = "spiffe://xorb/orchestrator"
_SCANS = UUID("0197d1a0-3a5e-7c3e-9b1d-5f5e2d1c6a12")
# So often is a re-test looked for whose row may just be being committed; about a minute.
_MOST_ATTEMPTS = 12
_BUSY_SECONDS = 5.0
_LONGEST_LOOK_SECONDS = 900.0
_LONGEST_BUSY = timedelta(days=1)


@dataclass(frozen=True)
class RetestActivities:
    """The activities, with what they stand on.

    Args:
        database: Where re-tests are.
        scans: Orders the scans that look.
    """

    database: Database
    scans: Scans

    def all(self) -> list[Callable[..., Coroutine[Any, Any, Any]]]:
        """Returns the activities, for a worker."""
        return [self.take_turn, self.conclude]

    @activity.defn(name=TAKE_TURN)
    async def take_turn(self, order: RetestOrder) -> Turn:
        """Orders the scan, or says how long to wait for it; a re-test that no scan can decide ends here."""
        try:
            async with self.database.unit(_call(order)) as unit:
                return await self._place(unit, order)
        except Failure as failure:
            if failure.reason is Reason.UNAVAILABLE:
                raise
            if failure.reason is Reason.NOT_FOUND and activity.info().attempt < _MOST_ATTEMPTS:
                raise
            return await self._refused(order, failure)

    @activity.defn(name=CONCLUDE)
    async def conclude(self, order: RetestOrder) -> None:
        """Ends the re-test by what its scan has seen; one that is over, or was never committed, stays as it is."""
        async with self.database.unit(_call(order)) as unit:
            await unit.serialize(changes.TOPIC)
            retest = await store.get(unit, UUID(order.retest))
            if retest is None or retest.over:
                return
            verdict, after, reason = await self._outcome(unit, retest)
            ended = domain.end(retest, verdict, unit.actor, changes.now(), after=after, reason=reason)
            await settling.settle(unit, ended)

    async def _place(self, unit: Unit, order: RetestOrder) -> Turn:
        await unit.serialize(changes.TOPIC)
        retest = await store.get(unit, UUID(order.retest))
        if retest is None:
            raise not_found(wire.name(unit.organization, UUID(order.retest)))
        if retest.over or retest.look is None:
            return Turn()
        if retest.scan:
            return Turn(str(retest.scan))
        if until := await self.scans.wait(unit, retest.look):
            return await _wait(
                unit, retest, f"The engagement's windows are closed until {until:%Y-%m-%d %H:%M} UTC.", until
            )
        return await self._order(unit, retest, retest.look)

    async def _order(self, unit: Unit, retest: Retest, look: Look) -> Turn:
        scan = uuid5(_SCANS, str(retest.id))
        await self.scans.order(unit, look, scan, f"Re-test of {look.check} at {look.location}"[:200], retest.requester)
        started = domain.start(retest, scan, changes.now())
        await store.save(unit, started)
        if retest.state is State.REQUESTED:
            unit.record(wire.event(unit.organization, started, "queued"))
        unit.record(wire.event(unit.organization, started, "started"))
        return Turn(str(scan))

    async def _refused(self, order: RetestOrder, failure: Failure) -> Turn:
        """Has the re-test wait for a busy target; ends it where waiting doesn't help."""
        async with self.database.unit(_call(order)) as unit:
            await unit.serialize(changes.TOPIC)
            retest = await store.get(unit, UUID(order.retest))
            if retest is None or retest.over:
                return Turn()
            now = changes.now()
            if failure.reason is Reason.TARGET_BUSY and now < retest.requested_at + _LONGEST_BUSY:
                return await _wait(unit, retest, str(failure), now + timedelta(seconds=_BUSY_SECONDS))
            ended = domain.end(retest, Verdict.INCONCLUSIVE, unit.actor, now, reason=str(failure))
            await settling.settle(unit, ended)
            return Turn()

    async def _outcome(self, unit: Unit, retest: Retest) -> tuple[Verdict, str, str]:
        """Returns the verdict, what was seen, and why nothing could be found out."""
        if retest.scan is None or retest.look is None:
            return Verdict.INCONCLUSIVE, "", "It was ended before it had its turn."
        seen = await store.seen_by(unit, retest.scan, retest.look.check)
        if seen is not None:
            return Verdict.STILL_THERE, seen, ""
        reason = await self.scans.inconclusive(unit, retest.scan)
        return (Verdict.INCONCLUSIVE, "", reason) if reason else (Verdict.FIXED, "", "")


async def _wait(unit: Unit, retest: Retest, reason: str, until: datetime) -> Turn:
    waiting = domain.queue(retest, reason, changes.now())
    if waiting is not retest:
        await store.save(unit, waiting)
        unit.record(wire.event(unit.organization, waiting, "queued"))
    seconds = (until - changes.now()).total_seconds()
    return Turn(wait_seconds=min(max(seconds, 0.5), _LONGEST_LOOK_SECONDS))


def _call(order: RetestOrder) -> Call:
    return Call(method="RunRetest", caller=Caller(IDENTITY), organization=UUID(order.organization))
