"""What the core plane knows of an account's memberships, asked over the mesh."""

from dataclasses import dataclass
from uuid import UUID

import grpc
import grpc.aio
from xorb.core.v1 import organization_pb2, organization_pb2_grpc

from services.mesh import names, outgoing
from services.mesh.errors import Failure, Reason
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

    async def admit(self, account: UUID, organization: UUID, role: str) -> Membership | None:
        """Returns the membership in an organization; who is no member becomes one with a role, where one is given.

        Returns:
            None for who is no member, and is given no role.

        Raises:
            Failure: SIGN_ON_REFUSED; the member is suspended. UNAVAILABLE.
        """
        request = organization_pb2.AdmitMemberRequest(
            organization=names.join("organizations", organization), account=names.join("accounts", account), role=role
        )
        metadata, timeout = outgoing.metadata(await self.identity.token()), outgoing.timeout(_SECONDS)
        try:
            return wire.membership(await self.stub.AdmitMember(request, metadata=metadata, timeout=timeout))
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            if error.code() is grpc.StatusCode.FAILED_PRECONDITION:
                raise Failure(Reason.SIGN_ON_REFUSED, "Your membership is suspended.") from error
            raise
