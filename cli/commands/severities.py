"""`xorb findings severity`: how grave a finding is, and by whom."""

from typing import Annotated

import typer
from xorb.core.v1 import severity_override_pb2, severity_override_pb2_grpc

from cli import columns, context
from cli.commands import findings
from cli.context import OutputOption
from cli.severity import Severity


def severity(
    call: typer.Context,
    finding: Annotated[str, typer.Argument(help="Its id, or the last eight digits.")],
    grave: Annotated[Severity | None, typer.Argument(metavar="SEVERITY", help="How grave it is.")] = None,
    *,
    because: Annotated[str, typer.Option(help="Why.")] = "",
    clear: Annotated[bool, typer.Option("--clear", help="As grave again as its check says.")] = False,
    output: OutputOption = None,
) -> None:
    """Shows how grave a finding is and why, or decides it."""
    if (clear and grave) or bool(grave) != bool(because):
        raise typer.BadParameter("give a severity and --because, or --clear, or nothing")
    shared = context.of(call)
    stub = shared.session.stub(severity_override_pb2_grpc.SeverityOverridesServiceStub)
    name = f"{findings.resolve(shared.session, finding)}/severityOverride"
    if grave:
        decide = severity_override_pb2.OverrideSeverityRequest(
            name=name, severity=grave.name, reason=because, request_id=context.request_id()
        )
        now = shared.session.call(stub.OverrideSeverity, decide)
    elif clear:
        undo = severity_override_pb2.ClearSeverityOverrideRequest(name=name, request_id=context.request_id())
        now = shared.session.call(stub.ClearSeverityOverride, undo)
    else:
        wanted = severity_override_pb2.GetSeverityOverrideRequest(name=name)
        now = shared.session.call(stub.GetSeverityOverride, wanted)
    shared.printer(output).one(now, columns.SEVERITY)
