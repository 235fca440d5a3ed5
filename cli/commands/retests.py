"""`xorb retest`: is what was mended really gone."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from xorb.core.v1 import retest_pb2, retest_pb2_grpc

from cli import columns, context, names
from cli.commands import engagements, findings, members
from cli.context import OutputOption
from cli.session import Session

app = typer.Typer(help="Whether what was mended is really gone.", no_args_is_help=True)
RetestArgument = Annotated[str, typer.Argument(metavar="RETEST", help="Its id, or the last eight digits.")]
_Stub = retest_pb2_grpc.RetestsServiceStub


class State(StrEnum):
    """Where a re-test stands."""

    REQUESTED = "requested"
    QUEUED = "queued"
    RUNNING = "running"
    ASSIGNED = "assigned"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Verdict(StrEnum):
    """What came out."""

    FIXED = "fixed"
    STILL_THERE = "still-there"
    INCONCLUSIVE = "inconclusive"


@app.command()
def request(
    call: typer.Context,
    finding: Annotated[str, typer.Argument(help="Its id, or the last eight digits.")],
    *,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="By a tester; nobody yet.")] = False,
    tester: Annotated[str, typer.Option(help="By this member: an e-mail address or id.")] = "",
    engagement: Annotated[str, typer.Option(help="The engagement that the scan is held to.")] = "",
    note: Annotated[str, typer.Option(help="What was done, or what to look at.")] = "",
    output: OutputOption = None,
) -> None:
    """Asks to test a finding again: by the check that has seen it, or by a tester."""
    shared = context.of(call)
    wanted = retest_pb2.RequestRetestRequest(
        finding=findings.resolve(shared.session, finding),
        method=retest_pb2.Retest.BY_HAND if by_hand else retest_pb2.Retest.METHOD_UNSPECIFIED,
        tester=members.resolve(shared.session, tester) if tester else "",
        engagement=engagements.resolve(shared.session, engagement) if engagement else "",
        note=note,
        request_id=context.request_id(),
    )
    asked = shared.session.call(shared.session.stub(_Stub).RequestRetest, wanted)
    shared.printer(output).line(f"{asked.name[-8:]}: {columns.enum_name(asked, 'state')}", asked)


@app.command("list")
def list_(
    call: typer.Context,
    *,
    finding: Annotated[str, typer.Option(help="Of this finding.")] = "",
    state: Annotated[State | None, typer.Option(help="In this state.")] = None,
    verdict: Annotated[Verdict | None, typer.Option(help="With this verdict.")] = None,
    output: OutputOption = None,
) -> None:
    """Lists re-tests, the newest first."""
    shared = context.of(call)
    terms = [
        f'finding = "{findings.resolve(shared.session, finding)}"' if finding else "",
        f'state = "{state.name}"' if state else "",
        f'verdict = "{verdict.name}"' if verdict else "",
    ]
    wanted = retest_pb2.ListRetestsRequest(parent=shared.session.organization, filter=" AND ".join(filter(None, terms)))
    found = shared.session.pages(shared.session.stub(_Stub).ListRetests, wanted, "retests")
    shared.printer(output).many(found, columns.RETESTS, "Nothing was tested again.")


@app.command()
def show(call: typer.Context, retest: RetestArgument, output: OutputOption = None) -> None:
    """Shows a re-test with the difference of the evidence before and after."""
    shared = context.of(call)
    wanted = retest_pb2.GetRetestRequest(name=resolve(shared.session, retest))
    shared.printer(output).one(shared.session.call(shared.session.stub(_Stub).GetRetest, wanted), columns.RETEST)


@app.command()
def assign(
    call: typer.Context,
    retest: RetestArgument,
    tester: Annotated[str, typer.Argument(help="The member's e-mail address or id.")],
    output: OutputOption = None,
) -> None:
    """Gives a re-test by hand to a tester."""
    shared = context.of(call)
    wanted = retest_pb2.AssignRetestRequest(
        name=resolve(shared.session, retest),
        tester=members.resolve(shared.session, tester),
        request_id=context.request_id(),
    )
    assigned = shared.session.call(shared.session.stub(_Stub).AssignRetest, wanted)
    shared.printer(output).line(columns.enum_name(assigned, "state"), assigned)


@app.command()
def conclude(
    call: typer.Context,
    retest: RetestArgument,
    verdict: Annotated[Verdict, typer.Argument(help="What came out.")],
    *,
    evidence: Annotated[str, typer.Option(help="What shows it.")] = "",
    evidence_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The same, in a file.")
    ] = None,
    because: Annotated[str, typer.Option(help="Why nothing could be found out.")] = "",
    output: OutputOption = None,
) -> None:
    """Gives the verdict of a re-test by hand, with evidence."""
    shared = context.of(call)
    if bool(evidence) == bool(evidence_file):
        raise typer.BadParameter("give exactly one of --evidence and --evidence-file")
    wanted = retest_pb2.ConcludeRetestRequest(
        name=resolve(shared.session, retest),
        verdict=verdict.name,
        evidence=evidence_file.read_text(encoding="utf-8") if evidence_file else evidence,
        reason=because,
        request_id=context.request_id(),
    )
    ended = shared.session.call(shared.session.stub(_Stub).ConcludeRetest, wanted)
    shared.printer(output).line(columns.enum_name(ended, "verdict"), ended)


@app.command()
def cancel(call: typer.Context, retest: RetestArgument, output: OutputOption = None) -> None:
    """Ends a re-test without a verdict."""
    shared = context.of(call)
    wanted = retest_pb2.CancelRetestRequest(name=resolve(shared.session, retest), request_id=context.request_id())
    cancelled = shared.session.call(shared.session.stub(_Stub).CancelRetest, wanted)
    shared.printer(output).line(columns.enum_name(cancelled, "state"), cancelled)


def resolve(session: Session, text: str) -> str:
    """Returns the resource name of the re-test that a text stands for."""
    stub, parent = session.stub(_Stub), session.organization
    wanted = retest_pb2.ListRetestsRequest(parent=parent)
    return names.resolve(text, parent, "retests", lambda: session.pages(stub.ListRetests, wanted, "retests"))
