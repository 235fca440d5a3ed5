"""`xorb dashboard`: where the organization stands."""

import json
from collections.abc import Callable, Iterator
from typing import Annotated

import typer
from xorb.core.v1 import dashboard_pb2, dashboard_pb2_grpc

from cli import board, context, standing
from cli.commands import targets
from cli.context import OutputOption
from cli.errors import INTERRUPTED, CliError
from cli.output import Format, as_dict, write
from cli.session import Session
from cli.watching import Watch

_Stub = dashboard_pb2_grpc.DashboardsServiceStub


def dashboard(
    call: typer.Context,
    *,
    target: Annotated[str, typer.Option(help="Of this target only.")] = "",
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow every change, until Ctrl-C.")] = False,
    output: OutputOption = None,
) -> None:
    """Shows where the organization stands: what is open, how late it is, how long it took, and how that has changed."""
    shared = context.of(call)
    printer = shared.printer(output)
    if printer.output is Format.CSV:
        raise CliError("A dashboard is no table; use --output json.", 2)
    expression = f'target = "{targets.resolve(shared.session, target)}"' if target else ""
    if watch:
        try:
            with standing.view(printer, target) as view:
                for now in _followed(shared.session, expression, view.remark):
                    view.show(now)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
    elif printer.output is Format.JSON:
        write(json.dumps(as_dict(_read(shared.session, expression)), indent=2) + "\n")
    else:
        printer.show(board.page(_read(shared.session, expression), target))


def _read(session: Session, expression: str) -> dashboard_pb2.Dashboard:
    request = dashboard_pb2.GetDashboardRequest(name=f"{session.organization}/dashboard", filter=expression)
    now: dashboard_pb2.Dashboard = session.call(session.stub(_Stub).GetDashboard, request)
    return now


def _followed(session: Session, expression: str, remark: Callable[[str], None]) -> Iterator[dashboard_pb2.Dashboard]:
    """Yields the counters as they are, then whenever they have changed."""
    request = dashboard_pb2.WatchDashboardRequest(parent=session.organization, filter=expression)
    shown: dashboard_pb2.Dashboard | None = None
    for record in Watch(session, session.stub(_Stub).WatchDashboard, request, remark).records():
        # Not every change while the connection was broken is told afterwards: each checkpoint is a reason to look.
        now = record.event.dashboard if record.event is not None else _read(session, expression)
        if now != shown:
            shown = now
            yield now
