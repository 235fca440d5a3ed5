"""Acceptances of risks: two people, what they cover, how they end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from xorb.core.v1.acceptance_pb2 import (
    Acceptance,
    ApproveAcceptanceRequest,
    CreateAcceptanceRequest,
    GetAcceptanceRequest,
    ListAcceptancesRequest,
    RejectAcceptanceRequest,
    RevokeAcceptanceRequest,
    WatchAcceptancesRequest,
)
from xorb.core.v1.finding_pb2 import Finding, ResolveFindingRequest, StartRemediationRequest, TriageFindingRequest

from services.core.findings.acceptances import covering
from services.mesh import identifiers
from services.mesh.errors import Reason
from services.mesh.events.model import Event
from services.mesh.testing import call_of
from tests.core.findings.acceptances.conftest import World
from tests.core.harness import events, new_tenant

State, FindingState = Acceptance.State, Finding.State


def approve(acceptance: Acceptance, **fields: Any) -> ApproveAcceptanceRequest:
    return ApproveAcceptanceRequest(name=acceptance.name, **fields)


async def test_what_was_approved_by_another_person_is_accepted_until_it_expires(world: World) -> None:
    found = await world.seen("a", "b")
    await world.asker.call(world.findings.TriageFinding, TriageFindingRequest(name=found["a"].name))
    asked = await world.ask(finding=found["a"].name, evidence="See the proxy's rules.")
    assert (asked.state, asked.finding_count, asked.decider) == (State.REQUESTED, 0, "")
    approved = await world.decider.call(world.acceptances.ApproveAcceptance, approve(asked, note="For a while."))
    assert (approved.state, approved.finding_count, approved.note) == (State.APPROVED, 1, "For a while.")
    assert approved.requester != approved.decider != ""
    states = await world.states()
    assert (states["a"].state, states["b"].state) == (FindingState.RISK_ACCEPTED, FindingState.OPEN)
    assert world.alarm.wanted[-1] == (world.asker.organization, asked.expire_time.ToDatetime(UTC))
    assert await world.tick() == asked.expire_time.ToDatetime(UTC)
    assert (await world.states())["a"].state == FindingState.RISK_ACCEPTED
    assert await world.tick(2) is None
    # As it was before, not merely open.
    assert (await world.states())["a"].state == FindingState.TRIAGED
    now = await world.decider.call(world.acceptances.GetAcceptance, GetAcceptanceRequest(name=asked.name))
    assert (now.state, now.finding_count, now.evidence) == (State.EXPIRED, 0, "See the proxy's rules.")
    types = [one.event.type for one in await events(world.database, world.asker.organization)]
    assert types[-5:] == [
        "acceptance.requested",
        "finding.risk_accepted",
        "acceptance.approved",
        "finding.reactivated",
        "acceptance.expired",
    ]


async def test_nobody_approves_what_they_have_asked_for(world: World) -> None:
    asked = await world.ask(finding=(await world.seen("a"))["a"].name)
    failure = await world.asker.refused(world.acceptances.ApproveAcceptance, approve(asked))
    assert failure.reason is Reason.SEPARATION_OF_DUTIES
    assert "asked for it yourself" in failure.message
    assert (await world.states())["a"].state == FindingState.OPEN


@pytest.mark.parametrize("role", ["analyst", "pentester", "auditor", "viewer"])
async def test_who_may_not_approve(world: World, role: str) -> None:
    asked = await world.ask(cve="CVE-2014-0160")
    other = await new_tenant(world.asker.organization, (role,))
    failure = await other.refused(world.acceptances.ApproveAcceptance, approve(asked))
    assert failure.reason is Reason.PERMISSION_DENIED


async def test_nobody_approves_what_they_have_mended(world: World) -> None:
    found = await world.seen("a")
    await world.decider.call(world.findings.StartRemediation, StartRemediationRequest(name=found["a"].name))
    asked = await world.ask(whole_organization=True)
    failure = await world.decider.refused(world.acceptances.ApproveAcceptance, approve(asked))
    assert failure.reason is Reason.SEPARATION_OF_DUTIES
    assert "mended" in failure.message
    third = await new_tenant(world.asker.organization)
    assert (await third.call(world.acceptances.ApproveAcceptance, approve(asked))).finding_count == 1


async def test_nobody_approves_what_they_have_found(world: World) -> None:
    scan = f"{world.asker.name}/scans/{identifiers.new()}"
    call = call_of(world.asker.organization)
    ordered = replace(call, caller=replace(call.caller, subject=(await world.ask(cve="CVE-2014-0160")).requester))
    async with world.database.unit(ordered) as unit:
        unit.record(Event("scan.created", scan, "A scan was ordered"))
    await world.seen("a", scan=scan)
    acceptance = Acceptance(justification="So it is.", whole_organization=True)
    acceptance.expire_time.FromDatetime(datetime.now(UTC) + timedelta(hours=1))
    request = CreateAcceptanceRequest(parent=world.asker.name, acceptance=acceptance)
    asked = await world.decider.call(world.acceptances.CreateAcceptance, request)
    failure = await world.asker.refused(world.acceptances.ApproveAcceptance, approve(asked))
    assert (failure.reason, "found" in failure.message) == (Reason.SEPARATION_OF_DUTIES, True)


async def test_new_findings_in_scope_are_accepted_as_they_come(world: World) -> None:
    await world.seen("a", cves=["CVE-2014-0160", "CVE-2024-1"])
    asked = await world.ask(cve="CVE-2014-0160", greatest_severity="MEDIUM")
    await world.decider.call(world.acceptances.ApproveAcceptance, approve(asked))
    await world.seen("b", cves=["CVE-2014-0160"])
    await world.seen("c", cves=["CVE-2014-0160"], severity="HIGH")
    states = {place: finding.state for place, finding in (await world.seen("d")).items()}
    accepted, still_open = FindingState.RISK_ACCEPTED, FindingState.OPEN
    assert states == {"a": accepted, "b": accepted, "c": still_open, "d": still_open}
    await world.asker.call(world.findings.ResolveFinding, ResolveFindingRequest(name=(await world.states())["b"].name))
    await world.seen("b", cves=["CVE-2014-0160"])
    assert (await world.states())["b"].state == accepted
    await world.tick(2)
    assert {finding.state for finding in (await world.states()).values()} == {still_open}


async def test_a_finding_of_two_acceptances_is_accepted_until_both_have_ended(world: World) -> None:
    await world.seen("a", cves=["CVE-2014-0160"])
    short = await world.ask(cve="CVE-2014-0160")
    long = await world.ask(5, whole_organization=True, check="http.directory-listing")
    for asked in (short, long):
        await world.decider.call(world.acceptances.ApproveAcceptance, approve(asked))
    assert await world.tick(2) == long.expire_time.ToDatetime(UTC)
    assert (await world.states())["a"].state == FindingState.RISK_ACCEPTED
    await world.decider.call(world.acceptances.RevokeAcceptance, RevokeAcceptanceRequest(name=long.name))
    assert (await world.states())["a"].state == FindingState.OPEN


async def test_more_than_one_transaction_takes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "BATCH", 2)
    await world.seen(*"abcde")
    asked = await world.ask(whole_organization=True)
    approved = await world.decider.call(world.acceptances.ApproveAcceptance, approve(asked))
    assert approved.finding_count == 2
    assert world.alarm.wanted[-1][1] < datetime.now(UTC) + timedelta(minutes=1)
    await world.tick()
    assert {finding.state for finding in (await world.states()).values()} == {FindingState.RISK_ACCEPTED}
    await world.tick(2)
    assert {finding.state for finding in (await world.states()).values()} == {FindingState.OPEN}


async def test_a_request_is_decided_once(world: World) -> None:
    asked = await world.ask(cve="CVE-2014-0160")
    stale = await world.decider.refused(
        world.acceptances.RejectAcceptance, RejectAcceptanceRequest(name=asked.name, etag='"x"')
    )
    assert stale.reason is Reason.ETAG_MISMATCH
    rejected = await world.decider.call(world.acceptances.RejectAcceptance, RejectAcceptanceRequest(name=asked.name))
    assert (rejected.state, rejected.HasField("end_time")) == (State.REJECTED, True)
    for method, request in (
        (world.acceptances.ApproveAcceptance, approve(asked)),
        (world.acceptances.RevokeAcceptance, RevokeAcceptanceRequest(name=asked.name)),
    ):
        assert (await world.decider.refused(method, request)).reason is Reason.ILLEGAL_TRANSITION


async def test_lists_and_watches(world: World) -> None:
    watch = world.acceptances.WatchAcceptances(
        WatchAcceptancesRequest(parent=world.asker.name, filter='state = "REQUESTED"'), metadata=world.asker.metadata
    )
    assert (await watch.read()).HasField("checkpoint")
    first, second = await world.ask(cve="CVE-2014-0160"), await world.ask(2, cve="CVE-2024-3094")
    seen = (await watch.read()).event
    watch.cancel()
    assert (seen.acceptance.name, seen.acceptance.justification) == (first.name, "")
    request = ListAcceptancesRequest(parent=world.asker.name, filter='cve = "CVE-2024-3094"')
    assert list((await world.decider.call(world.acceptances.ListAcceptances, request)).acceptances) == [second]


@pytest.mark.parametrize(
    ("fields", "hours", "reason"),
    [
        ({}, 1, Reason.INVALID_FIELD),
        ({"cve": "heartbleed"}, 1, Reason.INVALID_FIELD),
        ({"cve": "CVE-2014-0160"}, -1, Reason.INVALID_FIELD),
        ({"cve": "CVE-2014-0160"}, 24 * 800, Reason.INVALID_FIELD),
        ({"cve": "CVE-2014-0160", "justification": " "}, 1, Reason.INVALID_FIELD),
        ({"targets": {"names": ["targets/nobody"]}}, 1, Reason.INVALID_NAME),
    ],
)
async def test_a_request_that_makes_no_sense(
    world: World, fields: dict[str, Any], hours: float, reason: Reason
) -> None:
    acceptance = Acceptance(**{"justification": "So it is.", **fields})
    acceptance.expire_time.FromDatetime(datetime.now(UTC) + timedelta(hours=hours))
    request = CreateAcceptanceRequest(parent=world.asker.name, acceptance=acceptance)
    assert (await world.asker.refused(world.acceptances.CreateAcceptance, request)).reason is reason


async def test_what_is_not_there_is_not_accepted(world: World) -> None:
    nobody = "019a0000-0000-7000-8000-000000000001"
    scopes: tuple[dict[str, Any], ...] = (
        {"finding": f"{world.asker.name}/findings/{nobody}"},
        {"targets": {"names": [f"{world.asker.name}/targets/{nobody}"]}},
    )
    for scope in scopes:
        acceptance = Acceptance(justification="So it is.", **scope)
        acceptance.expire_time.FromDatetime(datetime.now(UTC) + timedelta(hours=1))
        request = CreateAcceptanceRequest(parent=world.asker.name, acceptance=acceptance)
        assert (await world.asker.refused(world.acceptances.CreateAcceptance, request)).reason is Reason.NOT_FOUND
