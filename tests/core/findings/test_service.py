"""Reading findings and working them to closure, through the service, on a real database."""

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import func, select, update
from xorb.core.v1.finding_pb2 import (
    DismissFindingRequest,
    Finding,
    GetFindingRequest,
    ListFindingsRequest,
    ListSightingsRequest,
    ReopenFindingRequest,
    ResolveFindingRequest,
    TriageFindingRequest,
    UpdateFindingRequest,
    WatchFindingsRequest,
)

from services.core.findings.tables import FINDINGS, SIGHTINGS
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.testing import call_of
from tests.core.findings.conftest import Client
from tests.core.findings.messages import in_events, sighting
from tests.core.harness import events, new_tenant


async def get(client: Client, finding: Finding) -> Finding:
    response = await client.tenant.call(client.findings.GetFinding, GetFindingRequest(name=finding.name))
    assert isinstance(response, Finding)
    return response


def change(finding: Finding, *paths: str, **values: Any) -> UpdateFindingRequest:
    mask = FieldMask(paths=paths) if paths else None
    return UpdateFindingRequest(finding=Finding(name=finding.name, **values), update_mask=mask)


async def test_a_finding_is_worked_to_closure_and_back(client: Client, database: Database) -> None:
    finding, call, stub = await client.seen(), client.tenant.call, client.findings
    triaged = await call(stub.TriageFinding, TriageFindingRequest(name=finding.name, etag=finding.etag))
    assert triaged.state == Finding.TRIAGED
    assert triaged.etag != finding.etag
    resolved = await call(stub.ResolveFinding, ResolveFindingRequest(name=finding.name, etag=triaged.etag))
    assert resolved.state == Finding.RESOLVED
    reopened = await call(stub.ReopenFinding, ReopenFindingRequest(name=finding.name))
    assert reopened.state == Finding.OPEN
    dismissed = await call(stub.DismissFinding, DismissFindingRequest(name=finding.name, reason="not\0 ours"))
    assert (dismissed.state, dismissed.dismissal_reason) == (Finding.DISMISSED, "not ours")
    assert await get(client, finding) == dismissed
    last = await call(stub.ReopenFinding, ReopenFindingRequest(name=finding.name))
    assert last.dismissal_reason == ""
    logged = await events(database, client.tenant.organization)
    assert [event.event.type.removeprefix("finding.") for event in logged] == [
        *("created", "triaged", "resolved", "reopened", "dismissed", "reopened")
    ]
    assert Finding.FromString(logged[-1].event.snapshot) == in_events(last)
    assert {event.event.resource for event in logged} == {finding.name}


async def test_an_illegal_transition_says_from_where_to_where(client: Client, database: Database) -> None:
    finding = await client.seen()
    await client.tenant.call(client.findings.ResolveFinding, ResolveFindingRequest(name=finding.name))
    for method, request, state in (
        (client.findings.TriageFinding, TriageFindingRequest(name=finding.name), "TRIAGED"),
        (client.findings.ResolveFinding, ResolveFindingRequest(name=finding.name), "RESOLVED"),
        (client.findings.DismissFinding, DismissFindingRequest(name=finding.name, reason="x"), "DISMISSED"),
    ):
        failure = await client.tenant.refused(method, request)
        assert failure.reason is Reason.ILLEGAL_TRANSITION
        assert f"is RESOLVED and can't become {state}" in str(failure)
    assert len(await events(database, client.tenant.organization)) == 2


@pytest.mark.parametrize("reason", ["", " ", "\0", "x" * 2001])
async def test_a_finding_is_dismissed_for_a_reason(client: Client, reason: str) -> None:
    finding = await client.seen()
    request = DismissFindingRequest(name=finding.name, reason=reason)
    failure = await client.tenant.refused(client.findings.DismissFinding, request)
    assert (failure.reason, failure.fields[0].field) == (Reason.INVALID_FIELD, "reason")
    assert await get(client, finding) == finding


async def test_a_change_is_made_to_what_was_read(client: Client) -> None:
    finding = await client.seen()
    await client.seen(hours=1)
    for method, request in (
        (client.findings.TriageFinding, TriageFindingRequest(name=finding.name, etag=finding.etag)),
        (client.findings.UpdateFinding, change(finding, "title", title="x", etag=finding.etag)),
    ):
        assert (await client.tenant.refused(method, request)).reason is Reason.ETAG_MISMATCH


async def test_a_repeated_request_is_answered_like_the_first(client: Client) -> None:
    finding = await client.seen()
    request = TriageFindingRequest(name=finding.name, request_id=str(identifiers.new()))
    first = await client.tenant.call(client.findings.TriageFinding, request)
    assert await client.tenant.call(client.findings.TriageFinding, request) == first


async def test_people_word_a_finding_and_checks_leave_it(client: Client, database: Database) -> None:
    finding = await client.seen()
    request = change(finding, title="Ours\0", severity="CRITICAL", etag=finding.etag)
    changed = await client.tenant.call(client.findings.UpdateFinding, request)
    assert (changed.title, changed.severity, changed.evidence) == ("Ours", 5, finding.evidence)
    again = await client.seen(hours=1, title="Theirs", description="New words")
    assert (again.title, again.severity, again.description) == ("Ours", 5, "New words")
    cleared = await client.tenant.call(client.findings.UpdateFinding, change(finding, "description"))
    assert cleared.description == ""
    assert (await events(database, client.tenant.organization))[1].event.type == "finding.updated"


@pytest.mark.parametrize(
    ("paths", "values", "reason"),
    [
        (["state"], {"state": "RESOLVED"}, Reason.INVALID_UPDATE_MASK),
        (["evidence"], {"evidence": "x"}, Reason.INVALID_UPDATE_MASK),
        (["cvss_score"], {"cvss_score": 10}, Reason.INVALID_UPDATE_MASK),
        (["nonsense"], {}, Reason.INVALID_UPDATE_MASK),
        (["title"], {}, Reason.INVALID_FIELD),
        (["title"], {"title": "a" * 501}, Reason.INVALID_FIELD),
        (["description"], {"description": "a" * 20_001}, Reason.INVALID_FIELD),
        (["severity"], {"severity": 6}, Reason.INVALID_FIELD),
    ],
)
async def test_a_refused_change_leaves_everything(
    client: Client, paths: list[str], values: dict[str, Any], reason: Reason
) -> None:
    finding = await client.seen()
    failure = await client.tenant.refused(client.findings.UpdateFinding, change(finding, *paths, **values))
    assert failure.reason is reason
    assert await get(client, finding) == finding


async def locations(client: Client, **request: Any) -> list[str]:
    return [finding.location.rpartition("/")[2] for finding in await client.list(**request)]


async def test_lists_filter_sort_and_page(client: Client) -> None:
    tenant = client.tenant
    other_target = f"{tenant.name}/targets/{identifiers.new()}"
    scan = f"{tenant.name}/scans/{identifiers.new()}"
    await client.record(
        sighting(tenant, 1, location="http://example.com/a", severity="LOW"),
        sighting(tenant, 2, location="http://example.com/b", severity="HIGH", title="Weak Cipher"),
        sighting(tenant, 3, location="http://example.com/c", severity="HIGH", check="tls.cipher"),
    )
    await client.record(
        sighting(tenant, 0, location="http://example.com/d", severity="CRITICAL", target=other_target),
        sighting(tenant, 4, location="http://example.com/e", severity="INFO", asset="203.0.113.7"),
        scan=scan,
    )
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    await client.record(sighting(tenant, 5, location="http://example.com/f", severity="INFO", cvss_vector=vector))
    (first, *_) = await client.list()
    await client.tenant.call(client.findings.TriageFinding, TriageFindingRequest(name=first.name))
    expected = {
        "": "dcbafe",
        'severity >= "HIGH"': "dcb",
        'severity < "HIGH" AND state = "OPEN"': "afe",
        "state = TRIAGED": "d",
        'check = "tls.*"': "c",
        'title:"CIPHER"': "b",
        'asset = "203.0.113.7"': "e",
        f'target = "{other_target}"': "d",
        f'scan = "{scan}"': "de",
        "cvss_score > 7": "f",
        'last_seen_time >= "2026-01-01T04:00:00Z"': "fe",
        'first_seen_time < "2026-01-01T01:00:00Z"': "d",
        'NOT severity = "INFO"': "dcba",
    }
    for text, found in expected.items():
        assert "".join(await locations(client, filter=text)) == found, text
    assert "".join(await locations(client, order_by="last_seen_time desc")) == "fecbad"
    assert "".join(await locations(client, order_by="severity, first_seen_time")) == "efabcd"
    pages, token = "", ""
    while not pages or token:
        request = ListFindingsRequest(parent=tenant.name, page_size=2, page_token=token)
        page = await tenant.call(client.findings.ListFindings, request)
        pages, token = pages + "".join(one.location[-1] for one in page.findings), page.next_page_token
    assert pages == "dcbafe"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"filter": "evidence:x"}, Reason.INVALID_FILTER),
        ({"filter": 'severity >= "WORST"'}, Reason.INVALID_FILTER),
        ({"filter": "title = \"'; DROP TABLE findings; --"}, Reason.INVALID_FILTER),
        ({"order_by": "evidence"}, Reason.INVALID_ORDER),
        ({"page_token": "nonsense"}, Reason.INVALID_PAGE_TOKEN),
        ({"page_size": 1001}, Reason.INVALID_FIELD),
    ],
)
async def test_a_list_is_asked_for_in_the_right_words(client: Client, fields: dict[str, Any], reason: Reason) -> None:
    request = ListFindingsRequest(parent=client.tenant.name, **fields)
    assert (await client.tenant.refused(client.findings.ListFindings, request)).reason is reason


async def test_an_injected_filter_finds_nothing_and_harms_nothing(client: Client) -> None:
    await client.seen()
    for text in ("' OR '1'='1", "%", "_", "'; DROP TABLE findings; --", "$1", ":rows"):
        assert await client.list(filter=f'title = "{text}"') == []
    assert len(await client.list()) == 1


async def test_sightings_come_in_pages_the_newest_first(client: Client) -> None:
    await client.record(*[sighting(client.tenant, hours) for hours in range(5)])
    (finding,) = await client.list()
    seen: list[str] = []
    token = ""
    while not seen or token:
        request = ListSightingsRequest(parent=finding.name, page_size=2, page_token=token)
        page = await client.tenant.call(client.findings.ListSightings, request)
        seen, token = seen + [entry.evidence for entry in page.sightings], page.next_page_token
    assert seen == [f"seen at {hours}" for hours in (4, 3, 2, 1, 0)]
    missing = ListSightingsRequest(parent=f"{client.tenant.name}/findings/{identifiers.new()}")
    assert (await client.tenant.refused(client.findings.ListSightings, missing)).reason is Reason.NOT_FOUND


async def test_one_organization_sees_nothing_of_another(client: Client, stranger: Client) -> None:
    finding = await client.seen()
    own_name = finding.name.replace(str(client.tenant.organization), str(stranger.tenant.organization))
    stub = stranger.findings
    for name in (finding.name, own_name):
        for method, request in (
            (stub.GetFinding, GetFindingRequest(name=name)),
            (stub.UpdateFinding, UpdateFindingRequest(finding=Finding(name=name, title="mine"))),
            (stub.TriageFinding, TriageFindingRequest(name=name)),
            (stub.ResolveFinding, ResolveFindingRequest(name=name)),
            (stub.DismissFinding, DismissFindingRequest(name=name, reason="mine")),
            (stub.ReopenFinding, ReopenFindingRequest(name=name)),
            (stub.ListSightings, ListSightingsRequest(parent=name)),
        ):
            assert (await stranger.tenant.refused(method, request)).reason is Reason.NOT_FOUND
    assert await stranger.list() == []
    foreign = ListFindingsRequest(parent=client.tenant.name)
    assert (await stranger.tenant.refused(stub.ListFindings, foreign)).reason is Reason.NOT_FOUND
    assert await get(client, finding) == finding


async def test_the_database_itself_keeps_organizations_apart(client: Client, database: Database) -> None:
    await client.seen()
    for organization, expected in ((client.tenant.organization, 1), (identifiers.new(), 0)):
        async with database.unit(call_of(organization)) as unit:
            for table in (FINDINGS, SIGHTINGS):
                assert (await unit.execute(select(func.count()).select_from(table))).scalar_one() == expected
            changed = await unit.execute(update(FINDINGS).values(title="mine"))
            assert changed.rowcount == expected


async def test_a_watch_tells_of_what_happens_and_goes_on_where_it_was(client: Client) -> None:
    parent, stub, metadata = client.tenant.name, client.findings, client.tenant.metadata
    watch = stub.WatchFindings(WatchFindingsRequest(parent=parent), metadata=metadata, timeout=20)
    assert (await watch.read()).WhichOneof("record") == "checkpoint"
    finding = await client.seen(severity="HIGH")
    first = await watch.read()
    assert (first.event.metadata.type, first.event.finding) == ("finding.created", in_events(finding))
    assert first.event.metadata.resource == finding.name
    watch.cancel()
    await client.record(sighting(client.tenant, location="https://example.com/low", severity="LOW"))
    triaged = await client.tenant.call(stub.TriageFinding, TriageFindingRequest(name=finding.name))
    request = WatchFindingsRequest(parent=parent, resume_token=first.resume_token)
    again = stub.WatchFindings(request, metadata=metadata, timeout=20)
    types = [(await again.read()).event.metadata.type for _ in range(2)]
    assert types == ["finding.created", "finding.triaged"]
    again.cancel()
    text = f'severity >= "HIGH" AND type = "finding.tri*" AND target = "{triaged.target}" AND state = "TRIAGED"'
    text += ' AND cvss_score < 1 AND last_seen_time < "2027-01-01T00:00:00Z"'
    request = WatchFindingsRequest(parent=parent, resume_token=first.resume_token, filter=text)
    filtered = stub.WatchFindings(request, metadata=metadata, timeout=20)
    assert (await filtered.read()).event.finding == in_events(triaged)
    filtered.cancel()


async def test_a_watch_is_of_one_organization(client: Client, stranger: Client) -> None:
    request = WatchFindingsRequest(parent=stranger.tenant.name)
    own = stranger.findings.WatchFindings(request, metadata=stranger.tenant.metadata, timeout=20)
    assert (await own.read()).WhichOneof("record") == "checkpoint"
    await client.seen()
    mine = await stranger.seen()
    assert (await own.read()).event.finding == in_events(mine)
    own.cancel()
    failure = await client.tenant.refused(lambda *a, **k: client.findings.WatchFindings(*a, **k).read(), request)
    assert failure.reason is Reason.NOT_FOUND
    request = WatchFindingsRequest(parent=client.tenant.name, filter="evidence:x")
    failure = await client.tenant.refused(lambda *a, **k: client.findings.WatchFindings(*a, **k).read(), request)
    assert failure.reason is Reason.INVALID_FILTER


async def test_a_viewer_reads_and_no_more(client: Client) -> None:
    finding = await client.seen()
    viewer = await new_tenant(client.tenant.organization, ("viewer",))
    assert await viewer.call(client.findings.GetFinding, GetFindingRequest(name=finding.name)) == finding
    failure = await viewer.refused(client.findings.TriageFinding, TriageFindingRequest(name=finding.name))
    assert failure.reason is Reason.PERMISSION_DENIED
