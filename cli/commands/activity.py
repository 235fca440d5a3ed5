"""`xorb watch`: everything that happens."""

from typing import Annotated

import typer
from xorb.core.v1 import activity_pb2, activity_pb2_grpc

from cli import columns, context
from cli.context import OutputOption
from cli.errors import INTERRUPTED, CliError
from cli.output import Format
from cli.watching import Watch


def watch(
    call: typer.Context,
    expression: Annotated[str, typer.Option("--filter", help='AIP-160, such as: type = "finding.created"')] = "",
    output: OutputOption = None,
) -> None:
    """Shows what happens in the organization, as it happens, until Ctrl-C."""
    shared = context.of(call)
    printer = shared.printer(output)
    if printer.output is Format.CSV:
        raise CliError("Activity can't be watched as CSV; use --output json.", 2)
    stub = shared.session.stub(activity_pb2_grpc.ActivityServiceStub)
    request = activity_pb2.WatchActivityRequest(parent=shared.session.organization, filter=expression)
    try:
        for record in Watch(shared.session, stub.WatchActivity, request, printer.remark).records():
            if record.kind == "event":
                printer.line("  ".join(column.value(record.event) for column in columns.ACTIVITY), record.event)
            elif record.kind == "reset":
                printer.remark(
                    "Some events were missed; `xorb findings list` and `xorb scan list` show where things stand."
                )
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
