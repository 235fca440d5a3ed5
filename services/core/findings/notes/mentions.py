"""Who is meant by the addresses in a note, and who is a colleague at all."""

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
        return await self._ask(organization, emails=emails) if emails else ()

    async def includes(self, organization: UUID, account: UUID) -> bool:
        """Returns whether an account is a member who isn't suspended.

        Raises:
            grpc.aio.AioRpcError: The service isn't there.
        """
        return account in await self._ask(organization, accounts=[names.join("accounts", account)])

    async def _ask(
        self, organization: UUID, emails: Sequence[str] = (), accounts: Sequence[str] = ()
    ) -> tuple[UUID, ...]:
        request = organization_pb2.FindMembersRequest(
            parent=names.join("organizations", organization), emails=emails, accounts=accounts
        )
        metadata, timeout = outgoing.metadata(await self.identity.token()), outgoing.timeout(_SECONDS)
        response = await self.stub.FindMembers(request, metadata=metadata, timeout=timeout)
        return tuple(sorted(names.parse("accounts/{account}", account)[0] for account in response.accounts))
