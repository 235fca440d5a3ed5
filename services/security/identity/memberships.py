"""What the core plane knows of an account's memberships, asked over the mesh."""

from dataclasses import dataclass
from uuid import UUID

import grpc
import grpc.aio
from xorb.core.v1 import organization_pb2, organization_pb2_grpc

from services.mesh import names, outgoing
from services.mesh.tokens import ServiceIdentity
from services.security.identity import wire
from services.security.identity.domain import Membership

_SECONDS = 5.0


@dataclass
class Memberships:
    """Asks as this process's own identity."""

    stub: organization_pb2_grpc.MembershipsServiceStub
    identity: ServiceIdentity

    async def resolve(self, account: UUID, organization: str) -> Membership:
        """Returns the membership in an organization, or in the one joined first; none for an account without any.

        Args:
            account: The account.
            organization: The organization's name; empty for the one joined first.

        Raises:
            Failure: NOT_FOUND; the account is no member of the organization asked for. UNAVAILABLE.
        """
        request = organization_pb2.ResolveMembershipRequest(
            account=names.join("accounts", account), organization=organization
        )
        metadata, timeout = outgoing.metadata(await self.identity.token()), outgoing.timeout(_SECONDS)
        try:
            return wire.membership(await self.stub.ResolveMembership(request, metadata=metadata, timeout=timeout))
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND and not organization:
                return Membership()
            raise
