"""Findings follow their issues: closed, ready for a re-test; opened again, open; and otherwise they stay."""

import pytest

from services.core.findings import changes, recording
from services.core.findings.domain import State
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.testing import call_of
from services.roles.outside import follow
from tests.core.findings.samples import report
from tests.core.harness import events


@pytest.mark.parametrize(
    ("state", "closed", "after"),
    [
        (State.OPEN, True, State.READY_FOR_RETEST),
        (State.TRIAGED, True, State.READY_FOR_RETEST),
        (State.RESOLVED, True, State.RESOLVED),
        (State.DISMISSED, True, State.DISMISSED),
        (State.READY_FOR_RETEST, False, State.OPEN),
        (State.RESOLVED, False, State.OPEN),
        (State.DISMISSED, False, State.DISMISSED),
        (State.TRIAGED, False, State.TRIAGED),
    ],
)
async def test_following(database: Database, state: State, *, closed: bool, after: State) -> None:
    organization = identifiers.new()
    async with database.unit(call_of(organization)) as unit:
        [recorded] = await recording.record(unit, recording.seen(organization, [report()]))
    finding = recorded.finding
    if state is not State.OPEN:
        async with database.unit(call_of(organization)) as unit:
            await changes.move(unit, finding.id, state, reason="because", verb="moved")
    before = len(await events(database, organization))
    async with database.unit(call_of(organization)) as unit:
        await follow(unit, finding.id, closed)
    async with database.unit(call_of(organization)) as unit:
        assert (await changes.find(unit, finding.id)).state is after
    assert len(await events(database, organization)) - before == (after is not state)
