"""`xorb deadlines`: until when findings have to be fixed."""

import typer
from xorb.core.v1 import deadline_pb2, deadline_pb2_grpc

from cli import columns, context
from cli.context import OutputOption

app = typer.Typer(help="Until when findings have to be fixed.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Until when findings have to be fixed."""


@app.command()
def show(call: typer.Context, output: OutputOption = None) -> None:
    """Shows the organization's policy."""
    shared = context.of(call)
    stub = shared.session.stub(deadline_pb2_grpc.DeadlinesServiceStub)
    request = deadline_pb2.GetDeadlinePolicyRequest(name=f"{shared.session.organization}/deadlinePolicy")
    shared.printer(output).one(shared.session.call(stub.GetDeadlinePolicy, request), columns.DEADLINES)
