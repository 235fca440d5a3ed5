"""`xorb findings history`: who changed what of a finding, and when."""

from typing import Annotated

import typer
from xorb.core.v1 import finding_history_pb2, finding_history_pb2_grpc

from cli import columns, context
from cli.commands import findings
from cli.context import OutputOption


def history(
    call: typer.Context,
    finding: Annotated[str, typer.Argument(help="Its id, or the last eight digits.")],
    *,
    limit: Annotated[int, typer.Option(min=0, help="At most this many; 0 for all.")] = 50,
    output: OutputOption = None,
) -> None:
    """Tells who changed what of a finding, and when; the newest first."""
    shared = context.of(call)
    stub = shared.session.stub(finding_history_pb2_grpc.FindingHistoryServiceStub)
    request = finding_history_pb2.ListFindingChangesRequest(parent=findings.resolve(shared.session, finding))
    changes = shared.session.pages(stub.ListFindingChanges, request, "finding_changes", limit)
    shared.printer(output).many(changes, columns.CHANGES, "Nothing has happened to it.")
