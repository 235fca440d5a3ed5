"""Notes on the wire."""

from uuid import UUID

from xorb.common.v1 import watch_pb2
from xorb.core.v1 import note_pb2

from services.core.findings.notes.domain import Note
from services.core.findings.notes.markdown import html
from services.mesh import etags, names
from services.mesh.events.model import Event, LoggedEvent
from services.mesh.filters import Field
from services.mesh.texts import storable

PATTERN = "organizations/{organization}/findings/{finding}/notes/{note}"
FINDING = "organizations/{organization}/findings/{finding}"
SNAPSHOT = note_pb2.Note.DESCRIPTOR.full_name
WATCH_FIELDS = {
    "type": Field(None, "text"),
    "author": Field(None, "text"),
    "mentions": Field(None, "text", repeated=True),
}
"""What watches are filtered by."""


def etag(note: Note) -> str:
    """Returns a note's etag."""
    return etags.etag(note.id, note.revision)


def message(organization: UUID, note: Note) -> note_pb2.Note:
    """Returns a note as the contract has it."""
    shown = _without_words(organization, note)
    shown.content = note.content
    shown.html = html(note.content)
    return shown


def content(note: note_pb2.Note) -> str:
    """Returns what a note in a request says."""
    return storable(note.content)


def event(organization: UUID, note: Note, verb: str) -> Event:
    """Returns the event of a change: without the note's words, for the log is kept as it is."""
    snapshot = _without_words(organization, note)
    return Event(
        f"note.{verb}", snapshot.name, f"A note on a finding was {verb}", snapshot.SerializeToString(), SNAPSHOT
    )


def belongs(finding: str, logged: LoggedEvent) -> bool:
    """Returns whether an event is of a note on a finding."""
    return logged.event.snapshot_type == SNAPSHOT and logged.event.resource.startswith(f"{finding}/notes/")


def present(logged: LoggedEvent) -> note_pb2.NoteEvent:
    """Returns a logged event as a watch shows it."""
    happened = logged.event
    metadata = watch_pb2.EventMetadata(
        event_id=str(logged.id), type=happened.type, time=logged.time, resource=happened.resource, actor=logged.actor
    )
    return note_pb2.NoteEvent(metadata=metadata, note=note_pb2.Note.FromString(happened.snapshot))


def filterable(logged: LoggedEvent) -> dict[str, object]:
    """Returns what the filter of a watch compares, by name."""
    note = note_pb2.Note.FromString(logged.event.snapshot)
    return {"type": logged.event.type, "author": note.author, "mentions": list(note.mentions)}


def _without_words(organization: UUID, note: Note) -> note_pb2.Note:
    finding = names.join("organizations", organization, "findings", note.finding)
    return note_pb2.Note(
        name=names.join(finding, "notes", note.id),
        author=note.author,
        mentions=[names.join("organizations", organization, "members", account) for account in note.mentions],
        create_time=note.created_at,
        update_time=note.updated_at,
        etag=etag(note),
    )
