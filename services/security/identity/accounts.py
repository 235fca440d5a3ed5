"""What the other planes are told of accounts."""

from dataclasses import dataclass

from xorb.security.v1 import account_pb2, account_pb2_grpc

from services.mesh import names
from services.mesh.database import Database
from services.mesh.interceptors.layer import Context
from services.security.identity import store, wire
from services.security.identity.domain import normalize_email


@dataclass
class AccountsServicer(account_pb2_grpc.AccountsServiceServicer):
    """Serves `xorb.security.v1.AccountsService`."""

    database: Database

    async def ResolveAccounts(  # noqa: N802 - gRPC's name
        self, request: account_pb2.ResolveAccountsRequest, context: Context
    ) -> account_pb2.ResolveAccountsResponse:
        """Returns the accounts that there are."""
        wanted = [names.parse("accounts/{account}", name)[0] for name in request.names]
        async with self.database.unit() as unit:
            found = await store.accounts(unit, wanted, [normalize_email(email) for email in request.emails])
        return account_pb2.ResolveAccountsResponse(accounts=[wire.account(one) for one in found])
