"""`xorb search`: findings by the words in them."""

from typing import Annotated

import typer
from xorb.core.v1 import finding_pb2
from xorb.core.v1.finding_view_pb2 import FindingView

from cli import columns, context
from cli.commands import views
from cli.commands.findings import FilterOption, listed
from cli.commands.views import ViewOption
from cli.context import OutputOption


def search(
    call: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="TEXT...", help="Words, such as: openssl heartbleed")],
    *,
    expression: FilterOption = "",
    view: ViewOption = "",
    limit: Annotated[int, typer.Option(min=0, help="At most this many; 0 for all.")] = 50,
    output: OutputOption = None,
) -> None:
    """Finds findings that have all these words, the newest first; a view narrows them, and says what is shown."""
    shared = context.of(call)
    request = finding_pb2.ListFindingsRequest(
        parent=shared.session.organization, query=" ".join(text), filter=expression
    )
    kept = views.get(shared.session, view) if view else FindingView()
    views.narrow(request, kept)
    found = listed(shared.session, request, limit)
    shared.printer(output).many(found, views.shown(kept) or columns.FINDINGS, "There are no such findings.")
