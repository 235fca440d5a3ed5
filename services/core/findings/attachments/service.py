"""The attachments service."""

from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf import empty_pb2
from xorb.core.v1 import attachment_pb2, attachment_pb2_grpc

from services.core.findings import changes
from services.core.findings.attachments import domain, store, wire
from services.core.findings.attachments.domain import PIECE, Attachment
from services.mesh import calls, identifiers, names
from services.mesh.database import Database, Unit
from services.mesh.errors import invalid_field, not_found
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_TOPIC = "attachments"
_MODERATES = "members.delete"


@dataclass
class AttachmentsServicer(attachment_pb2_grpc.AttachmentsServiceServicer):
    """Serves `xorb.core.v1.AttachmentsService`.

    Args:
        database: Where files are.
        pager: Cuts lists into pages.
        quota: How many bytes an organization's files may be.
    """

    database: Database
    pager: Pager
    quota: int

    async def CreateAttachment(
        self, request: attachment_pb2.CreateAttachmentRequest, context: Context
    ) -> attachment_pb2.Attachment:
        """Begins an upload."""
        declared, caller = wire.declared(request.attachment), calls.current().caller.subject
        async with self.database.unit() as unit:
            await unit.serialize(_TOPIC)
            finding = await changes.require(unit, request.parent)
            used = await store.used(unit)
            begun = domain.begin(
                finding, declared, caller, datetime.now(UTC), identifiers.new, used=used, quota=self.quota
            )
            await store.add(unit, begun)
            unit.record(wire.event(unit.organization, begun, "begun"))
            return unit.reply(wire.message(unit.organization, begun))

    async def AppendAttachment(
        self, request: attachment_pb2.AppendAttachmentRequest, context: Context
    ) -> attachment_pb2.Attachment:
        """Takes the next bytes of a file."""
        async with self.database.unit() as unit:
            await unit.serialize(_TOPIC)
            file, size = await _find(unit, request.name), len(request.content)
            number = domain.piece_number(file, request.offset, size, calls.current().caller.subject)
            if number is not None:
                await store.add_piece(unit, file, number, request.content)
                file = domain.receive(file, size)
                if not file.missing:
                    file = domain.complete(file, await store.sha256(unit, file.id))
                    unit.record(wire.event(unit.organization, file, "added"))
                await store.save(unit, file)
            return unit.reply(wire.message(unit.organization, file))

    async def GetAttachment(
        self, request: attachment_pb2.GetAttachmentRequest, context: Context
    ) -> attachment_pb2.Attachment:
        """Returns what is known of one file."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListAttachments(
        self, request: attachment_pb2.ListAttachmentsRequest, context: Context
    ) -> attachment_pb2.ListAttachmentsResponse:
        """Lists a finding's files, a page at a time."""
        wanted = PageRequest(f"ListAttachments:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            listed = store.of_finding(await changes.require(unit, request.parent))
            page = await self.pager.page(
                unit, listed, wanted, fields=store.FIELDS, default_order="time", key=store.ATTACHMENTS.c.id
            )
        files = [wire.message(unit.organization, store.attachment(row)) for row in page.rows]
        return attachment_pb2.ListAttachmentsResponse(attachments=files, next_page_token=page.next_page_token)

    async def GetAttachmentContent(
        self, request: attachment_pb2.GetAttachmentContentRequest, context: Context
    ) -> attachment_pb2.AttachmentContent:
        """Returns a piece of a file, as an attachment."""
        number, rest = divmod(request.offset, PIECE)
        async with self.database.unit() as unit:
            file = await _find(unit, request.name, wire.CONTENT)
            domain.require_ready(file)
            sealed = None if rest else await store.piece(unit, file.id, number)
        if sealed is None:
            raise invalid_field("offset", "begin at 0, and go on at the previous piece's next_offset")
        content = await self.database.open(sealed)
        end = request.offset + len(content)
        # Of a name that we made: whatever a file is called, it can't end the header or the quotation marks.
        await context.send_initial_metadata((("content-disposition", f'attachment; filename="{file.id}.piece.json"'),))
        return attachment_pb2.AttachmentContent(
            name=request.name, content=content, next_offset=end if end < file.declared.size else 0
        )

    async def DeleteAttachment(
        self, request: attachment_pb2.DeleteAttachmentRequest, context: Context
    ) -> empty_pb2.Empty:
        """Removes a file."""
        caller = calls.current().caller
        async with self.database.unit() as unit:
            await unit.serialize(_TOPIC)
            file = await _find(unit, request.name)
            domain.require_removable(file, caller.subject, moderates=_MODERATES in caller.permissions)
            await store.remove(unit, file.id)
            unit.record(wire.event(unit.organization, file, "deleted"))
            return unit.reply(empty_pb2.Empty())


async def _find(unit: Unit, name: str, pattern: str = wire.PATTERN) -> Attachment:
    _, finding, identifier = names.parse(pattern, name)
    file = await store.get(unit, finding, identifier)
    if file is None:
        raise not_found(name)
    return file
