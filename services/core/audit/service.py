"""The audit service."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from xorb.core.v1 import audit_pb2, audit_pb2_grpc

from services.core.audit import store, wire
from services.mesh import calls, names
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest


class _Request(Protocol):
    """What both requests have."""

    parent: str
    page_size: int
    page_token: str
    filter: str


@dataclass
class AuditServicer(audit_pb2_grpc.AuditServiceServicer):
    """Serves `xorb.core.v1.AuditService`."""

    database: Database
    pager: Pager

    async def ListAuditEntries(
        self, request: audit_pb2.ListAuditEntriesRequest, context: Context
    ) -> audit_pb2.ListAuditEntriesResponse:
        """Lists an organization's trail."""
        async with self.database.unit() as unit:
            entries, token = await self._page(unit, unit.organization, request)
        return audit_pb2.ListAuditEntriesResponse(audit_entries=entries, next_page_token=token)

    async def ListAccountAuditEntries(
        self, request: audit_pb2.ListAccountAuditEntriesRequest, context: Context
    ) -> audit_pb2.ListAccountAuditEntriesResponse:
        """Lists the trail of the caller's account."""
        (account,) = names.parse("accounts/{account}", request.parent)
        if account != calls.current().caller.account:
            raise not_found(request.parent)
        # An account's own log has the account's identifier where others have their organization's.
        async with self.database.unit() as unit, unit.within(account):
            entries, token = await self._page(unit, account, request)
        return audit_pb2.ListAccountAuditEntriesResponse(audit_entries=entries, next_page_token=token)

    async def _page(self, unit: Unit, log: UUID, request: _Request) -> tuple[list[audit_pb2.AuditEntry], str]:
        wanted = PageRequest(f"audit:{request.parent}", request.page_size, request.page_token, request.filter)
        page = await self.pager.page(
            unit,
            store.trail(log),
            wanted,
            fields=store.FIELDS,
            default_order="time desc",
            key=store.KEY,
        )
        return [wire.entry(request.parent, row) for row in page.mappings], page.next_page_token
