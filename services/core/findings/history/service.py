"""The service that tells findings' histories."""

from dataclasses import dataclass

from xorb.core.v1 import finding_history_pb2, finding_history_pb2_grpc

from services.core.findings import changes
from services.core.findings.history import store, wire
from services.core.findings.wire import SNAPSHOT
from services.mesh.database import Database
from services.mesh.events.log import EVENT_LOG
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest


@dataclass
class FindingHistoryServicer(finding_history_pb2_grpc.FindingHistoryServiceServicer):
    """Serves `xorb.core.v1.FindingHistoryService`.

    Args:
        database: Where the log is.
        pager: Cuts lists into pages.
    """

    database: Database
    pager: Pager

    async def ListFindingChanges(
        self, request: finding_history_pb2.ListFindingChangesRequest, context: Context
    ) -> finding_history_pb2.ListFindingChangesResponse:
        """Lists what happened to a finding, a page at a time."""
        wanted = PageRequest(f"ListFindingChanges:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            await changes.require(unit, request.parent)
            listed = store.of(unit, request.parent, SNAPSHOT)
            page = await self.pager.page(
                unit, listed, wanted, fields=store.FIELDS, default_order="time desc", key=EVENT_LOG.c.id
            )
            before = await store.before(unit, page.rows[-1]) if page.rows else b""
        return finding_history_pb2.ListFindingChangesResponse(
            finding_changes=wire.changes([store.occurrence(row) for row in page.rows], before),
            next_page_token=page.next_page_token,
        )
