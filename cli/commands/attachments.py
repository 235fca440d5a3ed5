"""`xorb attachments`: files of findings, in and out."""

import hashlib
import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from xorb.core.v1 import attachment_pb2, attachment_pb2_grpc

from cli import columns, context, files, names
from cli.commands import findings
from cli.context import OutputOption
from cli.errors import CliError
from cli.session import Session

app = typer.Typer(help="Files of findings.", no_args_is_help=True)
FindingArgument = Annotated[str, typer.Argument(help="The finding's id, or the last eight digits.")]
FileArgument = Annotated[str, typer.Argument(help="The file's name, its id, or the last eight digits.")]
_PIECE = 262_144


@app.command("list")
def list_(call: typer.Context, finding: FindingArgument, output: OutputOption = None) -> None:
    """Lists a finding's files in the order in which they were added."""
    shared = context.of(call)
    listed = _listed(shared.session, findings.resolve(shared.session, finding))
    shared.printer(output).many(listed, columns.ATTACHMENTS, "It has no files.")


@app.command()
def add(
    call: typer.Context,
    finding: FindingArgument,
    file: Annotated[Path, typer.Argument(help="The file to add, of at most 32 MiB.", exists=True, dir_okay=False)],
    output: OutputOption = None,
) -> None:
    """Adds a file to a finding."""
    shared = context.of(call)
    stub, content = _stub(shared.session), file.read_bytes()
    declared = attachment_pb2.Attachment(
        file_name=file.name,
        media_type=mimetypes.guess_type(file.name)[0] or "",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    request = attachment_pb2.CreateAttachmentRequest(
        parent=findings.resolve(shared.session, finding), attachment=declared, request_id=context.request_id()
    )
    added = shared.session.call(stub.CreateAttachment, request)
    for offset in range(0, len(content), _PIECE):
        piece = attachment_pb2.AppendAttachmentRequest(
            name=added.name, offset=offset, content=content[offset : offset + _PIECE], request_id=context.request_id()
        )
        added = shared.session.call(stub.AppendAttachment, piece)
    shared.printer(output).one(added, columns.ATTACHMENTS)


@app.command()
def save(
    call: typer.Context,
    finding: FindingArgument,
    attachment: FileArgument,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Where to; here, by its name, if not given.")
    ] = None,
) -> None:
    """Writes a finding's file to this machine; one that is there already is left alone."""
    session = context.of(call).session
    found = _found(session, finding, attachment)
    # What it is called is somebody else's choice.
    target = file or Path(Path(found.file_name).name)
    if target.exists():
        raise CliError(f"{target} is there already: name another with --file.")
    content = b"".join(_pieces(session, found))
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise CliError("What came isn't what was added: its SHA-256 differs.")
    files.save(target, content)


@app.command()
def remove(
    call: typer.Context,
    finding: FindingArgument,
    attachment: FileArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Removes a file of your own."""
    session = context.of(call).session
    found = _found(session, finding, attachment)
    if not yes:
        typer.confirm(f"Remove {found.file_name}?", abort=True)
    request = attachment_pb2.DeleteAttachmentRequest(name=found.name, request_id=context.request_id())
    session.call(_stub(session).DeleteAttachment, request)


def _pieces(session: Session, file: attachment_pb2.Attachment) -> Iterator[bytes]:
    offset = 0
    while True:
        request = attachment_pb2.GetAttachmentContentRequest(name=f"{file.name}/attachmentContent", offset=offset)
        piece = session.call(_stub(session).GetAttachmentContent, request)
        yield piece.content
        offset = piece.next_offset
        if not offset:
            return


def _found(session: Session, finding: str, text: str) -> attachment_pb2.Attachment:
    parent = findings.resolve(session, finding)
    name = names.resolve(
        text, parent, "attachments", lambda: _listed(session, parent), lambda file: (str(file.file_name),)
    )
    request = attachment_pb2.GetAttachmentRequest(name=name)
    found: attachment_pb2.Attachment = session.call(_stub(session).GetAttachment, request)
    return found


def _listed(session: Session, finding: str) -> Iterator[attachment_pb2.Attachment]:
    request = attachment_pb2.ListAttachmentsRequest(parent=finding)
    return session.pages(_stub(session).ListAttachments, request, "attachments")


def _stub(session: Session) -> attachment_pb2_grpc.AttachmentsServiceStub:
    return session.stub(attachment_pb2_grpc.AttachmentsServiceStub)
