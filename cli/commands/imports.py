"""`xorb import`: send reports of other tools, and see what came of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from xorb.core.v1 import import_pb2, import_pb2_grpc

from cli import columns, context
from cli.commands import engagements as engagement_commands
from cli.commands import targets as target_commands
from cli.context import OutputOption, Shared
from cli.errors import INTERRUPTED, SCAN_FAILED, CliError
from cli.output import Printer, short
from cli.uploading import Upload
from cli.watching import Watch

ENDED = frozenset({import_pb2.Import.SUCCEEDED, import_pb2.Import.FAILED, import_pb2.Import.CANCELLED})
_FIRST_REFUSALS = 5


def import_(
    call: typer.Context,
    *,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Reports, each of any format and size.")],
    form: Annotated[str, typer.Option("--format", help="Their format, where it isn't to be recognized.")] = "",
    target: Annotated[str, typer.Option(help="The target that all findings are of.")] = "",
    label: Annotated[str, typer.Option(help="Where they come from, such as a repository.")] = "",
    engagement: Annotated[str, typer.Option(help="The engagement whose tests they are of.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="All records of a file or none.")] = False,
    close_gone: Annotated[
        bool,
        typer.Option("--close-gone", help="Resolve what earlier imports of the label or target saw and this doesn't."),
    ] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until they are worked off.")] = True,
    output: OutputOption = None,
) -> None:
    """Imports reports of other tools as findings."""
    shared = context.of(call)
    if missing := next((file for file in files if not file.is_file()), None):
        raise CliError(f"{missing}: there is no such file.")
    given = import_pb2.Import(format=form, label=label, strict=strict, close_gone=close_gone)
    if target:
        given.target = target_commands.resolve(shared.session, target)
    if engagement:
        given.engagement = engagement_commands.resolve(shared.session, engagement)
    with _bars(shared.printer(output)) as bars:
        done = [_imported(shared, file, given, bars, wait=wait) for file in files]
    printer = shared.printer(output)
    printer.many(done, columns.IMPORTS, "")
    for one in done:
        _explain(shared, one, printer)
    if any(one.state in ENDED and one.state != import_pb2.Import.SUCCEEDED for one in done):
        raise typer.Exit(SCAN_FAILED)


def _imported(shared: Shared, file: Path, given: import_pb2.Import, bars: "_Bars", *, wait: bool) -> import_pb2.Import:
    stub = shared.session.stub(import_pb2_grpc.ImportsServiceStub)
    request = import_pb2.CreateImportRequest(
        parent=shared.session.organization, file_import=given, request_id=context.request_id()
    )
    size = file.stat().st_size
    request.file_import.filename, request.file_import.size_bytes = file.name[-255:], size
    name = str(shared.session.call(stub.CreateImport, request).name)
    remark = shared.printer(None).remark
    try:
        sending = bars.begin(f"Sending {file.name}", size)
        value = Upload(shared.session, name, file, sending, remark).send()
        return _followed(shared, value, bars.begin(f"Reading {file.name}", size)) if wait else value
    except KeyboardInterrupt:
        remark(f"{file.name}: the import {short(name)} stays where it is.")
        raise typer.Exit(INTERRUPTED) from None


def _followed(shared: Shared, value: import_pb2.Import, progress: "_Step") -> import_pb2.Import:
    """Returns an import when it has ended."""
    stub = shared.session.stub(import_pb2_grpc.ImportsServiceStub)
    watch = Watch(
        shared.session, stub.WatchImport, import_pb2.WatchImportRequest(parent=value.name), shared.printer(None).remark
    )
    read = False
    for record in watch.records():
        if record.event is not None:
            value = record.event.file_import
        elif not read or record.kind == "reset":
            # What happens from the first record on is told, so that nothing falls between.
            value, read = shared.session.call(stub.GetImport, import_pb2.GetImportRequest(name=value.name)), True
        progress(value.read_bytes)
        if value.state in ENDED:
            break
    return value


def _explain(shared: Shared, value: import_pb2.Import, printer: Printer) -> None:
    """Says why an import failed, and what it refused first."""
    if value.failure_reason:
        printer.remark(f"{value.display_name}: {value.failure_reason}")
    if value.counts.outside_scope:
        printer.remark(f"{value.display_name}: {value.counts.outside_scope} findings outside the engagement's scope")
    if value.counts.refused:
        stub = shared.session.stub(import_pb2_grpc.ImportsServiceStub)
        request = import_pb2.ListImportRefusalsRequest(parent=value.name)
        for left in shared.session.pages(stub.ListImportRefusals, request, "import_refusals", _FIRST_REFUSALS):
            printer.remark(f"{value.display_name}: {left.position}: {left.reason}")


class _Step:
    """One bar, told how far it is."""

    def __init__(self, progress: Progress, text: str, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task(text, total=total or None)

    def __call__(self, done: int) -> None:
        """Shows how far it is, in bytes."""
        self._progress.update(self._task, completed=done)


class _Bars:
    """Bars on a terminal; nothing elsewhere."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def begin(self, text: str, total: int) -> _Step:
        """Returns a new bar."""
        return _Step(self._progress, text, total)


@contextmanager
def _bars(printer: Printer) -> Iterator[_Bars]:
    parts = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = printer.remarks
    with Progress(*parts, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield _Bars(progress)
