"""Every state and every way out of it, over gRPC, for every role."""

from typing import Any

import pytest
from sqlalchemy import update
from xorb.core.v1.finding_pb2 import (
    DismissFindingRequest,
    Finding,
    GetFindingRequest,
    MarkDuplicateRequest,
    ReopenFindingRequest,
    ResolveFindingRequest,
    StartRemediationRequest,
    TriageFindingRequest,
)

from services.core.findings.domain import TRANSITIONS, State
from services.core.findings.tables import FINDINGS
from services.mesh import names
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.roles import BUILT_IN, granted
from services.mesh.testing import call_of
from tests.core.findings.conftest import Client
from tests.core.findings.messages import sighting
from tests.core.harness import Tenant, new_tenant

WAYS: dict[State, tuple[str, Any, str]] = {
    State.OPEN: ("ReopenFinding", ReopenFindingRequest, "findings.reopen"),
    State.TRIAGED: ("TriageFinding", TriageFindingRequest, "findings.triage"),
    State.IN_REMEDIATION: ("StartRemediation", StartRemediationRequest, "findings.remediate"),
    State.RESOLVED: ("ResolveFinding", ResolveFindingRequest, "findings.resolve"),
    State.DISMISSED: ("DismissFinding", DismissFindingRequest, "findings.dismiss"),
    State.DUPLICATE: ("MarkDuplicate", MarkDuplicateRequest, "findings.merge"),
}


async def put(database: Database, tenant: Tenant, finding: str, state: State, other: str) -> None:
    """Puts a finding into a state, whatever leads there."""
    (_, identifier), (_, of) = (names.parse("organizations/{o}/findings/{f}", name) for name in (finding, other))
    duplicate = state is State.DUPLICATE
    values = {
        "state": state.value,
        "duplicate_of": of if duplicate else None,
        "state_before": State.OPEN.value if duplicate else None,
    }
    async with database.unit(call_of(tenant.organization)) as unit:
        await unit.execute(update(FINDINGS).where(FINDINGS.c.id == identifier).values(values))


def request(after: State, finding: str, other: str) -> Any:
    """Returns the request that leads to a state."""
    more = {State.DISMISSED: {"reason": "not ours"}, State.DUPLICATE: {"duplicate_of": other}}
    return WAYS[after][1](name=finding, **more.get(after, {}))


@pytest.mark.parametrize("role", BUILT_IN)
async def test_every_way_out_of_every_state(client: Client, database: Database, role: str) -> None:
    someone = await new_tenant(client.tenant.organization, (role,))
    places = [f"https://example.com/{number}" for number in range(2)]
    await client.record(*(sighting(client.tenant, location=place) for place in places))
    finding, other = (found.name for found in await client.list(order_by="first_seen_time"))
    for before in State:
        for after, (method, _, permission) in WAYS.items():
            await put(database, client.tenant, other, State.OPEN, finding)
            await put(database, client.tenant, finding, before, other)
            call = getattr(client.findings, method)
            if permission not in granted(role):
                expected = Reason.PERMISSION_DENIED
            elif after in TRANSITIONS[before]:
                changed = await someone.call(call, request(after, finding, other))
                assert (changed.state, bool(changed.duplicate_of)) == (after.value, after is State.DUPLICATE)
                continue
            else:
                expected = Reason.ILLEGAL_TRANSITION
            failure = await someone.refused(call, request(after, finding, other))
            assert failure.reason is expected, (before, after)
            now = await client.tenant.call(client.findings.GetFinding, GetFindingRequest(name=finding))
            assert now.state == before.value


def test_ready_for_a_retest_and_accepted_are_other_parts_ways() -> None:
    assert set(State) - set(WAYS) == {State.READY_FOR_RETEST, State.RISK_ACCEPTED}
    assert Finding.State.Value("READY_FOR_RETEST") == State.READY_FOR_RETEST
