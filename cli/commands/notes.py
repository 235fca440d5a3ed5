"""`xorb notes`: what colleagues say to each other about a finding."""

import sys
from collections.abc import Iterator
from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1 import note_pb2, note_pb2_grpc

from cli import columns, context, names
from cli.commands import findings
from cli.context import OutputOption
from cli.session import Session

app = typer.Typer(help="Notes on findings.", no_args_is_help=True)
FindingArgument = Annotated[str, typer.Argument(help="The finding's id, or the last eight digits.")]
NoteArgument = Annotated[str, typer.Argument(help="The note's id, or the last eight digits.")]
TextArgument = Annotated[
    str, typer.Argument(help="CommonMark; @ before a colleague's address mentions them; - reads it.")
]


@app.command("list")
def list_(call: typer.Context, finding: FindingArgument, output: OutputOption = None) -> None:
    """Lists a finding's notes in the order in which they were written."""
    shared = context.of(call)
    listed = _listed(shared.session, findings.resolve(shared.session, finding))
    shared.printer(output).many(listed, columns.NOTES, "Nobody has said anything about it yet.")


@app.command()
def add(call: typer.Context, finding: FindingArgument, text: TextArgument, output: OutputOption = None) -> None:
    """Adds a note to a finding."""
    shared = context.of(call)
    request = note_pb2.CreateNoteRequest(
        parent=findings.resolve(shared.session, finding),
        note=note_pb2.Note(content=_said(text)),
        request_id=context.request_id(),
    )
    shared.printer(output).one(shared.session.call(_stub(shared.session).CreateNote, request), columns.NOTES)


@app.command()
def edit(
    call: typer.Context, finding: FindingArgument, note: NoteArgument, text: TextArgument, output: OutputOption = None
) -> None:
    """Changes the words of a note of your own."""
    shared = context.of(call)
    current = _found(shared.session, finding, note)
    request = note_pb2.UpdateNoteRequest(
        note=note_pb2.Note(name=current.name, content=_said(text), etag=current.etag),
        update_mask=FieldMask(paths=["content"]),
        request_id=context.request_id(),
    )
    shared.printer(output).one(shared.session.call(_stub(shared.session).UpdateNote, request), columns.NOTES)


@app.command()
def remove(
    call: typer.Context,
    finding: FindingArgument,
    note: NoteArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Removes a note of your own."""
    session = context.of(call).session
    current = _found(session, finding, note)
    if not yes:
        typer.confirm("Remove the note?", abort=True)
    request = note_pb2.DeleteNoteRequest(name=current.name, etag=current.etag, request_id=context.request_id())
    session.call(_stub(session).DeleteNote, request)


def _said(text: str) -> str:
    return sys.stdin.read() if text == "-" else text


def _found(session: Session, finding: str, note: str) -> note_pb2.Note:
    parent = findings.resolve(session, finding)
    name = names.resolve(note, parent, "notes", lambda: _listed(session, parent))
    found: note_pb2.Note = session.call(_stub(session).GetNote, note_pb2.GetNoteRequest(name=name))
    return found


def _listed(session: Session, finding: str) -> Iterator[note_pb2.Note]:
    request = note_pb2.ListNotesRequest(parent=finding)
    return session.pages(_stub(session).ListNotes, request, "notes")


def _stub(session: Session) -> note_pb2_grpc.NotesServiceStub:
    return session.stub(note_pb2_grpc.NotesServiceStub)
