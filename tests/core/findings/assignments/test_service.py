"""Findings are given to members, through the service, on a real database."""

from collections.abc import AsyncIterator

import grpc.aio
import pytest_asyncio
from xorb.core.v1 import finding_assignment_pb2_grpc, finding_pb2_grpc, organization_pb2_grpc
from xorb.core.v1.finding_assignment_pb2 import AssignFindingRequest
from xorb.core.v1.finding_pb2 import Finding, GetFindingRequest, ListFindingsRequest

from services.core.findings.assignments.service import FindingAssignmentsServicer
from services.core.findings.notes.mentions import Colleagues
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.testing import KEYS, serving
from services.mesh.tokens import Issuer, ServiceIdentity
from tests.core.findings.notes.conftest import Author, Office
from tests.core.harness import events

Stub = finding_assignment_pb2_grpc.FindingAssignmentsServiceStub


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def assignments(office: Office, database: Database) -> AsyncIterator[Stub]:
    """A client of the service."""
    identity = ServiceIdentity(Issuer(KEYS), "spiffe://xorb/core")
    colleagues = Colleagues(organization_pb2_grpc.MembershipsServiceStub(office.members), identity)
    servicer = FindingAssignmentsServicer(database, colleagues)

    def register(server: grpc.aio.Server) -> None:
        finding_assignment_pb2_grpc.add_FindingAssignmentsServiceServicer_to_server(servicer, server)

    async with serving(register, ["xorb.core.v1.FindingAssignmentsService"], database) as channel:
        yield Stub(channel)


async def assign(assignments: Stub, who: Author, finding: str, assignee: str = "", etag: str = "") -> Finding:
    request = AssignFindingRequest(name=finding, assignee=assignee, etag=etag)
    changed = await who.call(assignments.AssignFinding, request)
    assert isinstance(changed, Finding)
    return changed


async def test_a_finding_is_given_to_a_colleague_and_found_by_it(
    office: Office, assignments: Stub, database: Database
) -> None:
    ann = await office.author()
    ben = await office.author(ann)
    name = await office.finding(ann)
    given = await assign(assignments, ann, name, ben.member)
    assert given.assignee == ben.member
    stub = finding_pb2_grpc.FindingsServiceStub(office.channel)
    assert (await ben.call(stub.GetFinding, GetFindingRequest(name=name))).assignee == ben.member
    for assignee, found in ((ben.member, [name]), (ann.member, [])):
        request = ListFindingsRequest(parent=ann.name, filter=f'assignee = "{assignee}"')
        assert [one.name for one in (await ann.call(stub.ListFindings, request)).findings] == found
    assert await assign(assignments, ann, name, ben.member) == given
    assert not (await assign(assignments, ben, name)).assignee
    told = [event.event.type for event in await events(database, ann.organization)]
    assert told[1:] == ["finding.assigned", "finding.unassigned"]


async def test_whoever_sees_it_next_it_stays_theirs(office: Office, assignments: Stub) -> None:
    ann = await office.author()
    name = await office.finding(ann)
    await assign(assignments, ann, name, ann.member)
    assert await office.finding(ann) == name
    stub = finding_pb2_grpc.FindingsServiceStub(office.channel)
    seen = await ann.call(stub.GetFinding, GetFindingRequest(name=name))
    assert (seen.assignee, seen.sighting_count) == (ann.member, 2)


async def test_strangers_are_given_nothing(office: Office, assignments: Stub) -> None:
    ann, stranger = await office.author(), await office.author()
    name = await office.finding(ann)
    nobody = f"{ann.name}/members/{identifiers.new()}"
    for assignee, reason in (
        (nobody, Reason.INVALID_FIELD),
        (f"{ann.name}/members/{stranger.person.account}", Reason.INVALID_FIELD),
        (stranger.member, Reason.NOT_FOUND),
    ):
        request = AssignFindingRequest(name=name, assignee=assignee)
        assert (await ann.refused(assignments.AssignFinding, request)).reason is reason
    foreign = AssignFindingRequest(name=name, assignee=stranger.member)
    assert (await stranger.refused(assignments.AssignFinding, foreign)).reason is Reason.NOT_FOUND


async def test_of_two_the_later_is_told(office: Office, assignments: Stub) -> None:
    ann = await office.author()
    ben = await office.author(ann)
    name = await office.finding(ann)
    stale = (await assign(assignments, ann, name, ann.member)).etag
    await assign(assignments, ann, name, ben.member, stale)
    request = AssignFindingRequest(name=name, assignee=ann.member, etag=stale)
    assert (await ann.refused(assignments.AssignFinding, request)).reason is Reason.ETAG_MISMATCH
