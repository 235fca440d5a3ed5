"""`xorb scan`: order a scan, watch it, control it, read what it left."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.message import Message
from xorb.core.v1 import scan_pb2, scan_pb2_grpc

from cli import columns, context, files, names, severity
from cli.commands import engagements as engagement_commands
from cli.commands import targets as target_commands
from cli.context import OutputOption, Shared
from cli.errors import FINDINGS, INTERRUPTED, SCAN_FAILED, CliError
from cli.following import Follower
from cli.live import view
from cli.output import Format, short, write
from cli.session import Session
from cli.severity import Severity
from cli.text import clean

app = typer.Typer(help="Scans of your targets.", no_args_is_help=True)
ScanArgument = Annotated[str, typer.Argument(help="The scan's id, its last eight digits, or its name.")]
FailOnOption = Annotated[Severity | None, typer.Option(help="Exit with 4 where a finding is at least this grave.")]
_PORTS = re.compile(r"\s*([0-9]{1,5})(?:-([0-9]{1,5}))?\s*")
_HIGHEST_PORT = 65535
_MOST_PORTS = 1024


class Profile(StrEnum):
    """Which executors run, and how thoroughly."""

    QUICK = "quick"
    STANDARD = "standard"
    THOROUGH = "thorough"


@app.command()
def run(
    call: typer.Context,
    *,
    targets: Annotated[list[str], typer.Argument(metavar="TARGET...", help="Hosts, URLs, names or ids of targets.")],
    profile: Annotated[Profile, typer.Option(help="How thoroughly.")] = Profile.STANDARD,
    ports: Annotated[str, typer.Option(help="TCP ports instead of the profile's, such as 22,80,8000-8010.")] = "",
    name: Annotated[str, typer.Option(help="What to call the scan.")] = "",
    engagement: Annotated[str, typer.Option(help="The engagement that it is part of.")] = "",
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Watch it until it ends.")] = False,
    fail_on: FailOnOption = None,
    output: OutputOption = None,
) -> None:
    """Orders a scan of targets; with --watch or --fail-on, follows it to its end."""
    shared = context.of(call)
    scan = scan_pb2.Scan(
        display_name=name,
        targets=[target_commands.resolve(shared.session, text) for text in targets],
        profile=profile.name,
        ports=_ports(ports),
        engagement=engagement_commands.resolve(shared.session, engagement) if engagement else "",
    )
    stub = shared.session.stub(scan_pb2_grpc.ScansServiceStub)
    request = scan_pb2.CreateScanRequest(parent=shared.session.organization, scan=scan, request_id=context.request_id())
    created = shared.session.call(stub.CreateScan, request).name.removeprefix("operations/")
    if watch or fail_on:
        follow(shared, created, fail_on, output)
    else:
        ordered = shared.session.call(stub.GetScan, scan_pb2.GetScanRequest(name=created))
        printer = shared.printer(output)
        printer.one(ordered, columns.SCAN)
        printer.remark(f"Watch it with: xorb scan watch {short(created)}")


@app.command("watch")
def watch_(call: typer.Context, scan: ScanArgument, fail_on: FailOnOption = None, output: OutputOption = None) -> None:
    """Follows a scan to its end; one that has ended is shown as it ended."""
    shared = context.of(call)
    follow(shared, resolve(shared.session, scan), fail_on, output)


@app.command("list")
def list_(
    call: typer.Context,
    expression: Annotated[str, typer.Option("--filter", help='AIP-160, such as: state = "RUNNING"')] = "",
    limit: Annotated[int, typer.Option(min=0, help="At most this many; 0 for all.")] = 50,
    output: OutputOption = None,
) -> None:
    """Lists scans, the newest first."""
    shared = context.of(call)
    request = scan_pb2.ListScansRequest(parent=shared.session.organization, filter=expression)
    stub = shared.session.stub(scan_pb2_grpc.ScansServiceStub)
    found = shared.session.pages(stub.ListScans, request, "scans", limit)
    shared.printer(output).many(found, columns.SCANS, "There are no scans. `xorb scan run TARGET` orders one.")


@app.command()
def show(call: typer.Context, scan: ScanArgument, output: OutputOption = None) -> None:
    """Shows a scan with its progress."""
    shared = context.of(call)
    stub = shared.session.stub(scan_pb2_grpc.ScansServiceStub)
    request = scan_pb2.GetScanRequest(name=resolve(shared.session, scan))
    shared.printer(output).one(shared.session.call(stub.GetScan, request), columns.SCAN)


@app.command()
def pause(call: typer.Context, scan: ScanArgument, output: OutputOption = None) -> None:
    """Lets running executors finish and starts no more."""
    _control(call, scan, output, "PauseScan", scan_pb2.PauseScanRequest)


@app.command()
def resume(call: typer.Context, scan: ScanArgument, output: OutputOption = None) -> None:
    """Goes on with a paused scan."""
    _control(call, scan, output, "ResumeScan", scan_pb2.ResumeScanRequest)


@app.command()
def cancel(call: typer.Context, scan: ScanArgument, output: OutputOption = None) -> None:
    """Stops a scan at once; what was found is kept."""
    _control(call, scan, output, "CancelScan", scan_pb2.CancelScanRequest)


@app.command()
def logs(call: typer.Context, scan: ScanArgument, output: OutputOption = None) -> None:
    """Shows what a scan did."""
    shared = context.of(call)
    stub = shared.session.stub(scan_pb2_grpc.ScansServiceStub)
    request = scan_pb2.ListScanLogEntriesRequest(parent=resolve(shared.session, scan))
    found = shared.session.pages(stub.ListScanLogEntries, request, "log_entries")
    shared.printer(output).many(found, columns.LOG, "The log is empty.")


@app.command()
def evidence(
    call: typer.Context,
    scan: ScanArgument,
    item: Annotated[str, typer.Argument(help="The id of one output; lists them where it isn't given.")] = "",
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Where to write the output, unchanged.")] = None,
    output: OutputOption = None,
) -> None:
    """Lists the raw outputs of a scan's executors, or shows one."""
    shared = context.of(call)
    stub = shared.session.stub(scan_pb2_grpc.ScansServiceStub)
    parent = resolve(shared.session, scan)

    def listed() -> Iterator[scan_pb2.Evidence]:
        return shared.session.pages(stub.ListEvidence, scan_pb2.ListEvidenceRequest(parent=parent), "evidence")

    if not item:
        shared.printer(output).many(listed(), columns.EVIDENCE, "There is no evidence yet.")
        return
    name = names.resolve(item, parent, "evidence", listed)
    content = shared.session.call(stub.GetEvidence, scan_pb2.GetEvidenceRequest(name=name)).content
    if file is None:
        write(clean(content.decode("utf-8", errors="replace"), lines=True))
    else:
        files.save(file, content)


def resolve(session: Session, text: str) -> str:
    """Returns the resource name of the scan that a text stands for."""
    parent = session.organization

    def listed() -> Iterator[scan_pb2.Scan]:
        stub = session.stub(scan_pb2_grpc.ScansServiceStub)
        return session.pages(stub.ListScans, scan_pb2.ListScansRequest(parent=parent), "scans")

    return names.resolve(text, parent, "scans", listed, lambda scan: (scan.display_name,))


def follow(shared: Shared, name: str, fail_on: Severity | None, output: Format | None) -> None:
    """Shows a scan until it ends.

    Raises:
        typer.Exit: With 4 where `fail_on` is met, 130 where the person stopped looking.
        CliError: The scan didn't succeed (exit code 3), or it can't be shown as CSV.
    """
    printer = shared.printer(output)
    if printer.output is Format.CSV:
        raise CliError("A scan can't be watched as CSV; use --output json.", 2)
    try:
        with view(printer) as screen:
            follower = Follower(shared.session, name, screen)
            scan = follower.follow()
    except KeyboardInterrupt:
        identifier = short(name)
        printer.remark(
            f"The scan goes on. `xorb scan watch {identifier}` shows it, `xorb scan cancel {identifier}` ends it."
        )
        raise typer.Exit(INTERRUPTED) from None
    found = follower.findings.values()
    counts = ", ".join(f"{count} {one}" for one, count in severity.counts(found).items()) or "none"
    printer.remark(f"Scan {short(name)} {columns.enum_name(scan, 'state')}. Findings: {counts}.")
    if scan.state != scan_pb2.Scan.SUCCEEDED:
        raise CliError(scan.failure_reason or f"The scan was {columns.enum_name(scan, 'state')}.", SCAN_FAILED)
    if fail_on and severity.any_at_least(found, fail_on):
        raise typer.Exit(FINDINGS)


def _control(
    call: typer.Context, scan: str, output: Format | None, method: str, request_class: Callable[..., Message]
) -> None:
    shared = context.of(call)
    request = request_class(name=resolve(shared.session, scan), request_id=context.request_id())
    changed = shared.session.call(getattr(shared.session.stub(scan_pb2_grpc.ScansServiceStub), method), request)
    shared.printer(output).line(f"Scan {short(changed.name)}: {columns.enum_name(changed, 'state')}", changed)


def _ports(text: str) -> list[int]:
    ports: set[int] = set()
    for part in filter(None, text.split(",")):
        matched = _PORTS.fullmatch(part)
        if matched is None:
            raise typer.BadParameter(f"{part!r} is not a port or a range of ports", param_hint="--ports")
        low, high = int(matched[1]), int(matched[2] or matched[1])
        if not 1 <= low <= high <= _HIGHEST_PORT or high - low >= _MOST_PORTS:
            raise typer.BadParameter(f"{part!r}: ports are 1 to 65535, at most {_MOST_PORTS}", param_hint="--ports")
        ports.update(range(low, high + 1))
    return sorted(ports)
