"""`xorb report`: render findings to a file, and see reports and templates."""

import hashlib
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from xorb.core.v1 import report_pb2, report_pb2_grpc, report_template_pb2, report_template_pb2_grpc

from cli import columns, context, files, names
from cli.commands import engagements
from cli.context import OutputOption, Shared
from cli.errors import CliError
from cli.session import Session
from cli.text import clean

app = typer.Typer(help="Findings as documents, and as data for other programs.", no_args_is_help=True)
ReportArgument = Annotated[str, typer.Argument(help="The report's id, its last eight digits, or its title.")]
_SOON, _LATER, _GROWTH = 0.2, 2.0, 1.3  # seconds between two looks
_TIMES = ("start_time", "finish_time")
_ORDERED = ("display_name", "template", "filter", "formats", "client", "engagement", *_TIMES)
_State = report_pb2.Report.State
_Stub = report_pb2_grpc.ReportsServiceStub


class Kind(StrEnum):
    """What a report is rendered to."""

    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"
    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"
    SARIF = "sarif"
    OPENVEX = "openvex"
    CYCLONEDX = "cyclonedx"
    CSAF = "csaf"


@app.command()
def render(
    call: typer.Context,
    *,
    file: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it; its own name if absent.")
    ] = None,
    kind: Annotated[Kind, typer.Option("--format", help="What to render to.")] = Kind.PDF,
    expression: Annotated[str, typer.Option("--filter", help='AIP-160, such as: severity >= "HIGH"')] = "",
    title: Annotated[str, typer.Option(help="The title.")] = "",
    client: Annotated[str, typer.Option(help="For whom it is.")] = "",
    template: Annotated[str, typer.Option(help="The template's id, its last eight digits, or its name.")] = "",
    engagement: Annotated[str, typer.Option(help="The engagement that it is of; all findings if absent.")] = "",
) -> None:
    """Orders a report, waits until it is rendered, and writes it to a file that only its owner can read."""
    shared = context.of(call)
    report = report_pb2.Report(
        display_name=title,
        client=client,
        filter=expression,
        formats=[kind.name],
        template=_template(shared.session, template) if template else "",
        engagement=engagements.resolve(shared.session, engagement) if engagement else "",
    )
    for made in _rendered(shared, report).files:
        _save(shared, made, file or Path(made.file_name))


@app.command()
def again(
    call: typer.Context,
    report: ReportArgument,
    folder: Annotated[Path, typer.Option("--folder", help="Where to write its files.")] = Path(),
) -> None:
    """Renders a report again as it was ordered, of the findings that there are now and by its template as it is now."""
    shared = context.of(call)
    request = report_pb2.GetReportRequest(name=_report(shared.session, report))
    before = shared.session.call(shared.session.stub(_Stub).GetReport, request)
    ordered = {one: getattr(before, one) for one in _ORDERED if one not in _TIMES or before.HasField(one)}
    for made in _rendered(shared, report_pb2.Report(**ordered)).files:
        _save(shared, made, folder / made.file_name)


@app.command("list")
def list_(
    call: typer.Context,
    expression: Annotated[str, typer.Option("--filter", help='AIP-160, such as: state = "SUCCEEDED"')] = "",
    limit: Annotated[int, typer.Option(min=0, help="At most this many; 0 for all.")] = 50,
    output: OutputOption = None,
) -> None:
    """Lists reports, the newest first."""
    shared = context.of(call)
    request = report_pb2.ListReportsRequest(parent=shared.session.organization, filter=expression)
    found = shared.session.pages(shared.session.stub(_Stub).ListReports, request, "reports", limit)
    shared.printer(output).many(found, columns.REPORTS, "There are no reports. `xorb report render` makes one.")


@app.command()
def download(
    call: typer.Context,
    report: ReportArgument,
    file: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it; its own name if absent.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option("--format", help="Which of its files; the first if absent.")] = None,
) -> None:
    """Writes a file of a report that was rendered before."""
    shared = context.of(call)
    request = report_pb2.GetReportRequest(name=_report(shared.session, report))
    found = shared.session.call(shared.session.stub(_Stub).GetReport, request)
    wanted = [one for one in found.files if kind is None or report_pb2.ReportFormat.Name(one.format) == kind.name]
    if not wanted:
        raise CliError("The report has no such file.")
    _save(shared, wanted[0], file or Path(wanted[0].file_name))


@app.command()
def delete(call: typer.Context, report: ReportArgument) -> None:
    """Removes a report with its files."""
    shared = context.of(call)
    name = _report(shared.session, report)
    request = report_pb2.DeleteReportRequest(name=name, request_id=context.request_id())
    shared.session.call(shared.session.stub(_Stub).DeleteReport, request)
    shared.printer(None).remark("The report is gone.")


@app.command()
def templates(call: typer.Context, output: OutputOption = None) -> None:
    """Lists the organization's templates."""
    shared = context.of(call)
    found = _templates(shared.session)
    shared.printer(output).many(found, columns.REPORT_TEMPLATES, "There are no templates; reports have our own looks.")


def _rendered(shared: Shared, report: report_pb2.Report) -> report_pb2.Report:
    """Orders a report and returns it as it ended."""
    parent, stub = shared.session.organization, shared.session.stub(_Stub)
    request = report_pb2.CreateReportRequest(parent=parent, report=report, request_id=context.request_id())
    ended = _wait(shared, shared.session.call(stub.CreateReport, request))
    if ended.state != _State.SUCCEEDED:
        raise CliError(f"The report couldn't be rendered: {clean(ended.failure_reason)}")
    return ended


def _wait(shared: Shared, report: report_pb2.Report) -> report_pb2.Report:
    """Returns the report as it ended; shows meanwhile how far it is."""
    stub, pause = shared.session.stub(_Stub), _SOON
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        rendering = bar.add_task("Rendering", total=100)
        while report.state not in {_State.SUCCEEDED, _State.FAILED}:
            time.sleep(pause)
            pause = min(_LATER, pause * _GROWTH)
            report = shared.session.call(stub.GetReport, report_pb2.GetReportRequest(name=report.name))
            bar.update(rendering, completed=report.percent)
    return report


def _save(shared: Shared, file: report_pb2.ReportFile, place: Path) -> None:
    """Writes a file, once all of its pieces are there and are what was rendered."""
    content, offset = bytearray(), 0
    stub = shared.session.stub(_Stub)
    while True:
        piece = shared.session.call(stub.GetReportFile, report_pb2.GetReportFileRequest(name=file.name, offset=offset))
        content += piece.content
        offset = piece.next_offset
        if not offset:
            break
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise CliError("The file was damaged on its way. Download it again.")
    files.save(place, bytes(content))
    shared.printer(None).remark(f"{place}: {len(content)} bytes, SHA-256 {file.sha256}")


def _report(session: Session, text: str) -> str:
    stub = session.stub(_Stub)

    def listed() -> Iterator[report_pb2.Report]:
        return session.pages(stub.ListReports, report_pb2.ListReportsRequest(parent=session.organization), "reports")

    return names.resolve(text, session.organization, "reports", listed, called=lambda report: (report.display_name,))


def _template(session: Session, text: str) -> str:
    return names.resolve(
        text,
        session.organization,
        "reportTemplates",
        lambda: _templates(session),
        called=lambda template: (template.display_name,),
    )


def _templates(session: Session) -> Iterator[report_template_pb2.ReportTemplate]:
    stub = session.stub(report_template_pb2_grpc.ReportTemplatesServiceStub)
    request = report_template_pb2.ListReportTemplatesRequest(parent=session.organization)
    return session.pages(stub.ListReportTemplates, request, "report_templates")
