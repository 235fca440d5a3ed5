"""Notes through the service, on a real database."""

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import select
from xorb.core.v1 import note_pb2
from xorb.core.v1.note_pb2 import Note

from services.core.findings.notes.store import NOTES
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.testing import call_of
from tests.core.findings.notes.conftest import Author, Office
from tests.core.harness import events


async def change(author: Author, note: Note, content: str, etag: str = "") -> Note:
    request = changing(note, content, etag)
    changed = await author.call(author.notes.UpdateNote, request)
    assert isinstance(changed, Note)
    return changed


def changing(note: Note, content: str, etag: str = "", *paths: str) -> note_pb2.UpdateNoteRequest:
    return note_pb2.UpdateNoteRequest(
        note=Note(name=note.name, content=content, etag=etag), update_mask=FieldMask(paths=paths) if paths else None
    )


async def listed(author: Author, finding: str, **request: Any) -> list[Note]:
    wanted = note_pb2.ListNotesRequest(parent=finding, **request)
    return list((await author.call(author.notes.ListNotes, wanted)).notes)


async def test_colleagues_talk_about_a_finding(office: Office, database: Database) -> None:
    ann = await office.author()
    ben = await office.author(ann, "pentester")
    finding = await office.finding(ann)
    first = await ann.writes(finding, f"Is it real, @{ben.email.upper()}?\n\n<script>x</script>")
    assert first.author == f"accounts/{ann.person.account}"
    assert list(first.mentions) == [ben.member]
    assert "<script" not in first.html
    second = await ben.writes(finding, "**Yes.**")
    assert second.html == "<p><strong>Yes.</strong></p>\n"
    assert await listed(ben, finding) == [first, second]
    assert await ann.call(ann.notes.GetNote, note_pb2.GetNoteRequest(name=second.name)) == second
    changed = await change(ann, first, "Never mind.", first.etag)
    assert (changed.content, list(changed.mentions)) == ("Never mind.", [])
    assert changed.etag != first.etag
    await ann.call(ann.notes.DeleteNote, note_pb2.DeleteNoteRequest(name=first.name))
    assert await listed(ben, finding) == [second]
    told = [event.event for event in await events(database, ann.organization) if event.event.type.startswith("note.")]
    assert [event.type.removeprefix("note.") for event in told] == ["created", "created", "updated", "deleted"]
    assert {event.resource for event in told} == {first.name, second.name}


async def test_what_notes_say_is_in_no_event_and_no_column(office: Office, database: Database) -> None:
    ann = await office.author()
    finding = await office.finding(ann)
    note = await ann.writes(finding, "the canary sings")
    for event in await events(database, ann.organization):
        assert b"canary" not in event.event.snapshot
        assert "canary" not in event.event.summary
    async with database.unit(call_of(ann.organization)) as unit:
        row = (await unit.execute(select(NOTES))).one()
    assert b"canary" not in row.content
    assert note.content == "the canary sings"


async def test_strangers_can_t_be_mentioned(office: Office) -> None:
    ann, stranger = await office.author(), await office.author()
    note = await ann.writes(await office.finding(ann), f"@{stranger.email} @nobody@example.com @{ann.email}")
    assert list(note.mentions) == [ann.member]


async def test_another_s_words_are_not_mine_to_change(office: Office) -> None:
    ann = await office.author()
    ben, owner = await office.author(ann), await office.author(ann, "owner")
    note = await ann.writes(await office.finding(ann), "Mine.")
    refused = await ben.refused(ben.notes.UpdateNote, changing(note, "Yours."))
    assert refused.reason is Reason.PERMISSION_DENIED
    refused = await ben.refused(ben.notes.DeleteNote, note_pb2.DeleteNoteRequest(name=note.name))
    assert refused.reason is Reason.PERMISSION_DENIED
    refused = await owner.refused(owner.notes.UpdateNote, changing(note, "Ours."))
    assert refused.reason is Reason.PERMISSION_DENIED
    await owner.call(owner.notes.DeleteNote, note_pb2.DeleteNoteRequest(name=note.name))
    gone = await ann.refused(ann.notes.GetNote, note_pb2.GetNoteRequest(name=note.name))
    assert gone.reason is Reason.NOT_FOUND


async def test_of_two_edits_the_later_doesn_t_undo_the_first(office: Office) -> None:
    ann = await office.author()
    note = await ann.writes(await office.finding(ann), "One.")
    await change(ann, note, "Two.", note.etag)
    refused = await ann.refused(ann.notes.UpdateNote, changing(note, "Three.", note.etag))
    assert refused.reason is Reason.ETAG_MISMATCH
    stale = note_pb2.DeleteNoteRequest(name=note.name, etag=note.etag)
    assert (await ann.refused(ann.notes.DeleteNote, stale)).reason is Reason.ETAG_MISMATCH
    [kept] = await listed(ann, note.name.partition("/notes")[0])
    assert kept.content == "Two."


@pytest.mark.parametrize("content", ["", " \n", "x" * 10_001])
async def test_a_note_says_something_and_not_everything(office: Office, content: str) -> None:
    ann = await office.author()
    finding = await office.finding(ann)
    request = note_pb2.CreateNoteRequest(parent=finding, note=Note(content=content))
    assert (await ann.refused(ann.notes.CreateNote, request)).reason is Reason.INVALID_FIELD
    assert await listed(ann, finding) == []


async def test_a_note_is_of_a_finding_of_one_s_own(office: Office) -> None:
    ann, stranger = await office.author(), await office.author()
    finding = await office.finding(ann)
    missing = f"{ann.name}/findings/{identifiers.new()}"
    request = note_pb2.CreateNoteRequest(parent=missing, note=Note(content="x"))
    assert (await ann.refused(ann.notes.CreateNote, request)).reason is Reason.NOT_FOUND
    foreign = note_pb2.CreateNoteRequest(parent=finding, note=Note(content="x"))
    assert (await stranger.refused(stranger.notes.CreateNote, foreign)).reason is Reason.NOT_FOUND
    other = note_pb2.ListNotesRequest(parent=missing)
    assert (await ann.refused(ann.notes.ListNotes, other)).reason is Reason.NOT_FOUND


async def test_a_note_is_read_by_the_name_that_it_has(office: Office) -> None:
    ann = await office.author()
    note = await ann.writes(await office.finding(ann), "Here.")
    elsewhere = await office.finding(ann, location="https://example.com/elsewhere", severity="CRITICAL")
    moved = f"{elsewhere}/notes/{note.name.rpartition('/')[2]}"
    assert (await ann.refused(ann.notes.GetNote, note_pb2.GetNoteRequest(name=moved))).reason is Reason.NOT_FOUND


async def test_a_repeated_request_writes_once(office: Office) -> None:
    ann = await office.author()
    finding = await office.finding(ann)
    request = note_pb2.CreateNoteRequest(parent=finding, note=Note(content="Once."), request_id=str(identifiers.new()))
    assert await ann.call(ann.notes.CreateNote, request) == await ann.call(ann.notes.CreateNote, request)
    assert len(await listed(ann, finding)) == 1


async def test_pages_are_in_the_order_of_writing(office: Office) -> None:
    ann = await office.author()
    finding = await office.finding(ann)
    written = [await ann.writes(finding, f"{number}") for number in range(3)]
    request = note_pb2.ListNotesRequest(parent=finding, page_size=2)
    first = await ann.call(ann.notes.ListNotes, request)
    request.page_token = first.next_page_token
    second = await ann.call(ann.notes.ListNotes, request)
    assert [*first.notes, *second.notes] == written
    assert not second.next_page_token


async def test_who_watches_sees_that_and_by_whom(office: Office) -> None:
    ann = await office.author()
    finding = await office.finding(ann)
    other = await office.finding(ann, location="https://example.com/elsewhere", severity="CRITICAL")
    request = note_pb2.WatchNotesRequest(parent=finding, filter=f'mentions:"{ann.member}"')
    watch = ann.notes.WatchNotes(request, metadata=ann.metadata, timeout=20)
    assert (await watch.read()).WhichOneof("record") == "checkpoint"
    await ann.writes(other, f"@{ann.email}")
    await ann.writes(finding, "nobody")
    note = await ann.writes(finding, f"@{ann.email}")
    record = await watch.read()
    watch.cancel()
    assert record.event.metadata.type == "note.created"
    assert record.event.note.name == note.name
    assert not record.event.note.content
