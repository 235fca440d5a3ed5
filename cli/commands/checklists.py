"""`xorb engagement checklist`: what a methodology asks for, and how far the testers are with it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1 import checklist_pb2, checklist_pb2_grpc

from cli import context
from cli import engagements as shown
from cli.commands import engagements, findings, members
from cli.context import OutputOption
from cli.errors import CliError
from cli.session import Session

app = typer.Typer(help="What is looked at, and how far it is.", no_args_is_help=True)
ItemArgument = Annotated[str, typer.Argument(help="The item's identifier in its methodology, such as WSTG-INPV-05.")]


class Methodology(StrEnum):
    """Whose checklist it is."""

    WSTG = "wstg"
    ASVS = "asvs"


class State(StrEnum):
    """How far an item is."""

    NOT_STARTED = "not-started"
    IN_PROGRESS = "in-progress"
    DONE = "done"
    NOT_APPLICABLE = "not-applicable"


@app.command("list")
def list_(
    call: typer.Context,
    engagement: engagements.EngagementArgument,
    expression: Annotated[str, typer.Option("--filter", help='AIP-160, such as: state = "NOT_STARTED"')] = "",
    output: OutputOption = None,
) -> None:
    """Lists the items."""
    shared = context.of(call)
    found = _items(shared.session, engagements.resolve(shared.session, engagement), expression)
    shared.printer(output).many(found, shown.CHECKLIST, "It has no checklist.")


@app.command()
def add(
    call: typer.Context,
    engagement: engagements.EngagementArgument,
    methodology: Annotated[Methodology, typer.Argument(help="Whose checklist.")],
    level: Annotated[int, typer.Option(min=0, max=3, help="Of the ASVS, up to which level; 0 for all.")] = 0,
    output: OutputOption = None,
) -> None:
    """Adds the items of a methodology; those that are there stay as they are."""
    shared = context.of(call)
    request = checklist_pb2.AddChecklistRequest(
        parent=engagements.resolve(shared.session, engagement),
        methodology=f"OWASP_{methodology.name}",
        level=level,
        request_id=context.request_id(),
    )
    added = shared.session.call(_stub(shared.session).AddChecklist, request)
    shared.printer(output).many(added.methodologies, shown.CHECKLIST_PROGRESS, "")


@app.command()
def progress(call: typer.Context, engagement: engagements.EngagementArgument, output: OutputOption = None) -> None:
    """Says how far each checklist is."""
    shared = context.of(call)
    request = checklist_pb2.ListChecklistProgressRequest(parent=engagements.resolve(shared.session, engagement))
    found = shared.session.call(_stub(shared.session).ListChecklistProgress, request).progress
    shared.printer(output).many(found, shown.CHECKLIST_PROGRESS, "It has no checklist.")


@app.command("set")
def set_(
    call: typer.Context,
    engagement: engagements.EngagementArgument,
    item: ItemArgument,
    *,
    state: Annotated[State | None, typer.Option(help="How far it is.")] = None,
    assignee: Annotated[str | None, typer.Option(help="Who does it: a member's address; empty for nobody.")] = None,
    notes: Annotated[str | None, typer.Option(help="What there is to note.")] = None,
    finding: Annotated[list[str] | None, typer.Option(help="What it led to; repeat it for more.")] = None,
    output: OutputOption = None,
) -> None:
    """Changes an item."""
    shared = context.of(call)
    session = shared.session
    current = _item(session, engagements.resolve(session, engagement), item)
    changed = checklist_pb2.ChecklistItem(
        name=current.name, etag=current.etag, state=state.name if state is not None else None
    )
    fields = ["state"] if state is not None else []
    if assignee is not None:
        changed.assignee = members.resolve(session, assignee) if assignee else ""
        fields.append("assignee")
    if notes is not None:
        changed.notes = notes
        fields.append("notes")
    if finding is not None:
        changed.findings.extend(findings.resolve(session, one) for one in finding)
        fields.append("findings")
    if not fields:
        raise CliError("Say what to change: --state, --assignee, --notes or --finding.")
    request = checklist_pb2.UpdateChecklistItemRequest(
        checklist_item=changed, update_mask=FieldMask(paths=fields), request_id=context.request_id()
    )
    shared.printer(output).one(session.call(_stub(session).UpdateChecklistItem, request), shown.CHECKLIST_ITEM)


def _stub(session: Session) -> checklist_pb2_grpc.ChecklistsServiceStub:
    return session.stub(checklist_pb2_grpc.ChecklistsServiceStub)


def _items(session: Session, parent: str, expression: str = "") -> Iterator[checklist_pb2.ChecklistItem]:
    request = checklist_pb2.ListChecklistItemsRequest(parent=parent, filter=expression)
    return session.pages(_stub(session).ListChecklistItems, request, "checklist_items")


def _item(session: Session, parent: str, code: str) -> checklist_pb2.ChecklistItem:
    wanted = code.upper()
    for item in _items(session, parent):
        if item.code == wanted or item.name == code:
            return item
    raise CliError(f"There is no item {code!r} in its checklists.")
