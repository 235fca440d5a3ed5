"""Many findings are changed at once, behind all layers, on a real database."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest
import pytest_asyncio
from xorb.core.v1 import finding_change_pb2_grpc, organization_pb2_grpc
from xorb.core.v1.finding_change_pb2 import ChangeFindingsRequest, ChangeFindingsResponse
from xorb.core.v1.finding_change_pb2_grpc import FindingChangesServiceStub
from xorb.core.v1.finding_pb2 import Finding, TriageFindingRequest

from services.core.findings.bulk.service import FindingChangesServicer
from services.core.findings.notes.mentions import Colleagues
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.pages import Pager
from services.mesh.testing import KEYS, serving
from services.mesh.tokens import Issuer, ServiceIdentity
from tests.core.findings.conftest import Client, connect
from tests.core.findings.messages import sighting
from tests.core.findings.notes.conftest import Office
from tests.core.harness import Tenant, events, new_tenant

MANY = 25


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bulk(office: Office, database: Database) -> AsyncIterator[FindingChangesServiceStub]:
    """The service's stub."""
    identity = ServiceIdentity(Issuer(KEYS), "spiffe://xorb/core")
    colleagues = Colleagues(organization_pb2_grpc.MembershipsServiceStub(office.members), identity)
    servicer = FindingChangesServicer(database, Pager("k" * 32), colleagues)

    def register(server: grpc.aio.Server) -> None:
        finding_change_pb2_grpc.add_FindingChangesServiceServicer_to_server(servicer, server)

    async with serving(register, [], database) as channel:
        yield FindingChangesServiceStub(channel)


@pytest_asyncio.fixture(loop_scope="session")
async def findings(client: Client) -> list[Finding]:
    """Twenty-five of a check, and one of another."""
    places = [f"https://example.com/{number}" for number in range(MANY)]
    await client.record(*(sighting(client.tenant, location=place) for place in places))
    await client.record(sighting(client.tenant, check="tls.old"))
    return await client.list(filter='check = "http.weak-hsts"')


async def change(bulk: FindingChangesServiceStub, who: Tenant, action: str, **request: Any) -> ChangeFindingsResponse:
    given = {"parent": who.name, "filter": 'check = "http.weak-hsts"', "action": action, **request}
    return await who.call(bulk.ChangeFindings, ChangeFindingsRequest(**given))  # type: ignore[no-any-return]


async def all_batches(
    bulk: FindingChangesServiceStub, who: Tenant, action: str, **request: Any
) -> ChangeFindingsResponse:
    total, token = ChangeFindingsResponse(), ""
    while True:
        one = await change(bulk, who, action, page_token=token, **request)
        for count in ("matched_count", "changed_count", "unchanged_count"):
            setattr(total, count, getattr(total, count) + getattr(one, count))
        total.refusals.extend(one.refusals)
        if not (token := one.next_page_token):
            return total


async def test_what_a_filter_names_is_changed_batch_by_batch(
    bulk: FindingChangesServiceStub, client: Client, findings: list[Finding], database: Database
) -> None:
    dry = await all_batches(bulk, client.tenant, "TRIAGE", validate_only=True, page_size=10)
    assert (dry.matched_count, dry.changed_count) == (MANY, MANY)
    assert {one.state for one in await client.list()} == {Finding.OPEN}
    filtered = 'check = "http.weak-hsts" AND state = "OPEN"'
    done = await all_batches(bulk, client.tenant, "TRIAGE", filter=filtered, page_size=10)
    assert (done.matched_count, done.changed_count) == (MANY, MANY)
    states = {one.check: one.state for one in await client.list()}
    assert states == {"http.weak-hsts": Finding.TRIAGED, "tls.old": Finding.OPEN}
    told = [event.event for event in await events(database, client.tenant.organization)]
    assert {one.resource for one in told if one.type == "finding.triaged"} == {one.name for one in findings}
    again = await all_batches(bulk, client.tenant, "TRIAGE")
    assert (again.changed_count, again.unchanged_count) == (0, MANY)


async def test_what_can_not_go_there_is_counted_by_why(
    bulk: FindingChangesServiceStub, client: Client, findings: list[Finding]
) -> None:
    await client.tenant.call(client.findings.TriageFinding, TriageFindingRequest(name=findings[0].name))
    await all_batches(bulk, client.tenant, "DISMISS", reason="A test page.", query="hsts")
    made = await all_batches(bulk, client.tenant, "START_REMEDIATION")
    assert made.changed_count == 0
    [refusal] = made.refusals
    assert (refusal.state, refusal.count) == (Finding.DISMISSED, MANY)
    assert "can't become IN_REMEDIATION" in refusal.message
    assert refusal.finding in {one.name for one in findings}
    dismissed = await client.list(filter='check = "http.weak-hsts"')
    assert {one.dismissal_reason for one in dismissed} == {"A test page."}


async def test_a_repeated_batch_is_the_first_one(
    bulk: FindingChangesServiceStub, client: Client, findings: list[Finding]
) -> None:
    identifier = str(identifiers.new())
    first = await change(bulk, client.tenant, "TRIAGE", page_size=10, request_id=identifier)
    assert await change(bulk, client.tenant, "TRIAGE", page_size=10, request_id=identifier) == first
    assert len(await client.list(filter='state = "TRIAGED"')) == 10


async def test_findings_are_given_to_a_member(bulk: FindingChangesServiceStub, office: Office, client: Client) -> None:
    ann = await office.author()
    name = await office.finding(ann)
    given = await change(bulk, ann, "ASSIGN", assignee=ann.member, filter="", query="hsts xss weakness")
    assert given.matched_count == given.changed_count == 0
    taken = await change(bulk, ann, "ASSIGN", assignee=ann.member, filter='state = "OPEN"')
    assert taken.changed_count == 1
    stub = await connect(office.channel, ann)
    assert [one.assignee for one in await stub.list()] == [ann.member]
    assert (await change(bulk, ann, "UNASSIGN", filter='state = "OPEN"')).changed_count == 1
    assert [(one.name, one.assignee) for one in await stub.list()] == [(name, "")]


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"action": "TRIAGE", "filter": " "}, Reason.INVALID_FIELD),
        ({"action": "TRIAGE", "filter": "state >"}, Reason.INVALID_FILTER),
        ({"action": "TRIAGE", "page_token": "x"}, Reason.INVALID_PAGE_TOKEN),
        ({"action": "TRIAGE", "reason": "Why not"}, Reason.INVALID_FIELD),
        ({"action": "DISMISS"}, Reason.INVALID_FIELD),
        ({"action": "ASSIGN"}, Reason.INVALID_NAME),
        ({}, Reason.INVALID_FIELD),
    ],
)
async def test_what_makes_no_sense_is_refused(
    bulk: FindingChangesServiceStub, client: Client, request_: dict[str, Any], reason: Reason
) -> None:
    given = ChangeFindingsRequest(**{"parent": client.tenant.name, "filter": 'state = "OPEN"', **request_})
    assert (await client.tenant.refused(bulk.ChangeFindings, given)).reason is reason


async def test_who_may_not_do_it_once_may_not_do_it_often(
    bulk: FindingChangesServiceStub, client: Client, findings: list[Finding]
) -> None:
    analyst = await new_tenant(client.tenant.organization, ("analyst",))
    wanted = ChangeFindingsRequest(
        parent=analyst.name, filter='state = "OPEN"', action=ChangeFindingsRequest.DISMISS, reason="Noise"
    )
    assert (await analyst.refused(bulk.ChangeFindings, wanted)).reason is Reason.PERMISSION_DENIED
    assert (await change(bulk, analyst, "TRIAGE")).changed_count == MANY


async def test_others_findings_are_not_meant(
    bulk: FindingChangesServiceStub, client: Client, findings: list[Finding]
) -> None:
    made = await change(bulk, await new_tenant(), "TRIAGE")
    assert made.matched_count == 0
    assert {one.state for one in await client.list()} == {Finding.OPEN}
