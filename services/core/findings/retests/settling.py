"""What a re-test's verdict makes of its finding, and who is kept from giving one."""

from dataclasses import replace
from uuid import UUID

from services.core.findings import changes
from services.core.findings import domain as findings
from services.core.findings import wire as findings_wire
from services.core.findings.domain import Finding
from services.core.findings.domain import State as FindingState
from services.core.findings.retests import domain, store, wire
from services.core.findings.retests.domain import FINDING_STATES, Retest
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason

_VERBS = {FindingState.RESOLVED: "resolved", FindingState.OPEN: "reopened"}


async def settle(unit: Unit, retest: Retest) -> Retest:
    """Writes a re-test that has its verdict, moves its finding, and returns it.

    A finding that doesn't wait any more stays as somebody has decided meanwhile; the re-test says so.

    Args:
        unit: The transaction, which has serialized on `changes.TOPIC`.
        retest: The re-test with its verdict.
    """
    state = FINDING_STATES.get(retest.verdict) if retest.verdict else None
    finding = await changes.find(unit, retest.finding)
    if state and finding.state is FindingState.READY_FOR_RETEST:
        await changes.save(unit, findings.move(finding, state, changes.now()), _VERBS[state])
    elif state:
        retest = replace(retest, reason=f"The finding is {finding.state.name} meanwhile, and stays so.")
    await store.save(unit, retest)
    unit.record(wire.event(unit.organization, retest, "ended"))
    return retest


async def give_back(unit: Unit, retest: Retest) -> None:
    """Gives a finding whose re-test was cancelled the state back that it had, if it still waits."""
    finding = await changes.find(unit, retest.finding)
    if finding.state is FindingState.READY_FOR_RETEST and retest.finding_before is not finding.state:
        await changes.restore(unit, finding, retest.finding_before, "retest_cancelled")


async def require_distance(unit: Unit, finding: Finding, tester: UUID, requester: str) -> None:
    """Checks that whoever is to test a finding by hand hasn't mended it.

    Raises:
        Failure: SEPARATION_OF_DUTIES; they work on it, have begun to mend it, or have asked to test it again.
    """
    actor = domain.account(tester)
    name = findings_wire.name(unit.organization, finding.id)
    if actor == requester or finding.assignee == tester or await store.has_mended(unit, name, actor):
        message = "Whoever has mended the finding, works on it or has asked for the re-test can't give its verdict."
        raise Failure(Reason.SEPARATION_OF_DUTIES, message)
