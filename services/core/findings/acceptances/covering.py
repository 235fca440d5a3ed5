"""Findings taken by acceptances and given back, a batch in each transaction.

All of it serializes on the findings' topic: it changes findings, and two acceptances never take one at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.core.findings import changes
from services.core.findings.acceptances import domain, store, wire
from services.core.findings.acceptances.domain import COVERED, Acceptance, State
from services.core.findings.domain import Finding
from services.core.findings.domain import State as FindingState
from services.mesh.calls import Call
from services.mesh.database import Database, Unit

BATCH = 200
"""How many findings one transaction takes or gives back."""


async def cover(unit: Unit, acceptance: Acceptance) -> bool:
    """Takes findings for an acceptance in force; returns whether there may be more."""
    findings = await store.to_cover(unit, acceptance.scope, BATCH)
    for identifier in findings:
        await _take(unit, acceptance, await changes.find(unit, identifier))
    return len(findings) == BATCH


async def lift(unit: Unit, acceptance: Acceptance) -> bool:
    """Gives findings of an ended acceptance back, or to another one in force; returns whether there may be more."""
    taken = await store.covered(unit, acceptance.id, BATCH)
    others = await store.in_force(unit)
    for identifier, before in taken:
        finding = await changes.find(unit, identifier)
        if finding.state is FindingState.RISK_ACCEPTED:
            other = next((one for one in others if one.scope.covers(finding)), None)
            if other:
                await store.take(unit, identifier, other.id, before)
                continue
            await changes.restore(unit, finding, before)
        await store.give_back(unit, identifier)
    return len(taken) == BATCH


async def arrived(unit: Unit, findings: Iterable[Finding]) -> dict[UUID, Finding]:
    """Takes findings that were just found, or found again, for acceptances in force; returns those that were taken."""
    found = [finding for finding in findings if finding.state in COVERED]
    acceptances = await store.in_force(unit) if found else []
    taken: dict[UUID, Finding] = {}
    for finding in found:
        acceptance = next((one for one in acceptances if one.scope.covers(finding)), None)
        if acceptance:
            taken[finding.id] = await _take(unit, acceptance, finding)
    return taken


async def _take(unit: Unit, acceptance: Acceptance, finding: Finding) -> Finding:
    await store.take(unit, finding.id, acceptance.id, finding.state)
    return await changes.move(unit, finding.id, FindingState.RISK_ACCEPTED, verb="risk_accepted")


@dataclass(frozen=True)
class AcceptanceKeeper:
    """Ends acceptances whose time is over, and goes on with what didn't fit into one transaction."""

    async def tick(self, database: Database, call: Call, now: datetime) -> datetime | None:
        """Does what is due, and returns when the next acceptance expires."""
        async with database.unit(call) as unit:
            over, following = await store.expiring(unit, now)
        for identifier in over:
            await self._expire(database, call, identifier, now)
        async with database.unit(call) as unit:
            pending = await store.pending(unit)
        for acceptance in pending:
            await self._settle(database, call, acceptance)
        return following

    async def _expire(self, database: Database, call: Call, identifier: UUID, now: datetime) -> None:
        async with database.unit(call) as unit:
            await unit.serialize(changes.TOPIC)
            acceptance = await store.get(unit, identifier)
            if acceptance is None or acceptance.state is not State.APPROVED:
                return
            ended = domain.expire(acceptance, now)
            # What is written first decides: it doesn't cover its own findings any more.
            await store.save(unit, ended, pending=True)
            if not await lift(unit, ended):
                await store.settled(unit, identifier)
            unit.record(wire.event(unit.organization, ended, "expired"))

    async def _settle(self, database: Database, call: Call, acceptance: Acceptance) -> None:
        """Takes or gives back what is left, however much; it is asked anew each time in which of both ways."""
        more = True
        while more:
            async with database.unit(call) as unit:
                await unit.serialize(changes.TOPIC)
                now = await store.get(unit, acceptance.id)
                if now is None:
                    return
                more = await (cover if now.state is State.APPROVED else lift)(unit, now)
                if not more:
                    await store.settled(unit, acceptance.id)
