"""The service that says who works on findings."""

from dataclasses import dataclass
from uuid import UUID

from xorb.core.v1 import finding_assignment_pb2, finding_assignment_pb2_grpc, finding_pb2

from services.core.findings import changes, domain, wire
from services.core.findings.notes.mentions import Colleagues
from services.mesh import names
from services.mesh.database import Database
from services.mesh.errors import invalid_field
from services.mesh.interceptors.layer import Context

_MEMBER = "organizations/{organization}/members/{member}"


@dataclass
class FindingAssignmentsServicer(finding_assignment_pb2_grpc.FindingAssignmentsServiceServicer):
    """Serves `xorb.core.v1.FindingAssignmentsService`.

    Args:
        database: Where findings are.
        colleagues: Says who is a member; asked before a transaction, never in one.
    """

    database: Database
    colleagues: Colleagues

    async def AssignFinding(
        self, request: finding_assignment_pb2.AssignFindingRequest, context: Context
    ) -> finding_pb2.Finding:
        """Gives a finding to a member, or to nobody."""
        organization, identifier = names.parse(wire.FINDING, request.name)
        assignee = await self._member(organization, request.assignee) if request.assignee else None
        async with self.database.unit() as unit:
            await unit.serialize(changes.TOPIC)
            current = await changes.find(unit, identifier, request.etag)
            assigned = domain.assign(current, assignee, changes.now())
            if assigned is not current:
                await changes.save(unit, assigned, "assigned" if assignee else "unassigned")
            return unit.reply(wire.message(unit.organization, assigned), sealed=True)

    async def _member(self, organization: UUID, name: str) -> UUID:
        owner, account = names.parse(_MEMBER, name)
        if owner != organization or not await self.colleagues.includes(organization, account):
            raise invalid_field("assignee", "it is no member who can work in the organization")
        return account
