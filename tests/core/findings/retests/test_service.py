"""Re-tests through the service, on a real database: what is asked, what comes out, and who may say so."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from xorb.core.v1.finding_pb2 import DismissFindingRequest, Finding, ResolveFindingRequest, StartRemediationRequest
from xorb.core.v1.retest_pb2 import (
    AssignRetestRequest,
    CancelRetestRequest,
    ConcludeRetestRequest,
    EvidenceLine,
    ListRetestsRequest,
    RequestRetestRequest,
    Retest,
    WatchRetestsRequest,
)

from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from services.mesh.testing import call_of
from tests.core.findings.notes.conftest import Author
from tests.core.findings.retests.conftest import Practice
from tests.core.harness import events

State, Verdict, FindingState = Retest.State, Retest.Verdict, Finding.State


async def types(practice: Practice, who: Author) -> list[str]:
    return [one.event.type for one in await events(practice.office.database, who.organization)]


async def mended(practice: Practice) -> tuple[Author, str]:
    """Somebody, and a finding that they are mending."""
    ann = await practice.office.author()
    name = await practice.office.finding(ann, evidence="HTTP 200\nStrict-Transport-Security: max-age=1")
    await ann.call(practice.findings.StartRemediation, StartRemediationRequest(name=name))
    return ann, name


async def test_what_a_scan_does_not_see_any_more_is_resolved(practice: Practice) -> None:
    ann, name = await mended(practice)
    asked = await practice.ask(ann, name, note="Set to a year.")
    assert (asked.state, asked.method, asked.executor, asked.check) == (
        *(State.REQUESTED, Retest.RESCAN),
        *("http", "http.weak-hsts"),
    )
    assert (await practice.finding(ann, name)).state == FindingState.READY_FOR_RETEST
    assert practice.workflows.started[-1][0] == asked.name
    turn = await practice.turn(asked)
    assert await practice.turn(asked) == turn
    [(look, scan)] = practice.scans.ordered
    assert (look.location, str(scan)) == ("https://example.com/", turn.scan)
    running = await practice.get(ann, asked.name)
    assert (running.state, running.scan) == (State.RUNNING, f"{ann.name}/scans/{scan}")
    await practice.conclude(asked)
    await practice.conclude(asked)
    ended = await practice.get(ann, asked.name)
    assert (ended.state, ended.verdict, ended.note) == (State.ENDED, Verdict.FIXED, "Set to a year.")
    assert ended.decider == "spiffe://xorb/orchestrator"
    assert {line.change for line in ended.difference} == {EvidenceLine.WENT}
    assert (await practice.finding(ann, name)).state == FindingState.RESOLVED
    assert (await types(practice, ann))[-6:] == [
        "finding.retest_requested",
        "retest.requested",
        "retest.queued",
        "retest.started",
        "finding.resolved",
        "retest.ended",
    ]


async def test_what_a_scan_still_sees_is_open_with_the_difference(practice: Practice) -> None:
    ann, name = await mended(practice)
    asked = await practice.ask(ann, name)
    turn = await practice.turn(asked)
    await practice.sees(ann, turn.scan, "HTTP 200\nStrict-Transport-Security: max-age=2")
    await practice.conclude(asked)
    ended = await practice.get(ann, asked.name)
    assert ended.verdict == Verdict.STILL_THERE
    assert [(line.change, line.text) for line in ended.difference] == [
        (EvidenceLine.STAYED, "HTTP 200"),
        (EvidenceLine.WENT, "Strict-Transport-Security: max-age=1"),
        (EvidenceLine.CAME, "Strict-Transport-Security: max-age=2"),
    ]
    assert (await practice.finding(ann, name)).state == FindingState.OPEN


async def test_a_target_that_is_away_leaves_the_finding_waiting(practice: Practice) -> None:
    ann, name = await mended(practice)
    asked = await practice.ask(ann, name)
    await practice.turn(asked)
    practice.scans.said = "The target doesn't answer at that place."
    await practice.conclude(asked)
    ended = await practice.get(ann, asked.name)
    assert (ended.verdict, ended.reason) == (Verdict.INCONCLUSIVE, practice.scans.said)
    assert (await practice.finding(ann, name)).state == FindingState.READY_FOR_RETEST
    again = await practice.ask(ann, name)
    await ann.call(practice.retests.CancelRetest, CancelRetestRequest(name=again.name))
    assert (await practice.finding(ann, name)).state == FindingState.IN_REMEDIATION


async def test_it_waits_for_its_turn(practice: Practice) -> None:
    ann, name = await mended(practice)
    asked = await practice.ask(ann, name)
    practice.scans.busy = Failure(Reason.TARGET_BUSY)
    assert (await practice.turn(asked)).wait_seconds > 0
    waiting = await practice.get(ann, asked.name)
    assert (waiting.state, waiting.reason) == (State.QUEUED, "Another scan of this target is still running.")
    practice.scans.opens = datetime.now(UTC) + timedelta(hours=3)
    assert (await practice.turn(asked)).wait_seconds == 900
    assert "windows are closed" in (await practice.get(ann, asked.name)).reason
    practice.scans.opens = practice.scans.busy = None
    assert (await practice.turn(asked)).scan
    started = await practice.get(ann, asked.name)
    assert (started.reason, started.queue_time) == ("", waiting.queue_time)


async def test_what_no_scan_may_look_at_ends_without_a_verdict(practice: Practice) -> None:
    ann, name = await mended(practice)
    asked = await practice.ask(ann, name)
    practice.scans.refuses = Failure(Reason.ENGAGEMENT_STOPPED)
    assert not (await practice.turn(asked)).scan
    ended = await practice.get(ann, asked.name)
    assert (ended.verdict, ended.reason) == (Verdict.INCONCLUSIVE, str(practice.scans.refuses))
    refused = await ann.refused(practice.retests.RequestRetest, RequestRetestRequest(finding=name))
    assert refused.reason is Reason.ENGAGEMENT_STOPPED


async def test_one_at_a_time(practice: Practice) -> None:
    ann, name = await mended(practice)
    await practice.ask(ann, name)
    failure = await ann.refused(practice.retests.RequestRetest, RequestRetestRequest(finding=name))
    assert failure.reason is Reason.RETEST_UNDER_WAY


async def test_what_is_closed_is_not_tested_again(practice: Practice) -> None:
    ann, name = await mended(practice)
    await ann.call(practice.findings.ResolveFinding, ResolveFindingRequest(name=name))
    failure = await ann.refused(practice.retests.RequestRetest, RequestRetestRequest(finding=name))
    assert failure.reason is Reason.ILLEGAL_TRANSITION


async def test_what_no_check_of_ours_has_seen_needs_a_tester(practice: Practice) -> None:
    ann, name = await mended(practice)
    moved = text("UPDATE sightings SET scan_id = NULL, import_id = :import WHERE finding_id = :finding")
    async with practice.office.database.unit(call_of(ann.organization)) as unit:
        await unit.execute(moved, {"import": identifiers.new(), "finding": UUID(name.rpartition("/")[2])})
    failure = await ann.refused(practice.retests.RequestRetest, RequestRetestRequest(finding=name))
    assert failure.reason is Reason.NOT_RETESTABLE
    asked = await practice.ask(ann, name, method=Retest.BY_HAND)
    assert (asked.state, asked.method, asked.tester) == (State.REQUESTED, Retest.BY_HAND, "")


async def test_a_tester_gives_the_verdict(practice: Practice) -> None:
    ann, name = await mended(practice)
    ben = await practice.office.author(ann, "pentester")
    asked = await practice.ask(ann, name, tester=ben.member)
    assert (asked.state, asked.tester) == (State.ASSIGNED, ben.member)
    manager = await practice.office.author(ann, "security_manager")
    cleo = await practice.office.author(ann, "pentester")
    assign = AssignRetestRequest(name=asked.name, tester=cleo.member)
    given = await manager.call(practice.retests.AssignRetest, assign)
    fixed = ConcludeRetestRequest(name=asked.name, verdict="FIXED", evidence="HTTP 200\nA year.", etag=given.etag)
    failure = await ben.refused(practice.retests.ConcludeRetest, fixed)
    assert failure.reason is Reason.SEPARATION_OF_DUTIES
    ended = await cleo.call(practice.retests.ConcludeRetest, fixed)
    assert (ended.verdict, ended.decider) == (Verdict.FIXED, f"accounts/{cleo.person.account}")
    assert [line.change for line in ended.difference] == [EvidenceLine.STAYED, EvidenceLine.WENT, EvidenceLine.CAME]
    assert (await practice.finding(ann, name)).state == FindingState.RESOLVED


async def test_nobody_concludes_what_they_have_mended(practice: Practice) -> None:
    ann, name = await mended(practice)
    manager = await practice.office.author(ann, "security_manager")
    ben = await practice.office.author(ann, "security_manager")
    request = RequestRetestRequest(finding=name, tester=ann.member)
    assert (await manager.refused(practice.retests.RequestRetest, request)).reason is Reason.SEPARATION_OF_DUTIES
    asked = await practice.ask(manager, name, method=Retest.BY_HAND)
    conclude = ConcludeRetestRequest(name=asked.name, verdict="FIXED", evidence="It is.")
    assert (await manager.refused(practice.retests.ConcludeRetest, conclude)).reason is Reason.SEPARATION_OF_DUTIES
    assert (await ann.refused(practice.retests.ConcludeRetest, conclude)).reason is Reason.PERMISSION_DENIED
    assign = AssignRetestRequest(name=asked.name, tester=ann.member)
    assert (await ben.refused(practice.retests.AssignRetest, assign)).reason is Reason.SEPARATION_OF_DUTIES
    assert (await ben.call(practice.retests.ConcludeRetest, conclude)).verdict == Verdict.FIXED


async def test_what_somebody_has_decided_meanwhile_stays(practice: Practice) -> None:
    ann, name = await mended(practice)
    manager = await practice.office.author(ann, "security_manager")
    asked = await practice.ask(ann, name)
    await practice.turn(asked)
    dismiss = DismissFindingRequest(name=name, reason="It never was one.")
    await manager.call(practice.findings.DismissFinding, dismiss)
    await practice.conclude(asked)
    ended = await practice.get(ann, asked.name)
    assert (ended.verdict, "DISMISSED" in ended.reason) == (Verdict.FIXED, True)
    assert (await practice.finding(ann, name)).state == FindingState.DISMISSED


async def test_a_cancelled_one_has_no_verdict(practice: Practice) -> None:
    ann, name = await mended(practice)
    asked = await practice.ask(ann, name)
    await practice.turn(asked)
    cancelled = await ann.call(practice.retests.CancelRetest, CancelRetestRequest(name=asked.name))
    assert (cancelled.state, cancelled.verdict) == (State.CANCELLED, Verdict.VERDICT_UNSPECIFIED)
    assert practice.workflows.cancelled == [asked.name]
    await practice.conclude(asked)
    assert await practice.get(ann, asked.name) == cancelled
    assert (await practice.finding(ann, name)).state == FindingState.IN_REMEDIATION
    failure = await ann.refused(practice.retests.CancelRetest, CancelRetestRequest(name=asked.name))
    assert failure.reason is Reason.ILLEGAL_TRANSITION


async def test_what_is_sealed_is_in_no_list_and_no_event(practice: Practice) -> None:
    ann, name = await mended(practice)
    stub, wanted = practice.retests, WatchRetestsRequest(parent=ann.name, filter='state = "CANCELLED"')
    watch = stub.WatchRetests(wanted, metadata=ann.metadata)
    assert (await watch.read()).HasField("checkpoint")
    asked = await practice.ask(ann, name, note="the password is now swordfish")
    await ann.call(stub.CancelRetest, CancelRetestRequest(name=asked.name))
    told = (await watch.read()).event
    watch.cancel()
    assert (told.metadata.type, told.retest.name) == ("retest.cancelled", asked.name)
    request = ListRetestsRequest(parent=ann.name, filter=f'finding = "{name}" AND method = "RESCAN"')
    [listed] = (await ann.call(stub.ListRetests, request)).retests
    assert listed == told.retest
    assert not any((listed.note, listed.evidence_before, listed.difference))
    other = ListRetestsRequest(parent=ann.name, filter='verdict = "FIXED"')
    assert not (await ann.call(stub.ListRetests, other)).retests
    async with practice.office.database.unit(call_of(ann.organization)) as unit:
        rows = (await unit.execute(text("SELECT note, evidence_before FROM retests"))).all()
    assert not any(b"swordfish" in row.note or b"max-age" in row.evidence_before for row in rows)


@pytest.mark.parametrize("role", ["auditor", "viewer"])
async def test_who_may_not_ask(practice: Practice, role: str) -> None:
    ann, name = await mended(practice)
    other = await practice.office.author(ann, role)
    failure = await other.refused(practice.retests.RequestRetest, RequestRetestRequest(finding=name))
    assert failure.reason is Reason.PERMISSION_DENIED
