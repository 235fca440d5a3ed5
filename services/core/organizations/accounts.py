"""What the security plane knows of the people in an organization, asked over the mesh."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from xorb.security.v1 import account_pb2, account_pb2_grpc

from services.mesh import names, outgoing
from services.mesh.tokens import ServiceIdentity

_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Person:
    """Who an account is; both are empty for an account that is gone."""

    email: str = ""
    display_name: str = ""


@dataclass
class Accounts:
    """Asks as this process's own identity."""

    stub: account_pb2_grpc.AccountsServiceStub
    identity: ServiceIdentity

    async def resolve(self, accounts: Iterable[UUID]) -> Mapping[UUID, Person]:
        """Returns who accounts are, those that there are; at most 1000 at once.

        Raises:
            grpc.aio.AioRpcError: The security plane isn't there.
        """
        return await self._ask([names.join("accounts", account) for account in accounts], ())

    async def find(self, emails: Iterable[str]) -> Mapping[UUID, Person]:
        """Returns the accounts with these addresses, in any case; at most 100 at once.

        Several may have one address: each organization manages those of its own provider.

        Raises:
            grpc.aio.AioRpcError: The security plane isn't there.
        """
        return await self._ask((), emails)

    async def person(self, account: UUID) -> Person:
        """Returns who an account is.

        Raises:
            grpc.aio.AioRpcError: The security plane isn't there.
        """
        return (await self.resolve([account])).get(account, Person())

    async def _ask(self, accounts: Iterable[str], emails: Iterable[str]) -> Mapping[UUID, Person]:
        request = account_pb2.ResolveAccountsRequest(names=accounts, emails=emails)
        if not request.names and not request.emails:
            return {}
        metadata, timeout = outgoing.metadata(await self.identity.token()), outgoing.timeout(_SECONDS)
        response = await self.stub.ResolveAccounts(request, metadata=metadata, timeout=timeout)
        return {
            names.parse("accounts/{account}", found.name)[0]: Person(found.email, found.display_name)
            for found in response.accounts
        }
