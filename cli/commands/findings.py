"""`xorb findings`: weaknesses, from first sight to closure."""

import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from xorb.core.v1 import finding_assignment_pb2, finding_assignment_pb2_grpc, finding_pb2, finding_pb2_grpc
from xorb.core.v1.finding_view_pb2 import FindingView

from cli import columns, context, files, names, severity
from cli.commands import members, scans, targets, views
from cli.context import OutputOption
from cli.errors import FINDINGS
from cli.output import Format, Printer, as_dict, to_csv
from cli.session import Session
from cli.severity import Severity

app = typer.Typer(help="Weaknesses of your targets.", no_args_is_help=True)
FindingArguments = Annotated[list[str], typer.Argument(metavar="FINDING...", help="Ids, or their last eight digits.")]
SeverityOption = Annotated[Severity | None, typer.Option("--severity", help="At least this grave.")]
ScanOption = Annotated[str, typer.Option(help="Seen last by this scan.")]
TargetOption = Annotated[str, typer.Option(help="Of this target.")]
_FILTER = (
    'AIP-160, such as: check = "http.missing-hsts"; by state, severity, check, asset, target, scan, import, assignee, '
    "title, duplicate_of, cvss_score, first_seen_time, last_seen_time, due_time, breached"
)
FilterOption = Annotated[str, typer.Option("--filter", help=_FILTER)]


class State(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    TRIAGED = "triaged"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    IN_REMEDIATION = "in-remediation"
    READY_FOR_RETEST = "ready-for-retest"
    RISK_ACCEPTED = "risk-accepted"
    DUPLICATE = "duplicate"


StateOption = Annotated[State | None, typer.Option(help="In this state.")]


@app.command("list")
def list_(
    call: typer.Context,
    *,
    grave: SeverityOption = None,
    state: StateOption = None,
    scan: ScanOption = "",
    target: TargetOption = "",
    expression: FilterOption = "",
    view: views.ViewOption = "",
    limit: Annotated[int, typer.Option(min=0, help="At most this many; 0 for all.")] = 200,
    fail_on: Annotated[Severity | None, typer.Option(help="Exit with 4 where one is at least this grave.")] = None,
    output: OutputOption = None,
) -> None:
    """Lists findings, the gravest first."""
    shared = context.of(call)
    request = _request(shared.session, grave, state, scan, target, expression)
    kept = views.get(shared.session, view) if view else FindingView()
    request.order_by = kept.order_by
    views.narrow(request, kept)
    found = list(listed(shared.session, request, limit))
    shared.printer(output).many(found, views.shown(kept) or columns.FINDINGS, "There are no such findings.")
    if fail_on and severity.any_at_least(found, fail_on):
        raise typer.Exit(FINDINGS)


@app.command()
def show(
    call: typer.Context,
    finding: Annotated[str, typer.Argument(help="Its id, or the last eight digits.")],
    output: OutputOption = None,
) -> None:
    """Shows a finding with description, evidence and remediation."""
    shared = context.of(call)
    stub = shared.session.stub(finding_pb2_grpc.FindingsServiceStub)
    request = finding_pb2.GetFindingRequest(name=resolve(shared.session, finding))
    shared.printer(output).one(shared.session.call(stub.GetFinding, request), columns.FINDING)


@app.command()
def export(
    call: typer.Context,
    *,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Where to; stdout where it isn't given.")] = None,
    grave: SeverityOption = None,
    state: StateOption = None,
    scan: ScanOption = "",
    target: TargetOption = "",
    expression: FilterOption = "",
    output: OutputOption = None,
) -> None:
    """Writes all findings with all their fields, as CSV or JSON lines."""
    shared = context.of(call)
    chosen = output or shared.output
    request = _request(shared.session, grave, state, scan, target, expression)
    text = _exported(listed(shared.session, request), Format.CSV if chosen is Format.TABLE else chosen)
    if file is None:
        typer.echo(text, nl=False)
        return
    files.save(file, text.encode())


@app.command()
def triage(call: typer.Context, findings: FindingArguments, output: OutputOption = None) -> None:
    """Confirms open findings."""
    _change(call, findings, output, "TriageFinding", finding_pb2.TriageFindingRequest)


@app.command("resolve")
def resolve_(call: typer.Context, findings: FindingArguments, output: OutputOption = None) -> None:
    """Says that findings are fixed; they open again when they are seen again."""
    _change(call, findings, output, "ResolveFinding", finding_pb2.ResolveFindingRequest)


@app.command()
def dismiss(
    call: typer.Context,
    findings: FindingArguments,
    reason: Annotated[str, typer.Option(help="Why it is a false positive.")],
    output: OutputOption = None,
) -> None:
    """Says that findings are false positives, and why."""
    _change(call, findings, output, "DismissFinding", finding_pb2.DismissFindingRequest, reason=reason)


@app.command()
def remediate(call: typer.Context, findings: FindingArguments, output: OutputOption = None) -> None:
    """Says that somebody is mending findings."""
    _change(call, findings, output, "StartRemediation", finding_pb2.StartRemediationRequest)


@app.command()
def reopen(call: typer.Context, findings: FindingArguments, output: OutputOption = None) -> None:
    """Opens findings again, whatever was decided of them."""
    _change(call, findings, output, "ReopenFinding", finding_pb2.ReopenFindingRequest)


@app.command()
def assign(
    call: typer.Context,
    findings: FindingArguments,
    to: Annotated[str, typer.Option(help="The member's e-mail address or id; nobody without it.")] = "",
    output: OutputOption = None,
) -> None:
    """Gives findings to a member, or to nobody."""
    shared = context.of(call)
    stub = shared.session.stub(finding_assignment_pb2_grpc.FindingAssignmentsServiceStub)
    assignee = members.resolve(shared.session, to) if to else ""
    printer: Printer = shared.printer(output)
    for text in findings:
        request = finding_assignment_pb2.AssignFindingRequest(
            name=resolve(shared.session, text), assignee=assignee, request_id=context.request_id()
        )
        changed = shared.session.call(stub.AssignFinding, request)
        printer.line(f"{changed.title}: {to or 'nobody'}", changed)


def resolve(session: Session, text: str) -> str:
    """Returns the resource name of the finding that a text stands for."""
    parent = session.organization
    request = finding_pb2.ListFindingsRequest(parent=parent)
    return names.resolve(text, parent, "findings", lambda: listed(session, request))


def listed(session: Session, request: finding_pb2.ListFindingsRequest, limit: int = 0) -> Iterator[finding_pb2.Finding]:
    """Yields the findings of a request, page by page."""
    stub = session.stub(finding_pb2_grpc.FindingsServiceStub)
    return session.pages(stub.ListFindings, request, "findings", limit)


def _request(
    session: Session, grave: Severity | None, state: State | None, scan: str, target: str, expression: str
) -> finding_pb2.ListFindingsRequest:
    terms = [
        f'severity >= "{grave.name}"' if grave else "",
        f'state = "{state.name}"' if state else "",
        f'scan = "{scans.resolve(session, scan)}"' if scan else "",
        f'target = "{targets.resolve(session, target)}"' if target else "",
        f"({expression})" if expression else "",
    ]
    return finding_pb2.ListFindingsRequest(parent=session.organization, filter=" AND ".join(filter(None, terms)))


def _change(
    call: typer.Context,
    findings: list[str],
    output: Format | None,
    method: str,
    request_class: Callable[..., Any],
    **fields: str,
) -> None:
    shared = context.of(call)
    stub = shared.session.stub(finding_pb2_grpc.FindingsServiceStub)
    printer: Printer = shared.printer(output)
    for text in findings:
        name = resolve(shared.session, text)
        request = request_class(name=name, request_id=context.request_id(), **fields)
        changed = shared.session.call(getattr(stub, method), request)
        printer.line(f"{changed.title}: {columns.enum_name(changed, 'state')}", changed)


def _exported(found: Iterator[finding_pb2.Finding], output: Format) -> str:
    if output is Format.CSV:
        return to_csv(found, columns.FINDING)
    return "".join(json.dumps(as_dict(finding)) + "\n" for finding in found)
