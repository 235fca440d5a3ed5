"""`xorb findings views`: lists of findings that are kept by name."""

from collections.abc import Iterator
from typing import Annotated

import typer
from xorb.core.v1 import finding_pb2
from xorb.core.v1 import finding_view_pb2 as pb
from xorb.core.v1.finding_view_pb2_grpc import FindingViewsServiceStub

from cli import context, names
from cli.columns import FINDING
from cli.context import OutputOption
from cli.output import Column, as_dict, short
from cli.session import Session

app = typer.Typer(help="Lists of findings that are kept by name.", no_args_is_help=True)
VIEWS = (
    Column("id", lambda view: short(view.name)),
    Column("name", lambda view: str(view.display_name), wide=True),
    Column("words", lambda view: str(view.query), wide=True),
    Column("filter", lambda view: str(view.filter), wide=True),
    Column("order", lambda view: str(view.order_by)),
    Column("shared", lambda view: "for all" if view.shared else ""),
)
ViewOption = Annotated[str, typer.Option("--view", help="Those of a view that you keep, or that is for all.")]
ViewArgument = Annotated[str, typer.Argument(help="What the view is called, or its id.")]


@app.command("list")
def list_(call: typer.Context, output: OutputOption = None) -> None:
    """Lists your views, and those for all."""
    shared = context.of(call)
    empty = "There is no view. `xorb findings views save` keeps one."
    shared.printer(output).many(_views(shared.session), VIEWS, empty)


@app.command()
def save(
    call: typer.Context,
    *,
    name: Annotated[str, typer.Argument(help="What to call it.")],
    expression: Annotated[str, typer.Option("--filter", help="Which findings (AIP-160).")] = "",
    query: Annotated[str, typer.Option("--words", help="The words that they have to have.")] = "",
    order: Annotated[str, typer.Option(help="In which order, such as `due_time`.")] = "",
    column: Annotated[list[str] | None, typer.Option(help="A field to show, such as severity.")] = None,
    for_all: Annotated[bool, typer.Option("--shared", help="For everybody in the organization.")] = False,
    output: OutputOption = None,
) -> None:
    """Keeps a view. `xorb findings list --view NAME` lists it."""
    shared = context.of(call)
    made = pb.FindingView(
        display_name=name, filter=expression, query=query, order_by=order, columns=column or (), shared=for_all
    )
    request = pb.CreateFindingViewRequest(
        parent=shared.session.organization, finding_view=made, request_id=context.request_id()
    )
    created = shared.session.call(_stub(shared.session).CreateFindingView, request)
    shared.printer(output).one(created, VIEWS)


@app.command()
def delete(call: typer.Context, view: ViewArgument) -> None:
    """Deletes a view; no finding changes."""
    session = context.of(call).session
    request = pb.DeleteFindingViewRequest(name=_resolve(session, view), request_id=context.request_id())
    session.call(_stub(session).DeleteFindingView, request)


def get(session: Session, text: str) -> pb.FindingView:
    """Returns the view that a text stands for: of several with one name the caller's own."""
    name = _resolve(session, text)
    view: pb.FindingView = session.call(_stub(session).GetFindingView, pb.GetFindingViewRequest(name=name))
    return view


def narrow(request: finding_pb2.ListFindingsRequest, view: pb.FindingView) -> None:
    """Narrows a list to what a view holds too: both filters, all words."""
    if view.filter:
        request.filter = f"({view.filter}) AND {request.filter}" if request.filter else view.filter
    request.query = f"{request.query} {view.query}".strip()


def shown(view: pb.FindingView) -> list[Column]:
    """Returns the columns that a view asks for; none where it leaves that to the list."""
    known = {column.name: column for column in FINDING}
    return [known.get(name) or _column(name) for name in view.columns]


def _column(field: str) -> Column:
    key = "".join(part.capitalize() if place else part for place, part in enumerate(field.split("_")))
    return Column(field, lambda finding: str(as_dict(finding).get(key, "")), wide=True)


def _resolve(session: Session, text: str) -> str:
    own = [one for one in _views(session) if not one.shared and one.display_name.casefold() == text.casefold()]
    if own:
        return str(own[0].name)
    return names.resolve(
        text, session.organization, "findingViews", lambda: _views(session), lambda one: (one.display_name,)
    )


def _views(session: Session) -> Iterator[pb.FindingView]:
    request = pb.ListFindingViewsRequest(parent=session.organization)
    return session.pages(_stub(session).ListFindingViews, request, "finding_views")


def _stub(session: Session) -> FindingViewsServiceStub:
    return session.stub(FindingViewsServiceStub)
