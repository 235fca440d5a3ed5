"""Looks at the deadlines of an organization: which have come near, which have passed, and which have to be set anew."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.core.findings import changes
from services.core.findings.deadlines import clocks, store
from services.mesh.calls import Call
from services.mesh.database import Database


@dataclass(frozen=True)
class DeadlineKeeper:
    """Warns of deadlines, says when they have passed, and sets them anew when policy or criticality has changed."""

    async def tick(self, database: Database, call: Call, now: datetime) -> datetime | None:
        """Does what is due and returns when the next is; None for an organization that allows everything."""
        async with database.unit(call) as unit:
            policy = await store.policy(unit)
        if not policy.revision:
            return None
        await self._reckon(database, call)
        while await self._say(database, call, now):
            pass
        async with database.unit(call) as unit:
            following = await store.following(unit)
        latest = now + clocks.LATEST
        return (min(following, latest) if following else latest) if policy.allowances else None

    async def _say(self, database: Database, call: Call, now: datetime) -> bool:
        """Says of some findings what has become of their deadlines; returns whether there may be more."""
        async with database.unit(call) as unit:
            await unit.serialize(changes.TOPIC)
            come = await clocks.come(unit, now)
            for one in come:
                finding = await changes.find(unit, one.finding)
                unit.record(changes.event(unit.organization, finding, one.verb))
        return len(come) == clocks.BATCH

    async def _reckon(self, database: Database, call: Call) -> None:
        """Sets the clocks of all findings that a changed policy, or a target's changed criticality, touches.

        What it has done is noted at its end; one that dies half-way is begun again, which changes nothing twice.
        """
        async with database.unit(call) as unit:
            wanted = await store.to_reckon(unit)
        if wanted is None:
            return
        after: UUID | None = None
        while True:
            async with database.unit(call) as unit:
                await unit.serialize(changes.TOPIC)
                batch = await store.touched(unit, wanted, after, clocks.BATCH)
                await clocks.keep(unit, batch)
                if len(batch) < clocks.BATCH:
                    await store.reckoned(unit, wanted)
                    return
                after = batch[-1]
