"""`xorb acceptances`: risks that are left as they are for a time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer
from xorb.core.v1 import acceptance_pb2, acceptance_pb2_grpc

from cli import columns, context, names
from cli.commands import findings, targets
from cli.context import OutputOption
from cli.output import Format
from cli.session import Session

app = typer.Typer(help="Risks that are left as they are for a time.", no_args_is_help=True)
AcceptanceArgument = Annotated[str, typer.Argument(metavar="ACCEPTANCE", help="Its id, or the last eight digits.")]
NoteOption = Annotated[str, typer.Option(help="Why.")]


class State(StrEnum):
    """Where an acceptance stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVOKED = "revoked"
    EXPIRED = "expired"


@app.command()
def request(
    call: typer.Context,
    *,
    because: Annotated[str, typer.Option(help="Why the risk can be borne.")],
    days: Annotated[int, typer.Option(min=1, max=731, help="For how long.")],
    finding: Annotated[str, typer.Option(help="One finding.")] = "",
    cve: Annotated[str, typer.Option(help="Every finding of a CVE.")] = "",
    target: Annotated[list[str] | None, typer.Option(help="Every finding of these targets.")] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Every finding of the organization.")] = False,
    check: Annotated[str, typer.Option(help="Of these, those of one check only.")] = "",
    evidence: Annotated[str, typer.Option(help="What shows that it can be borne.")] = "",
    output: OutputOption = None,
) -> None:
    """Asks to accept a risk; somebody else has to approve it."""
    shared = context.of(call)
    chosen = [bool(one) for one in (finding, cve, target, everything)]
    if sum(chosen) != 1:
        raise typer.BadParameter("give exactly one of --finding, --cve, --target and --everything")
    acceptance = acceptance_pb2.Acceptance(
        check=check,
        justification=because,
        evidence=evidence,
        expire_time=datetime.now(UTC) + timedelta(days=days),
        **_scope(shared.session, finding, cve, target or []),
    )
    stub = shared.session.stub(acceptance_pb2_grpc.AcceptancesServiceStub)
    wanted = acceptance_pb2.CreateAcceptanceRequest(
        parent=shared.session.organization, acceptance=acceptance, request_id=context.request_id()
    )
    shared.printer(output).one(shared.session.call(stub.CreateAcceptance, wanted), columns.ACCEPTANCE)


@app.command("list")
def list_(
    call: typer.Context,
    state: Annotated[State | None, typer.Option(help="In this state.")] = None,
    output: OutputOption = None,
) -> None:
    """Lists acceptances, the newest first."""
    shared = context.of(call)
    wanted = acceptance_pb2.ListAcceptancesRequest(
        parent=shared.session.organization, filter=f'state = "{state.name}"' if state else ""
    )
    stub = shared.session.stub(acceptance_pb2_grpc.AcceptancesServiceStub)
    found = shared.session.pages(stub.ListAcceptances, wanted, "acceptances")
    shared.printer(output).many(found, columns.ACCEPTANCES, "No risks are accepted.")


@app.command()
def show(call: typer.Context, acceptance: AcceptanceArgument, output: OutputOption = None) -> None:
    """Shows an acceptance with its justification and evidence."""
    shared = context.of(call)
    stub = shared.session.stub(acceptance_pb2_grpc.AcceptancesServiceStub)
    wanted = acceptance_pb2.GetAcceptanceRequest(name=resolve(shared.session, acceptance))
    shared.printer(output).one(shared.session.call(stub.GetAcceptance, wanted), columns.ACCEPTANCE)


@app.command()
def approve(
    call: typer.Context, acceptance: AcceptanceArgument, note: NoteOption = "", output: OutputOption = None
) -> None:
    """Approves what somebody else has asked for."""
    _decide(call, acceptance, output, "ApproveAcceptance", acceptance_pb2.ApproveAcceptanceRequest, note)


@app.command()
def reject(
    call: typer.Context, acceptance: AcceptanceArgument, note: NoteOption = "", output: OutputOption = None
) -> None:
    """Refuses what somebody has asked for."""
    _decide(call, acceptance, output, "RejectAcceptance", acceptance_pb2.RejectAcceptanceRequest, note)


@app.command()
def revoke(
    call: typer.Context, acceptance: AcceptanceArgument, note: NoteOption = "", output: OutputOption = None
) -> None:
    """Ends an acceptance before its time; its findings return to the state that they had."""
    _decide(call, acceptance, output, "RevokeAcceptance", acceptance_pb2.RevokeAcceptanceRequest, note)


def resolve(session: Session, text: str) -> str:
    """Returns the resource name of the acceptance that a text stands for."""
    stub, parent = session.stub(acceptance_pb2_grpc.AcceptancesServiceStub), session.organization
    wanted = acceptance_pb2.ListAcceptancesRequest(parent=parent)
    return names.resolve(
        text, parent, "acceptances", lambda: session.pages(stub.ListAcceptances, wanted, "acceptances")
    )


def _scope(session: Session, finding: str, cve: str, chosen: list[str]) -> dict[str, Any]:
    if finding:
        return {"finding": findings.resolve(session, finding)}
    if cve:
        return {"cve": cve.upper()}
    if chosen:
        listed = [targets.resolve(session, one) for one in chosen]
        return {"targets": acceptance_pb2.AcceptedTargets(names=listed)}
    return {"whole_organization": True}


def _decide(
    call: typer.Context, text: str, output: Format | None, method: str, request_class: Callable[..., Any], note: str
) -> None:
    shared = context.of(call)
    stub = shared.session.stub(acceptance_pb2_grpc.AcceptancesServiceStub)
    wanted = request_class(name=resolve(shared.session, text), note=note, request_id=context.request_id())
    decided = shared.session.call(getattr(stub, method), wanted)
    said = f"{columns.enum_name(decided, 'state')}; findings: {decided.finding_count}"
    shared.printer(output).line(said, decided)
