"""Clocks of findings on a real database: set with every change, said when near and when passed, set anew."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from xorb.core.v1.acceptance_pb2 import ApproveAcceptanceRequest, RevokeAcceptanceRequest
from xorb.core.v1.deadline_pb2 import DeadlinePolicy, UpdateDeadlinePolicyRequest
from xorb.core.v1.finding_pb2 import Finding, ListFindingsRequest, ResolveFindingRequest, UpdateFindingRequest

from services.core.findings.deadlines.keeping import DeadlineKeeper
from services.mesh.testing import call_of
from tests.core.findings.acceptances.conftest import World
from tests.core.harness import events

DAY = timedelta(days=1)


async def allow(world: World, warning: timedelta = DAY, **days: int) -> None:
    """Gives an organization's findings some days by their severity, and none else."""
    allowances = [{"severity": severity, "days": number} for severity, number in days.items()]
    allowances.append({"severity": "LOW", "criticality": "CRITICAL", "days": 1})
    policy = DeadlinePolicy(name=f"{world.asker.name}/deadlinePolicy", allowances=allowances, warning=warning)
    await world.asker.call(world.deadlines.UpdateDeadlinePolicy, UpdateDeadlinePolicyRequest(deadline_policy=policy))


async def tick(world: World, days: float = 0) -> datetime | None:
    """Looks at deadlines some days from now."""
    later = datetime.now(UTC) + days * DAY
    return await DeadlineKeeper().tick(world.database, call_of(world.asker.organization), later)


async def said(world: World) -> list[str]:
    """The events of deadlines."""
    types = [one.event.type for one in await events(world.database, world.asker.organization)]
    return [one for one in types if "deadline_" in one]


def allowed(finding: Finding) -> timedelta | None:
    """How long a finding has."""
    if not finding.HasField("due_time"):
        return None
    return finding.due_time.ToDatetime(UTC) - finding.first_seen_time.ToDatetime(UTC)


async def listed(world: World, **fields: Any) -> list[str]:
    """The places of the findings that a list has."""
    request = ListFindingsRequest(parent=world.asker.name, **fields)
    response = await world.asker.call(world.findings.ListFindings, request)
    return [finding.location.rpartition("/")[2] for finding in response.findings]


async def test_a_finding_has_its_time_from_when_it_was_first_seen(world: World) -> None:
    await allow(world, MEDIUM=10, HIGH=3)
    await world.seen("a")
    found = await world.seen("b", severity="HIGH")
    assert (allowed(found["a"]), allowed(found["b"])) == (10 * DAY, 3 * DAY)
    assert allowed((await world.seen("c", severity="INFO"))["c"]) is None
    graver = UpdateFindingRequest(finding=Finding(name=found["a"].name, severity="HIGH"))
    assert allowed(await world.asker.call(world.findings.UpdateFinding, graver)) == 3 * DAY
    assert await listed(world, order_by="due_time") == ["a", "b", "c"]
    assert sorted(await listed(world, filter="breached = false")) == ["a", "b", "c"]
    soon = (datetime.now(UTC) + 4 * DAY).isoformat()
    assert sorted(await listed(world, filter=f'due_time < "{soon}"')) == ["a", "b"]


async def test_what_is_near_and_what_has_passed_is_said_once(world: World) -> None:
    await allow(world, MEDIUM=10)
    await world.seen("a", "b")
    assert await tick(world) is not None
    assert await said(world) == []
    await tick(world, 9.5)
    await tick(world, 9.6)
    assert await said(world) == ["finding.deadline_near"] * 2
    name = (await world.states())["b"].name
    await world.asker.call(world.findings.ResolveFinding, ResolveFindingRequest(name=name))
    await tick(world, 10.5)
    await tick(world, 11)
    assert await said(world) == ["finding.deadline_near"] * 2 + ["finding.deadline_passed"]
    assert await listed(world, filter="breached = true") == ["a"]
    assert (await world.states())["b"].breached is False
    await allow(world, MEDIUM=30)
    await tick(world, 11)
    assert await listed(world, filter="breached = true") == []


async def test_a_policy_counts_for_what_was_found_before(world: World) -> None:
    found = await world.seen("a", "b")
    assert allowed(found["a"]) is None
    await allow(world, MEDIUM=10)
    assert world.alarm.wanted[-1][0] == world.asker.organization
    await tick(world)
    assert [allowed(finding) for finding in (await world.states()).values()] == [10 * DAY] * 2
    await allow(world)
    assert await tick(world) is not None
    assert [allowed(finding) for finding in (await world.states()).values()] == [None] * 2


async def test_a_target_on_which_more_depends_leaves_less_time(world: World) -> None:
    await allow(world, LOW=90)
    await tick(world)
    assert allowed((await world.seen("a", severity="LOW"))["a"]) == 90 * DAY
    async with world.database.unit(call_of(world.asker.organization)) as unit:
        values = {"organization": world.asker.organization, "target": UUID(int=1)}
        await unit.execute(
            text(
                "INSERT INTO targets (organization_id, id, display_name, kind, address, excluded_addresses,"
                " verification_method, verification_token, verification_state, created_at, updated_at, revision,"
                " criticality) VALUES (:organization, :target, 'x', 'host', 'x', '{}', 1, 'x', 1,"
                " now(), clock_timestamp(), 1, 4)"
            ),
            values,
        )
    await tick(world)
    assert allowed((await world.states())["a"]) == DAY


async def test_a_clock_stands_still_while_the_risk_is_accepted_and_begins_anew_with_what_comes_back(
    world: World,
) -> None:
    await allow(world, MEDIUM=10)
    await world.seen("a")
    asked = await world.ask(whole_organization=True)
    await world.decider.call(world.acceptances.ApproveAcceptance, ApproveAcceptanceRequest(name=asked.name))
    accepted = (await world.states())["a"]
    assert allowed(accepted) is None
    await world.decider.call(world.acceptances.RevokeAcceptance, RevokeAcceptanceRequest(name=asked.name))
    on = (await world.states())["a"]
    assert 10 * DAY < (allowed(on) or DAY) < 10 * DAY + timedelta(minutes=1)
    await world.asker.call(world.findings.ResolveFinding, ResolveFindingRequest(name=on.name))
    back = (await world.seen("a"))["a"]
    assert back.due_time.ToDatetime(UTC) > on.due_time.ToDatetime(UTC)
