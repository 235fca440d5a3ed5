"""Recording sightings through the service, on a real database."""

import asyncio
import time
from typing import Any

import grpc.aio
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import func, select
from xorb.core.v1.finding_pb2 import (
    DismissFindingRequest,
    Finding,
    ListSightingsRequest,
    RecordSightingsRequest,
    RecordSightingsResponse,
    ResolveFindingRequest,
    SightingReport,
)

from services.core.findings.tables import FINDINGS, SIGHTINGS
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.statuses import from_call
from services.mesh.testing import call_of
from tests.core.findings.conftest import Client
from tests.core.findings.messages import in_events, sighting
from tests.core.harness import events, new_tenant

VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"


def counts(response: RecordSightingsResponse) -> tuple[int, int, int]:
    return response.created_count, response.seen_again_count, response.repeated_count


async def types(database: Database, client: Client) -> list[str]:
    return [event.event.type for event in await events(database, client.tenant.organization)]


async def refusal(client: Client, *reports: SightingReport, **request: Any) -> Reason:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await client.record(*reports, **request)
    failure = from_call(caught.value)
    assert failure is not None, caught.value.details()
    return failure.reason


async def test_a_sighting_becomes_a_finding(client: Client, database: Database) -> None:
    scan = f"{client.tenant.name}/scans/{identifiers.new()}"
    report = sighting(
        client.tenant,
        2,
        cvss_vector=VECTOR,
        cwes=[319],
        cves=["CVE-2014-0160"],
        references=["https://example.org/"],
        description="What it is",
        remediation="What to do",
    )
    assert counts(await client.record(report, scan=scan)) == (1, 0, 0)
    (finding,) = await client.list()
    expected = Finding()
    expected.CopyFrom(report.finding)
    expected.MergeFrom(
        Finding(
            name=finding.name,
            cvss_score=7.5,
            tool="http",
            state="OPEN",
            sighting_count=1,
            scan=scan,
            first_seen_time=report.time,
            last_seen_time=report.time,
            update_time=finding.update_time,
            etag=finding.etag,
        )
    )
    assert finding == expected
    (event,) = await events(database, client.tenant.organization)
    assert (event.event.type, event.event.resource) == ("finding.created", finding.name)
    assert event.actor == "spiffe://xorb/orchestrator"
    assert Finding.FromString(event.event.snapshot) == in_events(finding)


async def test_the_same_weakness_seen_twice_is_one_finding_with_two_sightings(
    client: Client, database: Database
) -> None:
    first, second = sighting(client.tenant, 0), sighting(client.tenant, 1, location="HTTPS://Example.com:443/#x")
    assert counts(await client.record(first)) == (1, 0, 0)
    assert counts(await client.record(second)) == (0, 1, 0)
    (finding,) = await client.list()
    assert finding.sighting_count == 2
    assert (finding.first_seen_time, finding.last_seen_time) == (first.time, second.time)
    assert finding.evidence == "seen at 1"
    listed = await client.tenant.call(client.findings.ListSightings, ListSightingsRequest(parent=finding.name))
    assert [entry.name for entry in listed.sightings] == [
        f"{finding.name}/sightings/{report.sighting_id}" for report in (second, first)
    ]
    assert [entry.evidence for entry in listed.sightings] == ["seen at 1", "seen at 0"]
    assert await types(database, client) == ["finding.created", "finding.seen"]


async def test_a_batch_sent_again_changes_nothing(client: Client, database: Database) -> None:
    batch = [sighting(client.tenant, hours, location=f"https://example.com/{hours % 3}") for hours in range(6)]
    scan = f"{client.tenant.name}/scans/{identifiers.new()}"
    assert counts(await client.record(*batch, scan=scan)) == (3, 3, 0)
    before = await client.list()
    assert counts(await client.record(*batch, scan=scan)) == (0, 0, 6)
    more = sighting(client.tenant, 9, location="https://example.com/9")
    assert counts(await client.record(*batch, more, more, scan=scan)) == (1, 0, 7)
    assert [finding for finding in await client.list() if not finding.location.endswith("/9")] == before
    assert await types(database, client) == ["finding.created"] * 4


async def test_batches_sent_at_once_are_recorded_once(client: Client, database: Database) -> None:
    batch = [sighting(client.tenant, location=f"https://example.com/{number}") for number in range(50)]
    responses = await asyncio.gather(*(client.record(*batch) for _ in range(4)))
    assert sorted(counts(response) for response in responses) == [(0, 0, 50)] * 3 + [(50, 0, 0)]
    assert {finding.sighting_count for finding in await client.list(page_size=100)} == {1}
    assert len(await events(database, client.tenant.organization)) == 50


async def test_a_resolved_finding_opens_again(client: Client, database: Database) -> None:
    finding = await client.seen()
    await client.tenant.call(client.findings.ResolveFinding, ResolveFindingRequest(name=finding.name))
    again = await client.seen(hours=1)
    assert (again.name, again.state, again.sighting_count) == (finding.name, Finding.OPEN, 2)
    assert await types(database, client) == ["finding.created", "finding.resolved", "finding.reopened"]


async def test_a_false_positive_stays_one_and_gains_the_sighting(client: Client, database: Database) -> None:
    finding = await client.seen()
    request = DismissFindingRequest(name=finding.name, reason="The load balancer sends it")
    await client.tenant.call(client.findings.DismissFinding, request)
    again = await client.seen(hours=1)
    assert (again.state, again.sighting_count) == (Finding.DISMISSED, 2)
    assert again.dismissal_reason == "The load balancer sends it"
    assert await types(database, client) == ["finding.created", "finding.dismissed", "finding.seen"]


async def test_severity_follows_from_the_score_where_it_is_not_given(client: Client) -> None:
    finding = await client.seen(cvss_vector=VECTOR, severity="SEVERITY_UNSPECIFIED")
    assert (finding.severity, finding.cvss_score) == (4, 7.5)


async def test_texts_are_made_fit(client: Client) -> None:
    finding = await client.seen(
        title="a\0b", description="\0", evidence="x" * 100_000, cves=["CVE-\0"], references=["r"] * 100
    )
    assert (finding.title, finding.description, list(finding.cves)) == ("ab", "", ["CVE-"])
    assert len(finding.evidence) == 16_384
    assert len(finding.references) == 50


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"cvss_vector": "CVSS:3.1/AV:N"}, Reason.INVALID_FIELD),
        ({"cvss_vector": "\0"}, Reason.INVALID_FIELD),
        ({"check": ""}, Reason.INVALID_FIELD),
        ({"asset": " "}, Reason.INVALID_FIELD),
        ({"location": "\0"}, Reason.INVALID_FIELD),
        ({"title": "a" * 501}, Reason.INVALID_FIELD),
        ({"severity": 9}, Reason.INVALID_FIELD),
        ({"target": ""}, Reason.INVALID_NAME),
        ({"target": "organizations/x/targets/y"}, Reason.INVALID_NAME),
        ({"target": f"organizations/{identifiers.new()}/targets/{identifiers.new()}"}, Reason.NOT_FOUND),
        ({"identifier": "one"}, Reason.INVALID_FIELD),
    ],
)
async def test_one_bad_sighting_leaves_nothing_of_its_batch(
    client: Client, database: Database, fields: dict[str, Any], reason: Reason
) -> None:
    assert await refusal(client, sighting(client.tenant), sighting(client.tenant, **fields)) is reason
    assert await client.list() == []
    assert await events(database, client.tenant.organization) == []


async def test_a_time_that_there_is_not_is_refused(client: Client) -> None:
    report = sighting(client.tenant)
    report.time.CopyFrom(Timestamp(seconds=10**15))
    assert await refusal(client, report) is Reason.INVALID_FIELD


async def test_a_batch_is_bounded(client: Client) -> None:
    assert await refusal(client, *[sighting(client.tenant)] * 1001) is Reason.INVALID_FIELD
    assert counts(await client.record()) == (0, 0, 0)


async def test_accounts_can_not_report(client: Client) -> None:
    request = RecordSightingsRequest(
        parent=client.tenant.name,
        scan=f"{client.tenant.name}/scans/{identifiers.new()}",
        sightings=[sighting(client.tenant)],
    )
    failure = await client.tenant.refused(client.sightings.RecordSightings, request)
    assert failure.reason is Reason.PERMISSION_DENIED


async def test_the_scan_is_of_the_organization(client: Client, stranger: Client) -> None:
    scan = f"{stranger.tenant.name}/scans/{identifiers.new()}"
    assert await refusal(client, sighting(client.tenant), scan=scan) is Reason.NOT_FOUND


async def test_a_thousand_sightings_are_quick(client: Client) -> None:
    text = "Some words about it. " * 50
    batch = [
        sighting(client.tenant, location=f"https://example.com/{number}", description=text, evidence=text)
        for number in range(1000)
    ]
    begun = time.perf_counter()
    assert counts(await client.record(*batch)) == (1000, 0, 0)
    again = [sighting(client.tenant, 1, location=report.finding.location) for report in batch]
    assert counts(await client.record(*again)) == (0, 1000, 0)
    assert time.perf_counter() - begun < 10


async def test_equal_sightings_of_two_organizations_do_not_meet(
    client: Client, stranger: Client, database: Database
) -> None:
    identifier = str(identifiers.new())
    for one in (client, stranger):
        assert counts(await one.record(sighting(one.tenant, identifier=identifier))) == (1, 0, 0)
    for table in (FINDINGS, SIGHTINGS):
        count = select(func.count()).select_from(table)
        tenants = (client.tenant, stranger.tenant, await new_tenant())
        for tenant, expected in zip(tenants, (1, 1, 0), strict=True):
            async with database.unit(call_of(tenant.organization)) as unit:
                assert (await unit.execute(count)).scalar_one() == expected
