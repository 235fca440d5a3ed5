"""The imports service."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.message import Message
from xorb.core.v1 import import_pb2, import_pb2_grpc

from services.core.imports import domain, engaging, store, wire
from services.core.imports.control import Control
from services.core.imports.domain import State
from services.core.imports.engaging import Leaves
from services.core.imports.receiving import Receiver, Requests, Responses
from services.core.imports.tables import FIELDS, IMPORT_REFUSALS, IMPORTS, REFUSAL_FIELDS, WATCH_FIELDS
from services.core.targets import store as targets
from services.mesh import names
from services.mesh.database import Database
from services.mesh.errors import not_found
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest


@dataclass
class ImportsServicer(import_pb2_grpc.ImportsServiceServicer):
    """Serves `xorb.core.v1.ImportsService`.

    Args:
        database: Where imports are.
        pager: Makes pages.
        watcher: Tells events.
        receiver: Takes files.
        control: Tells running workflows to stop.
        leaves: Knows engagements.
    """

    database: Database
    pager: Pager
    watcher: Watcher
    receiver: Receiver
    control: Control
    leaves: Leaves

    async def CreateImport(self, request: import_pb2.CreateImportRequest, context: Context) -> import_pb2.Import:
        """Begins an import."""
        value = wire.asked(request.file_import, datetime.now(UTC))
        async with self.database.unit() as unit:
            if value.target and await targets.get(unit, value.target) is None:
                raise not_found(request.file_import.target)
            await engaging.require(unit, self.leaves, value)
            domain.require_room(value, value.size, await store.kept(unit, value.created_at), self.receiver.bounds)
            await store.add(unit, value)
            unit.record(wire.changed("import.created", value, f"An import was begun: {value.display_name}"))
            return unit.reply(wire.message(value))

    async def ImportFindings(self, request_iterator: Requests, context: Context) -> Responses:
        """Takes more of a file."""
        responses = self.receiver.receive(request_iterator)
        async for response in responses:
            yield response

    async def GetImport(self, request: import_pb2.GetImportRequest, context: Context) -> import_pb2.Import:
        """Returns one import."""
        _, identifier = names.parse(wire.IMPORT, request.name)
        async with self.database.unit() as unit:
            return wire.message(await store.get(unit, identifier))

    async def ListImports(
        self, request: import_pb2.ListImportsRequest, context: Context
    ) -> import_pb2.ListImportsResponse:
        """Lists imports, the newest first."""
        wanted = PageRequest(
            f"ListImports:{request.parent}", request.page_size, request.page_token, request.filter, request.order_by
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.every(unit), wanted, fields=FIELDS, default_order="create_time desc", key=IMPORTS.c.id
            )
        imports = [wire.message(store.of_row(row)) for row in page.mappings]
        return import_pb2.ListImportsResponse(imports=imports, next_page_token=page.next_page_token)

    async def CancelImport(self, request: import_pb2.CancelImportRequest, context: Context) -> import_pb2.Import:
        """Cancels an import: its workflow is told before the change is committed, so that neither happens alone."""
        _, identifier = names.parse(wire.IMPORT, request.name)
        async with self.database.unit() as unit:
            before = await store.get(unit, identifier, lock=True)
            value = domain.move(before, State.CANCELLED, datetime.now(UTC))
            await store.save(unit, value)
            unit.record(wire.changed("import.cancelled", value, "An import was cancelled"))
            if before.state is State.PROCESSING:
                await self.control.cancel(request.name)
            await store.remove_blocks(unit, identifier)
            return unit.reply(wire.message(value))

    async def ListImportRefusals(
        self, request: import_pb2.ListImportRefusalsRequest, context: Context
    ) -> import_pb2.ListImportRefusalsResponse:
        """Lists what an import refused, in the order of the file."""
        _, identifier = names.parse(wire.IMPORT, request.parent)
        wanted = PageRequest(f"ListImportRefusals:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            await store.get(unit, identifier)
            listed, key = store.refusals_of(unit, identifier), IMPORT_REFUSALS.c.number
            page = await self.pager.page(unit, listed, wanted, fields=REFUSAL_FIELDS, default_order="number", key=key)
        refusals = [wire.refusal(await store.refusal(self.database, row)) for row in page.mappings]
        return import_pb2.ListImportRefusalsResponse(import_refusals=refusals, next_page_token=page.next_page_token)

    async def WatchImport(self, request: import_pb2.WatchImportRequest, context: Context) -> AsyncIterator[Message]:
        """Tells what an import does."""
        _, identifier = names.parse(wire.IMPORT, request.parent)
        async with self.database.unit() as unit:
            await store.get(unit, identifier)
        records = self.watcher.watch(
            response_class=import_pb2.WatchImportResponse,
            parent=request.parent,
            filter=request.filter,
            resume_token=request.resume_token,
            accept=lambda event: wire.belongs(request.parent, event),
            present=wire.present,
            names=wire.of_event,
            fields=WATCH_FIELDS,
        )
        async with aclosing(records):
            async for record in records:
                yield record
