"""Dashboards behind all layers, on a real database: every count is what its filter lists."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from xorb.core.v1.dashboard_pb2 import Dashboard, GetDashboardRequest, WatchDashboardRequest
from xorb.core.v1.finding_pb2 import (
    DismissFindingRequest,
    Finding,
    MergeFindingsRequest,
    ReopenFindingRequest,
    ResolveFindingRequest,
    Severity,
    UpdateFindingRequest,
)

from services.mesh import identifiers
from services.mesh.errors import Reason
from services.mesh.testing import call_of
from tests.core.findings.dashboard.conftest import World, counts

TARGET = "targets/019a0000-0000-7000-8000-000000000001"
_A_TARGET = text(
    """
    INSERT INTO targets (organization_id, id, display_name, kind, address, excluded_addresses, verification_method,
        verification_token, verification_state, created_at, updated_at, revision, criticality)
    VALUES (:organization, CAST(:target AS uuid), 'Shop', 'host', 'shop.example', '{}', 1, '', 1, now(), now(), 1, 4)
    """
)


def by_severity(board: Dashboard) -> dict[str, int]:
    """What is open, by severity."""
    return {Severity.Name(one.severity): one.findings.count for one in board.severities if one.findings.count}


def by_state(board: Dashboard) -> dict[str, int]:
    """Everything, by state."""
    return {Finding.State.Name(one.state): one.findings.count for one in board.states if one.findings.count}


async def resolve(world: World, finding: Finding) -> None:
    """Resolves a finding."""
    await world.tenant.call(world.findings.ResolveFinding, ResolveFindingRequest(name=finding.name))


async def test_an_empty_organization(world: World) -> None:
    board = await world.board()
    assert (board.name, board.target, board.exposure) == (world.name, "", 0)
    assert not any(count.count for count in counts(board))
    assert [one.severity for one in board.severities] == [5, 4, 3, 2, 1, 0]
    assert (len(board.trend), board.trend[-1].day, board.day) == (90, board.day, datetime.now(UTC).date().isoformat())


async def test_what_is_open_is_counted_by_all_that_matters(world: World) -> None:
    await world.seen("a", "b", severity="HIGH")
    await world.seen("c", severity="LOW", asset='odd "*" asset\\')
    found = await world.seen("d", severity="CRITICAL", tool="nuclei", target="")
    await world.tenant.call(world.findings.DismissFinding, DismissFindingRequest(name=found["b"].name, reason="No."))
    board = await world.board()
    assert board.open.count == 3
    assert by_severity(board) == {"CRITICAL": 1, "HIGH": 1, "LOW": 1}
    assert by_state(board) == {"OPEN": 3, "DISMISSED": 1}
    assert [(one.asset, one.findings.count, one.weight) for one in board.assets] == [
        ("example.com", 2, 17),
        ('odd "*" asset\\', 1, 1),
    ]
    assert [(one.tool, one.findings.count) for one in board.tools] == [("http", 2), ("nuclei", 1)]
    assert found["d"].tool == "nuclei"
    assert board.exposure == 10 + 7 + 1
    today = board.trend[-1]
    assert (today.opened, today.closed, today.open, list(today.open_by_severity)) == (4, 1, 3, [0, 0, 1, 0, 1, 1])
    assert board.trend[-2].open == 0
    assert await world.listed_otherwise(board) == []
    assert await world.wrong() == []


async def test_one_target(world: World) -> None:
    await world.seen("a", "b")
    other = f"{world.tenant.name}/targets/{identifiers.new()}"
    await world.seen("c", severity="HIGH", target=other, asset="other.example")
    await world.seen("d", tool="nuclei", target="", asset="third.example")
    board = await world.board(f'target = "{other}"')
    assert (board.target, board.open.count, board.exposure) == (other, 1, 7)
    assert [one.asset for one in board.assets] == ["other.example"]
    assert (board.trend[-1].opened, board.trend[-1].open) == (1, 1)
    assert await world.listed_otherwise(board) == []
    assert (await world.board()).exposure == 7 + 3 * 3


async def test_how_much_depends_on_a_target_counts_for_the_exposure(world: World) -> None:
    await world.seen("a", severity="HIGH")
    await world.seen("b", severity="LOW", tool="nuclei", target="", asset="elsewhere.example")
    target = {"organization": world.tenant.organization, "target": TARGET.rpartition("/")[2]}
    async with world.database.unit(call_of(world.tenant.organization)) as unit:
        await unit.execute(_A_TARGET, target)
    assert (await world.board()).exposure == 2 * 7 + 1


async def test_how_long_findings_took(world: World) -> None:
    found = await world.seen("a", "b", "c", severity="HIGH")
    await world.seen("d", severity="LOW")
    for place, days in (("a", 1), ("b", 3), ("c", 50)):
        async with world.database.unit(call_of(world.tenant.organization)) as unit:
            begun = datetime.now(UTC) - timedelta(days=days)
            await unit.execute(
                text("UPDATE findings SET first_seen_at = :begun WHERE id = CAST(:id AS uuid)"),
                {"begun": begun, "id": found[place].name.rpartition("/")[2]},
            )
        await resolve(world, found[place])
    board = await world.board()
    times = {(one.days, int(one.severity)): one for one in board.remediation_times}
    assert {key: one.findings.count for key, one in times.items()} == {(30, 0): 3, (30, 4): 3, (90, 0): 3, (90, 4): 3}
    mean, median = times[30, 4].mean.ToTimedelta(), times[90, 0].median.ToTimedelta()
    assert abs(mean - timedelta(days=18)) < timedelta(minutes=1)
    assert median / timedelta(days=3) == pytest.approx(1, abs=0.1)
    assert await world.listed_otherwise(board) == []
    await world.tenant.call(world.findings.ReopenFinding, ReopenFindingRequest(name=found["c"].name))
    again = await world.board()
    assert {one.findings.count for one in again.remediation_times} == {2}
    assert again.open.count == 2
    assert await world.listed_otherwise(again) == []
    assert await world.wrong() == []


async def test_when_it_was_resolved_outlasts_a_merger(world: World) -> None:
    found = await world.seen("a", "b")
    await resolve(world, found["b"])
    merge = MergeFindingsRequest(name=found["a"].name, duplicates=[found["b"].name])
    await world.tenant.call(world.findings.MergeFindings, merge)
    board = await world.board()
    assert by_state(board) == {"OPEN": 1, "DUPLICATE": 1}
    assert [one.findings.count for one in board.remediation_times] == [0, 0]
    assert await world.wrong() == []


async def test_a_graver_finding_moves_the_trend_of_both_severities(world: World) -> None:
    found = await world.seen("a", severity="LOW")
    graver = UpdateFindingRequest(finding=Finding(name=found["a"].name, severity="CRITICAL"))
    await world.tenant.call(world.findings.UpdateFinding, graver)
    today = (await world.board()).trend[-1]
    assert (today.opened, today.closed, list(today.open_by_severity)) == (1, 0, [0, 0, 0, 0, 0, 1])


@pytest.mark.parametrize("expression", ["state = OPEN", 'target != "{name}/targets/x"', "NOT severity = LOW", "a ="])
async def test_a_filter_names_one_target(world: World, expression: str) -> None:
    request = GetDashboardRequest(name=world.name, filter=expression.format(name=world.tenant.name))
    assert (await world.tenant.refused(world.dashboards.GetDashboard, request)).reason is Reason.INVALID_FILTER
    strange = f'target = "organizations/{identifiers.new()}/{TARGET}"'
    request = GetDashboardRequest(name=world.name, filter=strange)
    assert (await world.tenant.refused(world.dashboards.GetDashboard, request)).reason is Reason.NOT_FOUND


async def test_a_watch_tells_what_has_changed(world: World) -> None:
    request = WatchDashboardRequest(parent=world.tenant.name)
    call = world.dashboards.WatchDashboard(request, metadata=world.tenant.metadata, timeout=20)
    first = await call.read()
    assert first.WhichOneof("record") == "checkpoint"
    await world.seen("a", "b", severity="HIGH")
    told = await _next(call)
    while told.event.dashboard.open.count < 2:
        told = await _next(call)
    metadata = told.event.metadata
    assert (metadata.type, metadata.resource, metadata.actor) == ("dashboard.changed", world.name, "")
    assert by_severity(told.event.dashboard) == {"HIGH": 2}
    # No event tells of this.
    async with world.database.unit(call_of(world.tenant.organization)) as unit:
        await unit.execute(text("UPDATE findings SET severity = 5"))
    assert by_severity((await _next(call)).event.dashboard) == {"CRITICAL": 2}
    call.cancel()
    await world.seen("c", severity="LOW")
    request.resume_token = told.resume_token
    again = world.dashboards.WatchDashboard(request, metadata=world.tenant.metadata, timeout=20)
    assert (await _next(again)).event.dashboard == await world.board()
    again.cancel()


async def test_a_resumed_watch_tells_at_once_where_the_counters_are(world: World) -> None:
    await world.seen("a", severity="HIGH")
    request = WatchDashboardRequest(parent=world.tenant.name)
    call = world.dashboards.WatchDashboard(request, metadata=world.tenant.metadata, timeout=20)
    request.resume_token = (await call.read()).resume_token
    call.cancel()
    # No event tells of this.
    async with world.database.unit(call_of(world.tenant.organization)) as unit:
        await unit.execute(text("UPDATE findings SET severity = 5"))
    again = world.dashboards.WatchDashboard(request, metadata=world.tenant.metadata, timeout=20)
    told = await again.read()
    assert by_severity(told.event.dashboard) == {"CRITICAL": 1}
    assert told.resume_token
    assert (await again.read()).WhichOneof("record") == "checkpoint"
    again.cancel()


async def test_a_watch_of_a_target_is_silent_about_others(world: World) -> None:
    request = WatchDashboardRequest(parent=world.tenant.name, filter=f'target = "{world.tenant.name}/{TARGET}"')
    call = world.dashboards.WatchDashboard(request, metadata=world.tenant.metadata, timeout=20)
    await call.read()
    await world.seen("a", target=f"{world.tenant.name}/targets/{identifiers.new()}", asset="elsewhere.example")
    found = await call.read()
    assert found.WhichOneof("record") == "checkpoint"
    await world.seen("b")
    assert (await _next(call)).event.dashboard.open.count == 1
    call.cancel()


async def _next(call: Any) -> Any:
    """Returns the next event."""
    while True:
        record = await call.read()
        if record.WhichOneof("record") == "event":
            return record
