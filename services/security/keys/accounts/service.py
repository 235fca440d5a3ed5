"""The service accounts service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from google.protobuf import empty_pb2
from xorb.security.v1 import service_account_pb2, service_account_pb2_grpc

from services.mesh import identifiers
from services.mesh.access.model import Announcer, Change
from services.mesh.database import Database, Unit
from services.mesh.errors import invalid_field, not_found
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest
from services.security.keys import store, wire
from services.security.keys.domain import ServiceAccount


@dataclass
class ServiceAccountsServicer(service_account_pb2_grpc.ServiceAccountsServiceServicer):
    """Serves `xorb.security.v1.ServiceAccountsService`.

    Args:
        database: Where service accounts are.
        pager: Cuts lists into pages.
        access: Told of keys that act no more.
    """

    database: Database
    pager: Pager
    access: Announcer

    async def CreateServiceAccount(
        self, request: service_account_pb2.CreateServiceAccountRequest, context: Context
    ) -> service_account_pb2.ServiceAccount:
        """Creates a service account."""
        display_name = request.service_account.display_name.strip()
        if not display_name:
            raise invalid_field("service_account.display_name", "a service account needs a name")
        async with self.database.unit() as unit:
            made = ServiceAccount(
                identifiers.new(), display_name, request.service_account.description, unit.actor, datetime.now(UTC)
            )
            await store.add_account(unit, made)
            message = wire.service_account(unit.organization, made)
            unit.record(wire.event("service_account.created", message, f"{made.display_name} was created"))
            return unit.reply(message)

    async def GetServiceAccount(
        self, request: service_account_pb2.GetServiceAccountRequest, context: Context
    ) -> service_account_pb2.ServiceAccount:
        """Returns one service account."""
        async with self.database.unit() as unit:
            return wire.service_account(unit.organization, await _find(unit, request.name))

    async def ListServiceAccounts(
        self, request: service_account_pb2.ListServiceAccountsRequest, context: Context
    ) -> service_account_pb2.ListServiceAccountsResponse:
        """Lists service accounts, a page at a time."""
        wanted = PageRequest(f"ListServiceAccounts:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit,
                store.ACCOUNTS,
                wanted,
                fields=store.ACCOUNT_FIELDS,
                default_order="create_time",
                key=store.SERVICE_ACCOUNTS.c.id,
            )
            found = [wire.service_account(unit.organization, store.service_account(row)) for row in page.rows]
        return service_account_pb2.ListServiceAccountsResponse(
            service_accounts=found, next_page_token=page.next_page_token
        )

    async def DeleteServiceAccount(
        self, request: service_account_pb2.DeleteServiceAccountRequest, context: Context
    ) -> empty_pb2.Empty:
        """Deletes a service account, and ends all that goes on with its keys."""
        async with self.database.unit() as unit:
            found = await _find(unit, request.name, lock=True)
            for key in await store.delete_account(unit, found.id):
                unit.afterwards(partial(self.access.announce, Change(unit.organization, session=str(key))))
            message = wire.service_account(unit.organization, found)
            unit.record(wire.event("service_account.deleted", message, f"{found.display_name} was deleted"))
            return unit.reply(empty_pb2.Empty())


async def _find(unit: Unit, name: str, *, lock: bool = False) -> ServiceAccount:
    found = await store.account(unit, wire.account_id(name), lock=lock)
    if found is None:
        raise not_found(name)
    return found
