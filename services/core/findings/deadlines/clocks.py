"""The clocks of findings in the database: set when findings change, and looked at by KeepTime when something is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from services.core.findings import domain as findings
from services.core.findings.deadlines import domain, store
from services.core.findings.deadlines.domain import Clock, Policy, Stage, Standing
from services.core.findings.deadlines.store import Kept
from services.core.findings.domain import State
from services.mesh.database import Unit

BATCH: Final = 500
"""How many findings' clocks one transaction sets."""

LATEST: Final = timedelta(minutes=15)
"""How long a deadline that has moved closer may go unnoticed, and a target's criticality that has changed."""

_OVER = frozenset({State.RESOLVED, State.DISMISSED, State.DUPLICATE})
_WAITS = frozenset({State.READY_FOR_RETEST, State.RISK_ACCEPTED})


@dataclass(frozen=True, slots=True)
class Due:
    """A clock that has come to its next stage, and the verb of the event that says so."""

    finding: UUID
    clock: Clock
    verb: str


async def keep(unit: Unit, identifiers: Sequence[UUID]) -> Mapping[UUID, Clock]:
    """Sets the clocks of findings that were just written, as they are now, and returns them; none without a policy.

    What has become due is said by the next look, so that every event of a deadline is written in one place.
    """
    policy = await store.policy(unit)
    if not policy.revision or not identifiers:
        return {}
    now = datetime.now(UTC)
    kept = await store.clocks(unit, identifiers)
    clocks = {one.finding: _set(one, policy, now) for one in kept}
    before = {one.finding: one.clock for one in kept}
    await store.write_clocks(unit, {one: clock for one, clock in clocks.items() if clock != before[one]})
    return clocks


async def come(unit: Unit, now: datetime) -> list[Due]:
    """Moves the clocks on that have something to say, and returns which."""
    policy = await store.policy(unit)
    moved = [_moved(one, policy, now) for one in await store.due(unit, now, BATCH)]
    await store.write_clocks(unit, {one.finding: one.clock for one in moved})
    return moved


def shown(finding: findings.Finding, clocks: Mapping[UUID, Clock]) -> findings.Finding:
    """Returns a finding with its deadline as it has just been set."""
    clock = clocks.get(finding.id)
    return replace(finding, due_at=clock.due_at, breached=clock.stage is Stage.BREACHED) if clock else finding


def _moved(kept: Kept, policy: Policy, now: datetime) -> Due:
    clock = domain.tick(kept.clock or Clock(kept.first_seen_at), policy, now)
    return Due(kept.finding, clock, "deadline_passed" if clock.stage is Stage.BREACHED else "deadline_near")


def _set(kept: Kept, policy: Policy, now: datetime) -> Clock:
    standing = Standing.OVER if kept.state in _OVER else Standing.WAITS if kept.state in _WAITS else Standing.RUNS
    begun = kept.clock or Clock(kept.first_seen_at)
    clock = domain.set_(begun, standing, policy, kept.severity, kept.criticality, now)
    if clock.stage.value > begun.stage.value and standing is Standing.RUNS:
        return replace(clock, stage=begun.stage, next_at=now)
    return clock
