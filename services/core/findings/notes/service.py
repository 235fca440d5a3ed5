"""The notes service."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf import empty_pb2
from xorb.core.v1 import note_pb2, note_pb2_grpc

from services.core.findings import changes
from services.core.findings.notes import domain, store, wire
from services.core.findings.notes.domain import Note
from services.core.findings.notes.mentions import Colleagues
from services.mesh import calls, etags, identifiers, masks, names
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_TOPIC = "notes"
_MODERATES = "members.delete"


@dataclass
class NotesServicer(note_pb2_grpc.NotesServiceServicer):
    """Serves `xorb.core.v1.NotesService`.

    Args:
        database: Where notes are.
        pager: Cuts lists into pages.
        watcher: Tells of events.
        colleagues: Says who is mentioned; asked before a transaction, never in one.
    """

    database: Database
    pager: Pager
    watcher: Watcher
    colleagues: Colleagues

    async def CreateNote(self, request: note_pb2.CreateNoteRequest, context: Context) -> note_pb2.Note:
        """Adds a note to a finding."""
        organization, finding = names.parse(wire.FINDING, request.parent)
        content = wire.content(request.note)
        mentions = await self.colleagues.find(organization, domain.mentioned(content))
        async with self.database.unit() as unit:
            await unit.serialize(_TOPIC)
            await changes.require(unit, request.parent)
            caller = calls.current().caller.subject
            note = domain.write(finding, content, caller, mentions, datetime.now(UTC), identifiers.new)
            await store.add(unit, note)
            unit.record(wire.event(unit.organization, note, "created"))
            return unit.reply(wire.message(unit.organization, note), sealed=True)

    async def GetNote(self, request: note_pb2.GetNoteRequest, context: Context) -> note_pb2.Note:
        """Returns one note."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListNotes(self, request: note_pb2.ListNotesRequest, context: Context) -> note_pb2.ListNotesResponse:
        """Lists a finding's notes, a page at a time."""
        wanted = PageRequest(f"ListNotes:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            finding = await changes.require(unit, request.parent)
            page = await self.pager.page(
                unit,
                store.of_finding(finding),
                wanted,
                fields=store.FIELDS,
                default_order="time",
                key=store.NOTES.c.id,
            )
        found = [await store.note(row, self.database.open) for row in page.rows]
        notes = [wire.message(unit.organization, note) for note in found]
        return note_pb2.ListNotesResponse(notes=notes, next_page_token=page.next_page_token)

    async def UpdateNote(self, request: note_pb2.UpdateNoteRequest, context: Context) -> note_pb2.Note:
        """Changes the words of the caller's own note."""
        organization, _, _ = names.parse(wire.PATTERN, request.note.name)
        content = wire.content(request.note)
        mentions = await self.colleagues.find(organization, domain.mentioned(content))
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.note.name, request.note.etag)
            shown = wire.message(unit.organization, current)
            if "content" not in masks.fields(request.note, request.update_mask, shown):
                return unit.reply(shown, sealed=True)
            note = domain.change(current, content, mentions, calls.current().caller.subject, datetime.now(UTC))
            await store.save(unit, note)
            unit.record(wire.event(unit.organization, note, "updated"))
            return unit.reply(wire.message(unit.organization, note), sealed=True)

    async def DeleteNote(self, request: note_pb2.DeleteNoteRequest, context: Context) -> empty_pb2.Empty:
        """Removes a note."""
        caller = calls.current().caller
        async with self.database.unit() as unit:
            note = await _find_to_change(unit, request.name, request.etag)
            domain.require_removable(note, caller.subject, moderates=_MODERATES in caller.permissions)
            await store.remove(unit, note.id)
            unit.record(wire.event(unit.organization, note, "deleted"))
            return unit.reply(empty_pb2.Empty())

    async def WatchNotes(
        self, request: note_pb2.WatchNotesRequest, context: Context
    ) -> AsyncIterator[note_pb2.WatchNotesResponse]:
        """Tells of every note on a finding."""
        async with self.database.unit() as unit:
            await changes.require(unit, request.parent)
        records = self.watcher.watch(
            response_class=note_pb2.WatchNotesResponse,
            parent=request.parent,
            filter=request.filter,
            resume_token=request.resume_token,
            accept=lambda event: wire.belongs(request.parent, event),
            present=wire.present,
            names=wire.filterable,
            fields=wire.WATCH_FIELDS,
        )
        async with aclosing(records):
            async for record in records:
                yield record


async def _find(unit: Unit, name: str) -> Note:
    _, finding, identifier = names.parse(wire.PATTERN, name)
    note = await store.get(unit, finding, identifier)
    if note is None:
        raise not_found(name)
    return note


async def _find_to_change(unit: Unit, name: str, etag: str) -> Note:
    await unit.serialize(_TOPIC)
    note = await _find(unit, name)
    etags.require(etag, wire.etag(note))
    return note
