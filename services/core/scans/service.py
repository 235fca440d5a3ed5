"""The scans service."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from google.longrunning import operations_pb2
from google.protobuf.message import Message
from xorb.core.v1 import scan_pb2, scan_pb2_grpc

from services.core.scans import fields, store, wire
from services.core.scans.control import Control
from services.core.scans.domain import Scan, State, move
from services.core.scans.ordering import Ordering
from services.core.scans.tables import EVIDENCE, LOG_ENTRIES, SCANS
from services.mesh import calls, names
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_FINDINGS = "findings.read"


@dataclass
class ScansServicer(scan_pb2_grpc.ScansServiceServicer):
    """Serves `xorb.core.v1.ScansService`.

    Args:
        database: Where scans are.
        pager: Makes pages.
        watcher: Tells events.
        ordering: Checks and starts new scans.
        control: Tells running workflows to pause, resume and cancel.
    """

    database: Database
    pager: Pager
    watcher: Watcher
    ordering: Ordering
    control: Control

    async def CreateScan(self, request: scan_pb2.CreateScanRequest, context: Context) -> operations_pb2.Operation:
        """Orders a scan."""
        return await self.ordering.order(request)

    async def GetScan(self, request: scan_pb2.GetScanRequest, context: Context) -> scan_pb2.Scan:
        """Returns one scan."""
        _, identifier = names.parse(wire.SCAN, request.name)
        async with self.database.unit() as unit:
            scan = await store.get(unit, identifier)
            return wire.scan(scan, await store.tasks(unit, identifier))

    async def ListScans(self, request: scan_pb2.ListScansRequest, context: Context) -> scan_pb2.ListScansResponse:
        """Lists scans, the newest first; without the progress of single tasks."""
        wanted = PageRequest(
            scope=f"ListScans:{request.parent}",
            size=request.page_size,
            token=request.page_token,
            filter=request.filter,
            order_by=request.order_by,
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit,
                store.every_scan(unit),
                wanted,
                fields=fields.SCAN,
                default_order="create_time desc",
                key=SCANS.c.id,
            )
            found = await store.scans(unit, page.mappings)
        return scan_pb2.ListScansResponse(
            scans=[wire.scan(scan, ()) for scan in found], next_page_token=page.next_page_token
        )

    async def PauseScan(self, request: scan_pb2.PauseScanRequest, context: Context) -> scan_pb2.Scan:
        """Pauses a scan."""
        return await self._move(request.name, State.PAUSED)

    async def ResumeScan(self, request: scan_pb2.ResumeScanRequest, context: Context) -> scan_pb2.Scan:
        """Goes on with a paused scan."""
        return await self._move(request.name, State.RUNNING)

    async def CancelScan(self, request: scan_pb2.CancelScanRequest, context: Context) -> scan_pb2.Scan:
        """Cancels a scan."""
        return await self.cancel(request.name)

    async def ListScanLogEntries(
        self, request: scan_pb2.ListScanLogEntriesRequest, context: Context
    ) -> scan_pb2.ListScanLogEntriesResponse:
        """Lists a scan's log."""
        _, identifier = names.parse(wire.SCAN, request.parent)
        wanted = PageRequest(f"ListScanLogEntries:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            await store.get(unit, identifier)
            statement = store.log_of(unit, identifier)
            page = await self.pager.page(
                unit, statement, wanted, fields=fields.LOG, default_order="time", key=LOG_ENTRIES.c.id
            )
        entries = [wire.log_entry(store.log_entry(row)) for row in page.mappings]
        return scan_pb2.ListScanLogEntriesResponse(log_entries=entries, next_page_token=page.next_page_token)

    async def ListEvidence(
        self, request: scan_pb2.ListEvidenceRequest, context: Context
    ) -> scan_pb2.ListEvidenceResponse:
        """Lists a scan's raw outputs."""
        organization, identifier = names.parse(wire.SCAN, request.parent)
        wanted = PageRequest(f"ListEvidence:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            await store.get(unit, identifier)
            statement = store.evidence_from(unit, identifier)
            page = await self.pager.page(
                unit, statement, wanted, fields=fields.EVIDENCE_FIELDS, default_order="create_time", key=EVIDENCE.c.id
            )
        listed = [wire.evidence(organization, store.evidence_of(row)) for row in page.mappings]
        return scan_pb2.ListEvidenceResponse(evidence=listed, next_page_token=page.next_page_token)

    async def GetEvidence(self, request: scan_pb2.GetEvidenceRequest, context: Context) -> scan_pb2.Evidence:
        """Returns one raw output with its content."""
        organization, scan, identifier = names.parse(wire.EVIDENCE, request.name)
        async with self.database.unit() as unit:
            found = await store.evidence(unit, scan, identifier)
        if found is None:
            raise not_found(request.name)
        kept, content = found
        return wire.evidence(organization, kept, await self.database.open(content))

    async def WatchScan(self, request: scan_pb2.WatchScanRequest, context: Context) -> AsyncIterator[Message]:
        """Tells what a scan does; of findings, to those who may read them."""
        _, identifier = names.parse(wire.SCAN, request.parent)
        async with self.database.unit() as unit:
            await store.get(unit, identifier)
        call = calls.current()
        records = self.watcher.watch(
            response_class=scan_pb2.WatchScanResponse,
            parent=request.parent,
            filter=request.filter,
            resume_token=request.resume_token,
            accept=lambda event: wire.belongs(request.parent, event, findings=_FINDINGS in call.caller.permissions),
            present=wire.present,
            names=fields.of_event,
            fields=fields.EVENT,
        )
        async with aclosing(records):
            async for record in records:
                yield record

    async def cancel(self, name: str) -> scan_pb2.Scan:
        """Cancels a scan by its name; raises as CancelScan does."""
        return await self._move(name, State.CANCELLED)

    async def _move(self, name: str, state: State) -> scan_pb2.Scan:
        """Moves a scan and tells its workflow before the change is committed: neither happens alone."""
        _, identifier = names.parse(wire.SCAN, name)
        async with self.database.unit() as unit:
            current = await store.get(unit, identifier, lock=True)
            if state is State.RUNNING and current.held_until:
                raise Failure(Reason.OUTSIDE_WINDOW, "The scan goes on by itself when the engagement's windows open.")
            scan: Scan = move(current, state, datetime.now(UTC))
            await store.save(unit, scan)
            tasks = await store.tasks(unit, identifier)
            kind, summary = _CHANGES[state]
            unit.record(wire.changed(kind, scan, tasks, summary))
            if not await self.control.tell(name, state) and state is State.CANCELLED:
                # Nobody else will: the workflow is lost, and its targets would be busy for ever.
                await store.release_targets(unit, identifier)
            return unit.reply(wire.scan(scan, tasks))


_CHANGES = {
    State.PAUSED: ("scan.paused", "A scan was paused"),
    State.RUNNING: ("scan.resumed", "A scan goes on"),
    State.CANCELLED: ("scan.cancelled", "A scan was cancelled"),
}
