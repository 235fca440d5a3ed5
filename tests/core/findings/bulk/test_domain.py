"""What a change makes of a batch of findings."""

from dataclasses import replace

from services.core.findings import domain
from services.core.findings.bulk.domain import WAYS, Action, outcome
from services.core.findings.domain import State
from services.mesh import identifiers
from services.mesh.policies import permissions
from tests.core.findings.samples import NOW, finding


def test_each_finding_is_changed_left_or_refused() -> None:
    states = (State.OPEN, State.TRIAGED, State.DISMISSED, State.DISMISSED)
    findings = [replace(finding(), id=identifiers.new(), state=state) for state in states]
    made = outcome(findings, lambda one: one if one.state is State.TRIAGED else domain.move(one, State.TRIAGED, NOW))
    assert [one.id for one in made.changed] == [findings[0].id]
    assert made.unchanged == 1
    assert {one.state: one.count for one in made.refusals} == {State.DISMISSED: 2}
    assert all(one.message for one in made.refusals)


def test_every_action_is_a_single_change_that_somebody_may_do() -> None:
    assert set(WAYS) == set(Action)
    assert {way.permission for way in WAYS.values()} <= permissions()
