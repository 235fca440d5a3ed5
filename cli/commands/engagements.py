"""`xorb engagement`: plan a test, take it to its end, stop it."""

from collections.abc import Callable, Iterator
from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from xorb.core.v1 import engagement_pb2, engagement_pb2_grpc

from cli import columns, context, names
from cli import engagements as shown
from cli.commands import members
from cli.commands import targets as target_commands
from cli.context import OutputOption
from cli.output import Format, short
from cli.session import Session

app = typer.Typer(help="Agreed tests of your targets.", no_args_is_help=True)
EngagementArgument = Annotated[str, typer.Argument(help="The engagement's id, its last eight digits, or its name.")]


def resolve(session: Session, text: str) -> str:
    """Returns the resource name of the engagement that a text stands for."""
    parent = session.organization

    def listed() -> Iterator[engagement_pb2.Engagement]:
        request = engagement_pb2.ListEngagementsRequest(parent=parent)
        return session.pages(_stub(session).ListEngagements, request, "engagements")

    return names.resolve(text, parent, "engagements", listed, lambda one: (one.display_name,))


@app.command()
def add(
    call: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call it.")],
    *,
    target: Annotated[list[str] | None, typer.Option(help="What may be tested; repeat it for more.")] = None,
    exclude_host: Annotated[list[str] | None, typer.Option(help="A name to leave alone with all below it.")] = None,
    exclude_path: Annotated[list[str] | None, typer.Option(help="A path to leave alone with all below it.")] = None,
    exclude_address: Annotated[list[str] | None, typer.Option(help="An address or block to leave alone.")] = None,
    rate: Annotated[int, typer.Option(min=0, help="Connections a second to one target.")] = 0,
    rules: Annotated[str, typer.Option(help="The rules of engagement, in words.")] = "",
    tester: Annotated[list[str] | None, typer.Option(help="Who tests: a member's address; repeat it for more.")] = None,
    hours: Annotated[float, typer.Option(min=0, help="Hours agreed; 0 for no limit.")] = 0.0,
    credit: Annotated[int, typer.Option("--credits", min=0, help="Credits agreed; 0 for no limit.")] = 0,
    refuse: Annotated[bool, typer.Option("--refuse-beyond", help="Take no new scan once these are used.")] = False,
    output: OutputOption = None,
) -> None:
    """Drafts an engagement."""
    shared = context.of(call)
    engagement = engagement_pb2.Engagement(
        display_name=name,
        targets=[target_commands.resolve(shared.session, text) for text in target or ()],
        excluded_hosts=exclude_host or (),
        excluded_paths=exclude_path or (),
        excluded_addresses=exclude_address or (),
        requests_per_second=rate,
        rules_of_engagement=rules,
        testers=[members.resolve(shared.session, one) for one in tester or ()],
        hours_budget=hours,
        credits_budget=credit,
        budget_policy=engagement_pb2.Engagement.REFUSE if refuse else engagement_pb2.Engagement.WARN,
    )
    request = engagement_pb2.CreateEngagementRequest(
        parent=shared.session.organization, engagement=engagement, request_id=context.request_id()
    )
    drafted = shared.session.call(_stub(shared.session).CreateEngagement, request)
    shared.printer(output).one(drafted, shown.ENGAGEMENT)


@app.command("list")
def list_(
    call: typer.Context,
    expression: Annotated[str, typer.Option("--filter", help='AIP-160, such as: state = "IN_PROGRESS"')] = "",
    output: OutputOption = None,
) -> None:
    """Lists engagements, the newest first."""
    shared = context.of(call)
    request = engagement_pb2.ListEngagementsRequest(parent=shared.session.organization, filter=expression)
    found = shared.session.pages(_stub(shared.session).ListEngagements, request, "engagements")
    shared.printer(output).many(found, shown.ENGAGEMENTS, "There are no engagements.")


@app.command()
def show(call: typer.Context, engagement: EngagementArgument, output: OutputOption = None) -> None:
    """Shows an engagement."""
    shared = context.of(call)
    request = engagement_pb2.GetEngagementRequest(name=resolve(shared.session, engagement))
    shared.printer(output).one(shared.session.call(_stub(shared.session).GetEngagement, request), shown.ENGAGEMENT)


@app.command()
def scope(call: typer.Context, engagement: EngagementArgument, output: OutputOption = None) -> None:
    """Takes it to scoping."""
    _do(call, engagement, output, "ScopeEngagement", engagement_pb2.ScopeEngagementRequest)


@app.command()
def schedule(call: typer.Context, engagement: EngagementArgument, output: OutputOption = None) -> None:
    """Says that the scope is agreed."""
    _do(call, engagement, output, "ScheduleEngagement", engagement_pb2.ScheduleEngagementRequest)


@app.command()
def start(call: typer.Context, engagement: EngagementArgument, output: OutputOption = None) -> None:
    """Begins with the tests."""
    _do(call, engagement, output, "StartEngagement", engagement_pb2.StartEngagementRequest)


@app.command()
def remediate(call: typer.Context, engagement: EngagementArgument, output: OutputOption = None) -> None:
    """Says that the tests are done."""
    _do(call, engagement, output, "RemediateEngagement", engagement_pb2.RemediateEngagementRequest)


@app.command()
def close(call: typer.Context, engagement: EngagementArgument, output: OutputOption = None) -> None:
    """Closes it for good."""
    _do(call, engagement, output, "CloseEngagement", engagement_pb2.CloseEngagementRequest)


@app.command()
def stop(
    call: typer.Context,
    engagement: EngagementArgument,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    output: OutputOption = None,
) -> None:
    """Emergency stop: halts every scan of it at once; asks nothing."""
    _do(call, engagement, output, "StopEngagement", engagement_pb2.StopEngagementRequest, reason=reason)


@app.command()
def release(call: typer.Context, engagement: EngagementArgument, output: OutputOption = None) -> None:
    """Ends an emergency stop."""
    _do(call, engagement, output, "ReleaseEngagement", engagement_pb2.ReleaseEngagementRequest)


@app.command()
def timeline(call: typer.Context, engagement: EngagementArgument, output: OutputOption = None) -> None:
    """Lists what happened in it, the newest first."""
    shared = context.of(call)
    request = engagement_pb2.ListEngagementActivityRequest(parent=resolve(shared.session, engagement))
    found = shared.session.pages(_stub(shared.session).ListEngagementActivity, request, "events")
    shared.printer(output).many(found, columns.ACTIVITY, "Nothing has happened.")


@app.command()
def assign(
    call: typer.Context,
    engagement: EngagementArgument,
    tester: Annotated[list[str] | None, typer.Argument(help="Who tests: e-mail addresses of members; nobody.")] = None,
    output: OutputOption = None,
) -> None:
    """Says who tests, instead of those before."""
    shared = context.of(call)
    session, stub = shared.session, _stub(shared.session)
    current = session.call(stub.GetEngagement, engagement_pb2.GetEngagementRequest(name=resolve(session, engagement)))
    testers = [members.resolve(session, one) for one in tester or ()]
    request = engagement_pb2.UpdateEngagementRequest(
        engagement=engagement_pb2.Engagement(name=current.name, etag=current.etag, testers=testers),
        update_mask=FieldMask(paths=["testers"]),
        request_id=context.request_id(),
    )
    shared.printer(output).one(session.call(stub.UpdateEngagement, request), shown.ENGAGEMENT)


@app.command()
def record(
    call: typer.Context,
    engagement: EngagementArgument,
    *,
    hours: Annotated[float, typer.Option(help="Hours to add; negative ones correct.")] = 0.0,
    credit: Annotated[int, typer.Option("--credits", help="Credits to add; negative ones correct.")] = 0,
    note: Annotated[str, typer.Option(help="What for.")] = "",
    output: OutputOption = None,
) -> None:
    """Records what was used of its budget."""
    shared = context.of(call)
    request = engagement_pb2.RecordEffortRequest(
        name=resolve(shared.session, engagement),
        hours=hours,
        credits=credit,
        note=note,
        request_id=context.request_id(),
    )
    printer = shared.printer(output)
    charged = shared.session.call(_stub(shared.session).RecordEffort, request)
    printer.one(charged, shown.ENGAGEMENT)
    if charged.budget_spent:
        printer.remark("The budget is spent.")


@app.command()
def effort(call: typer.Context, engagement: EngagementArgument, output: OutputOption = None) -> None:
    """Lists what was used of its budget, the newest first."""
    shared = context.of(call)
    request = engagement_pb2.ListEffortEntriesRequest(parent=resolve(shared.session, engagement))
    found = shared.session.pages(_stub(shared.session).ListEffortEntries, request, "effort_entries")
    shared.printer(output).many(found, shown.EFFORT, "Nothing was used yet.")


def _stub(session: Session) -> engagement_pb2_grpc.EngagementsServiceStub:
    return session.stub(engagement_pb2_grpc.EngagementsServiceStub)


def _do(
    call: typer.Context,
    engagement: str,
    output: Format | None,
    method: str,
    request_class: Callable[..., Message],
    **fields: str,
) -> None:
    shared = context.of(call)
    request = request_class(name=resolve(shared.session, engagement), request_id=context.request_id(), **fields)
    changed = shared.session.call(getattr(_stub(shared.session), method), request)
    state = "stopped" if changed.HasField("emergency_stop_time") else columns.enum_name(changed, "state")
    shared.printer(output).line(f"Engagement {short(changed.name)}: {state}", changed)
