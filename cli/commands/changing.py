"""`xorb findings change`: one thing done to all findings that a filter names."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer
from xorb.core.v1 import finding_change_pb2 as pb
from xorb.core.v1.finding_change_pb2_grpc import FindingChangesServiceStub

from cli import context
from cli.columns import enum_name
from cli.commands import members
from cli.commands.findings import FilterOption
from cli.errors import CliError
from cli.output import Printer
from cli.session import Session

_COUNTS = ("matched_count", "changed_count", "unchanged_count")


class Action(StrEnum):
    """What is done to each finding."""

    TRIAGE = "triage"
    START_REMEDIATION = "start-remediation"
    RESOLVE = "resolve"
    DISMISS = "dismiss"
    REOPEN = "reopen"
    ASSIGN = "assign"
    UNASSIGN = "unassign"


def change(
    call: typer.Context,
    *,
    action: Annotated[Action, typer.Argument(help="What to do.")],
    expression: FilterOption = "",
    query: Annotated[str, typer.Option("--words", help="The words that they have to have.")] = "",
    reason: Annotated[str, typer.Option(help="Why they are dismissed.")] = "",
    assignee: Annotated[str, typer.Option(help="Who is to work on them: an e-mail address, or an id.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Changes all findings that a filter names, after saying how many."""
    shared = context.of(call)
    session, printer = shared.session, shared.printer(None)
    if not expression and not query:
        raise CliError("Say which findings: --filter or --words.", 2)
    request = pb.ChangeFindingsRequest(
        parent=session.organization,
        filter=expression,
        query=query,
        action=action.name,
        reason=reason,
        assignee=members.resolve(session, assignee) if assignee else "",
    )
    if dry_run or not yes:
        counted = _done(session, request, validate_only=True)
        _told(printer, counted, "would be changed")
        if dry_run or not counted.changed_count:
            return
        typer.confirm(f"{action.value.capitalize()} {counted.changed_count} findings?", abort=True)
    _told(printer, _done(session, request, validate_only=False), "changed")


def _done(session: Session, request: pb.ChangeFindingsRequest, *, validate_only: bool) -> pb.ChangeFindingsResponse:
    """Returns what became of all batches."""
    total = pb.ChangeFindingsResponse()
    refused: dict[tuple[int, str], pb.ChangeFindingsResponse.Refusal] = {}
    for one in _batches(session, request, validate_only=validate_only):
        for count in _COUNTS:
            setattr(total, count, getattr(total, count) + getattr(one, count))
        for refusal in one.refusals:
            known = refused.setdefault((refusal.state, refusal.message), refusal)
            if known is not refusal:
                known.count += refusal.count
    total.refusals.extend(refused.values())
    return total


def _batches(
    session: Session, request: pb.ChangeFindingsRequest, *, validate_only: bool
) -> Iterator[pb.ChangeFindingsResponse]:
    stub, token = session.stub(FindingChangesServiceStub), ""
    while True:
        request.page_token, request.validate_only = token, validate_only
        request.request_id = context.request_id()
        response: pb.ChangeFindingsResponse = session.call(stub.ChangeFindings, request)
        yield response
        if not (token := response.next_page_token):
            return


def _told(printer: Printer, total: pb.ChangeFindingsResponse, what: str) -> None:
    kept = sum(refusal.count for refusal in total.refusals)
    printer.line(
        f"{total.changed_count} of {total.matched_count} {what}, {total.unchanged_count} as wanted already, "
        f"{kept} stay as they are",
        total,
    )
    for refusal in total.refusals:
        printer.remark(f"{refusal.count} {enum_name(refusal, 'state')}: {refusal.message}")
