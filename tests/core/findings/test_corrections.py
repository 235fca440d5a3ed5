"""Merging, splitting and separating findings through the service, on a real database."""

import asyncio
from typing import Any

import grpc.aio
import pytest
from xorb.core.v1.finding_pb2 import (
    Finding,
    GetFindingRequest,
    ListSightingsRequest,
    MarkDuplicateRequest,
    MergeFindingsRequest,
    RecordSightingsRequest,
    RecordSightingsResponse,
    Sighting,
    SightingReport,
    SplitFindingRequest,
    TriageFindingRequest,
    UpdateFindingRequest,
)
from xorb.core.v1.separation_pb2 import (
    CreateSeparationRequest,
    DeleteSeparationRequest,
    ListSeparationsRequest,
    Separation,
)

from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from tests.core.findings.conftest import Client
from tests.core.findings.messages import sighting
from tests.core.harness import events


def imported(client: Client, hours: float = 0, tool: str = "ZAP", part: str = "", **finding: Any) -> SightingReport:
    """Returns a tool's report of no target."""
    report = sighting(client.tenant, hours, **{"target": "", "title": f"{tool} at {hours}", **finding})
    report.executor = ""
    report.tool, report.tool_version, report.tool_severity, report.part = tool, "1.0", "Medium", part
    return report


async def record(client: Client, *reports: SightingReport, source: str = "", of: str = "") -> RecordSightingsResponse:
    """Records a batch of an import."""
    of = of or f"{client.tenant.name}/imports/{identifiers.new()}"
    request = RecordSightingsRequest(parent=client.tenant.name, sightings=reports, source=source, **{"import": of})
    response = await client.sightings.RecordSightings(request, metadata=client.orchestrator, timeout=20)
    assert isinstance(response, RecordSightingsResponse)
    return response


async def get(client: Client, name: str) -> Finding:
    response = await client.tenant.call(client.findings.GetFinding, GetFindingRequest(name=name))
    assert isinstance(response, Finding)
    return response


async def sightings(client: Client, finding: Finding) -> list[Sighting]:
    listed = await client.tenant.call(client.findings.ListSightings, ListSightingsRequest(parent=finding.name))
    return list(listed.sightings)


async def pages(client: Client, count: int = 2) -> list[Finding]:
    """Returns findings of as many pages, each seen twice, the first page's first."""
    for number in range(count):
        where = f"https://example.com/{number}"
        await record(client, *(imported(client, number + hours / 2, location=where) for hours in range(2)))
    return sorted(await client.list(page_size=100), key=lambda finding: finding.location)


async def merge(client: Client, kept: Finding, *others: Finding, etag: str = "") -> Finding:
    request = MergeFindingsRequest(name=kept.name, duplicates=[other.name for other in others], etag=etag)
    merged = await client.tenant.call(client.findings.MergeFindings, request)
    assert isinstance(merged, Finding)
    return merged


def content(finding: Finding) -> Finding:
    """Returns a finding without what every change changes."""
    kept = Finding()
    kept.CopyFrom(finding)
    for field in ("etag", "update_time"):
        kept.ClearField(field)
    return kept


async def test_merged_findings_are_one_and_further_sightings_are_its(client: Client, database: Database) -> None:
    one, other = await pages(client)
    merged = await merge(client, one, other, etag=one.etag)
    assert (merged.sighting_count, merged.title, merged.location) == (4, other.title, other.location)
    assert (merged.first_seen_time, merged.last_seen_time) == (one.first_seen_time, other.last_seen_time)
    duplicate = await get(client, other.name)
    assert (duplicate.state, duplicate.duplicate_of, duplicate.sighting_count) == (Finding.DUPLICATE, one.name, 0)
    assert len(await sightings(client, merged)) == 4
    assert await sightings(client, duplicate) == []
    await record(client, imported(client, 9, location=other.location))
    assert (await get(client, one.name)).sighting_count == 5
    assert [event.event.type for event in await events(database, client.tenant.organization)][2:] == [
        "finding.duplicated",
        "finding.merged",
    ]


@pytest.mark.parametrize("kept_first", [True, False])
async def test_splitting_undoes_merging(client: Client, *, kept_first: bool) -> None:
    one, other = await pages(client)
    kept, gone = (one, other) if kept_first else (other, one)
    await client.tenant.call(client.findings.TriageFinding, TriageFindingRequest(name=gone.name))
    before = [content(await get(client, finding.name)) for finding in (kept, gone)]
    of_both = [[entry.name.rpartition("/")[2] for entry in await sightings(client, one)] for one in (kept, gone)]
    merged = await merge(client, kept, gone)
    taken = [f"{merged.name}/sightings/{identifier}" for identifier in of_both[1]]
    request = SplitFindingRequest(name=merged.name, sightings=taken)
    parts = await client.tenant.call(client.findings.SplitFinding, request)
    assert [content(parts.finding), content(parts.split)] == before
    after = [[entry.name.rpartition("/")[2] for entry in await sightings(client, one)] for one in (kept, gone)]
    assert after == of_both
    await record(client, *(imported(client, 9, location=finding.location) for finding in (kept, gone)))
    assert [(await get(client, finding.name)).sighting_count for finding in (kept, gone)] == [3, 3]


async def test_merging_undoes_splitting(client: Client) -> None:
    one, _ = await pages(client)
    before = content(one)
    latest, _ = await sightings(client, one)
    request = SplitFindingRequest(name=one.name, sightings=[latest.name], etag=one.etag)
    parts = await client.tenant.call(client.findings.SplitFinding, request)
    assert (parts.finding.sighting_count, parts.split.sighting_count) == (1, 1)
    assert (parts.finding.title, parts.split.title) == ("ZAP at 0.0", "ZAP at 0.5")
    assert parts.split.state == Finding.OPEN
    assert content(await merge(client, parts.finding, parts.split)) == before
    assert list((await client.tenant.call(client.separations.ListSeparations, listing(client))).separations) == []


def listing(client: Client, **request: Any) -> ListSeparationsRequest:
    return ListSeparationsRequest(parent=client.tenant.name, **request)


async def test_a_chain_of_duplicates_is_of_the_last(client: Client) -> None:
    one, two, three = await pages(client, 3)
    await merge(client, two, three)
    await merge(client, one, two)
    assert {(await get(client, other.name)).duplicate_of for other in (two, three)} == {one.name}
    assert (await get(client, one.name)).sighting_count == 6


async def test_a_finding_is_marked_as_a_duplicate(client: Client) -> None:
    one, other = await pages(client)
    request = MarkDuplicateRequest(name=other.name, duplicate_of=one.name, etag=other.etag)
    duplicate = await client.tenant.call(client.findings.MarkDuplicate, request)
    assert (duplicate.name, duplicate.state, duplicate.duplicate_of) == (other.name, Finding.DUPLICATE, one.name)
    assert (await get(client, one.name)).sighting_count == 4
    failure = await client.tenant.refused(
        client.findings.MarkDuplicate, MarkDuplicateRequest(name=one.name, duplicate_of=other.name)
    )
    assert failure.reason is Reason.ILLEGAL_TRANSITION


async def test_what_can_not_be_merged_or_split(client: Client, stranger: Client) -> None:
    (one,), (theirs,) = await pages(client, 1), await pages(stranger, 1)
    first, second = await sightings(client, one)
    for method, request, reason in (
        (
            client.findings.MergeFindings,
            MergeFindingsRequest(name=one.name, duplicates=[one.name]),
            Reason.INVALID_FIELD,
        ),
        (client.findings.MergeFindings, MergeFindingsRequest(name=one.name), Reason.INVALID_FIELD),
        (
            client.findings.MergeFindings,
            MergeFindingsRequest(name=one.name, duplicates=[theirs.name]),
            Reason.NOT_FOUND,
        ),
        (
            client.findings.SplitFinding,
            SplitFindingRequest(name=one.name, sightings=[first.name, second.name]),
            Reason.INVALID_FIELD,
        ),
        (
            client.findings.SplitFinding,
            SplitFindingRequest(name=one.name, sightings=[f"{one.name}/sightings/{identifiers.new()}"]),
            Reason.INVALID_FIELD,
        ),
        (
            client.findings.SplitFinding,
            SplitFindingRequest(name=one.name, sightings=[first.name], etag='"old"'),
            Reason.ETAG_MISMATCH,
        ),
        (
            client.findings.MergeFindings,
            MergeFindingsRequest(name=one.name, duplicates=[f"{one.name[:-4]}ffff"], etag='"old"'),
            Reason.ETAG_MISMATCH,
        ),
    ):
        assert (await client.tenant.refused(method, request)).reason is reason, request
    assert await get(client, one.name) == one


async def test_separated_findings_are_not_matched_and_then_they_are(client: Client, database: Database) -> None:
    where: dict[str, Any] = {"asset": "example.com", "location": "https://example.com/"}
    await record(client, imported(client, 0, check="10038", **where))
    await record(client, imported(client, 1, "Nuclei", check="two", cves=["CVE-2024-1111"], **where))
    one, other = sorted(await client.list(), key=lambda finding: finding.check)
    separation = Separation(first=other.name, second=one.name)
    request = CreateSeparationRequest(parent=client.tenant.name, separation=separation)
    created = await client.tenant.call(client.separations.CreateSeparation, request)
    assert await client.tenant.call(client.separations.CreateSeparation, request) == created
    link = {**where, "check": "/httpdata/CSP_not_implemented.js", "cves": ["CVE-2024-1111"]}
    await record(client, imported(client, 2, "Acunetix", **link))
    assert {finding.state for finding in await client.list()} == {Finding.OPEN}
    assert (await get(client, other.name)).sighting_count == 2
    chosen = listing(client, filter=f'first = "{other.name}"')
    assert list((await client.tenant.call(client.separations.ListSeparations, chosen)).separations) == [created]
    await client.tenant.call(client.separations.DeleteSeparation, DeleteSeparationRequest(name=created.name))
    response = await record(client, imported(client, 3, "Acunetix", **link))
    assert response.merged_count == 1
    assert (await get(client, other.name)).duplicate_of == one.name
    kinds = [event.event.type for event in await events(database, client.tenant.organization)]
    assert kinds[2:] == ["separation.created", "separation.deleted", "finding.duplicated", "finding.merged"]


async def test_a_sighting_says_why_it_is_here(client: Client) -> None:
    where = {"asset": "example.com", "location": "https://example.com/"}
    first, second = (
        imported(client, 0, check="10038", **where),
        imported(client, 1, "Wapiti", check="Content Security Policy Configuration: CSP is not set", **where),
    )
    await record(client, first)
    await record(client, second)
    (finding,) = await client.list()
    latest, earliest = await sightings(client, finding)
    assert list(earliest.match_explanation.matches) == []
    (match,) = latest.match_explanation.matches
    assert (match.key, match.sighting) == (3, first.sighting_id)
    assert dict(match.fields) == {"asset": "example.com", "place": "https://example.com/", "weakness": "missing-csp"}
    assert first.sighting_id in latest.match_explanation.summary
    assert (latest.tool, latest.tool_version, latest.tool_severity, latest.severity) == ("Wapiti", "1.0", "Medium", 3)


async def test_two_editors_with_one_etag_and_nothing_is_lost(client: Client) -> None:
    (one,) = await pages(client, 1)
    requests = [
        UpdateFindingRequest(finding=Finding(name=one.name, title="Mine", etag=one.etag)),
        UpdateFindingRequest(finding=Finding(name=one.name, description="Theirs", etag=one.etag)),
    ]
    tried = await asyncio.gather(
        *(client.tenant.call(client.findings.UpdateFinding, request) for request in requests), return_exceptions=True
    )
    (refused,) = [result for result in tried if isinstance(result, grpc.aio.AioRpcError)]
    assert refused.code() is grpc.StatusCode.ABORTED
    lost = requests[tried.index(refused)]
    lost.finding.etag = (await get(client, one.name)).etag
    await client.tenant.call(client.findings.UpdateFinding, lost)
    now = await get(client, one.name)
    assert (now.title, now.description) == ("Mine", "Theirs")
