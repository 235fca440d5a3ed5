"""Who is meant by the addresses in a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from xorb.core.v1 import organization_pb2, organization_pb2_grpc

from services.mesh import names, outgoing
from services.mesh.tokens import ServiceIdentity

_SECONDS = 5.0


@dataclass(frozen=True)
class Colleagues:
    """Asks the organizations' service, as this process's own identity.

    Args:
        stub: The way to it.
        identity: Says who asks.
    """

    stub: organization_pb2_grpc.MembershipsServiceStub
    identity: ServiceIdentity

    async def find(self, organization: UUID, emails: Sequence[str]) -> tuple[UUID, ...]:
        """Returns the accounts of the members with these addresses, in order; strangers are left out.

        Raises:
            grpc.aio.AioRpcError: The service isn't there.
        """
        if not emails:
            return ()
        request = organization_pb2.FindMembersRequest(parent=names.join("organizations", organization), emails=emails)
        metadata, timeout = outgoing.metadata(await self.identity.token()), outgoing.timeout(_SECONDS)
        response = await self.stub.FindMembers(request, metadata=metadata, timeout=timeout)
        return tuple(sorted(names.parse("accounts/{account}", account)[0] for account in response.accounts))
