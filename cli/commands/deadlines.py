"""`xorb deadlines`: until when findings have to be fixed."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1 import deadline_pb2, deadline_pb2_grpc

from cli import columns, context
from cli.context import OutputOption
from cli.output import Format
from cli.severity import Severity

app = typer.Typer(help="Until when findings have to be fixed.", no_args_is_help=True)
SeverityArgument = Annotated[Severity, typer.Argument(help="Findings of this severity.")]
_Change = Callable[[deadline_pb2.DeadlinePolicy], list[str]]


class Criticality(StrEnum):
    """How much depends on a target."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


CriticalityOption = Annotated[
    Criticality | None, typer.Option(help="On targets that so much depends on; on all others without it.")
]


@app.command()
def show(call: typer.Context, output: OutputOption = None) -> None:
    """Shows the organization's policy."""
    shared = context.of(call)
    shared.printer(output).one(_policy(shared), columns.DEADLINES)


@app.command()
def allow(
    call: typer.Context,
    severity: SeverityArgument,
    *,
    days: Annotated[int, typer.Option(min=0, max=3650, help="Days of 24 hours.")] = 0,
    business_hours: Annotated[int, typer.Option(min=0, max=10_000, help="Hours in which people work.")] = 0,
    criticality: CriticalityOption = None,
    output: OutputOption = None,
) -> None:
    """Says how long findings of a severity may take, in place of what was said before."""
    if bool(days) == bool(business_hours):
        raise typer.BadParameter("give exactly one of --days and --business-hours")
    time = {"days": days} if days else {"business_hours": business_hours}
    allowance = deadline_pb2.Allowance(
        severity=severity.name, criticality=criticality.name if criticality else None, **time
    )

    def change(policy: deadline_pb2.DeadlinePolicy) -> list[str]:
        _drop(policy, allowance)
        policy.allowances.append(allowance)
        return ["allowances"]

    _changed(call, change, output)


@app.command()
def disallow(
    call: typer.Context,
    severity: SeverityArgument,
    *,
    criticality: CriticalityOption = None,
    output: OutputOption = None,
) -> None:
    """Lets findings of a severity take as long as they do."""
    unwanted = deadline_pb2.Allowance(severity=severity.name, criticality=criticality.name if criticality else None)

    def change(policy: deadline_pb2.DeadlinePolicy) -> list[str]:
        _drop(policy, unwanted)
        return ["allowances"]

    _changed(call, change, output)


@app.command()
def warn(
    call: typer.Context,
    hours: Annotated[int, typer.Argument(min=0, max=8760, help="How long before; 0 for no warning.")],
    output: OutputOption = None,
) -> None:
    """Says how long before a deadline an event warns of it."""

    def change(policy: deadline_pb2.DeadlinePolicy) -> list[str]:
        policy.warning.FromTimedelta(timedelta(hours=hours))
        return ["warning"]

    _changed(call, change, output)


@app.command()
def calendar(
    call: typer.Context,
    *,
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Vienna.")],
    hours: Annotated[list[str], typer.Option(help="When people work: 1-5 09:00-17:30; 1 is Monday.")],
    holiday: Annotated[list[str] | None, typer.Option(help="A day off, such as 2026-12-25.")] = None,
    output: OutputOption = None,
) -> None:
    """Says when people work, in place of what was said before."""
    entries = [entry for text in hours for entry in _hours(text)]

    def change(policy: deadline_pb2.DeadlinePolicy) -> list[str]:
        policy.calendar.CopyFrom(
            deadline_pb2.BusinessCalendar(time_zone=time_zone, hours=entries, holidays=holiday or [])
        )
        return ["calendar"]

    _changed(call, change, output)


def _hours(text: str) -> list[deadline_pb2.WorkingHours]:
    """Returns the working hours that a text such as `1-5 09:00-17:30` stands for."""
    days, _, time = text.strip().partition(" ")
    start, dash, end = time.strip().partition("-")
    first, _, last = days.partition("-")
    if not dash or not first.isdecimal() or not (last or first).isdecimal():
        raise typer.BadParameter(f"{text!r} isn't like 1-5 09:00-17:30")
    weekdays = range(int(first), int(last or first) + 1)
    return [deadline_pb2.WorkingHours(weekday=weekday, start=start, end=end) for weekday in weekdays]


def _drop(policy: deadline_pb2.DeadlinePolicy, unwanted: deadline_pb2.Allowance) -> None:
    """Takes the allowance of a severity and criticality out of a policy."""
    kind = (unwanted.severity, unwanted.criticality)
    kept = [one for one in policy.allowances if (one.severity, one.criticality) != kind]
    del policy.allowances[:]
    policy.allowances.extend(kept)


def _policy(shared: context.Shared) -> deadline_pb2.DeadlinePolicy:
    stub = shared.session.stub(deadline_pb2_grpc.DeadlinesServiceStub)
    request = deadline_pb2.GetDeadlinePolicyRequest(name=f"{shared.session.organization}/deadlinePolicy")
    policy: deadline_pb2.DeadlinePolicy = shared.session.call(stub.GetDeadlinePolicy, request)
    return policy


def _changed(call: typer.Context, change: _Change, output: Format | None) -> None:
    """Changes the policy as it is now, and nothing that somebody else has changed meanwhile."""
    shared = context.of(call)
    policy = _policy(shared)
    fields = change(policy)
    policy.name = f"{shared.session.organization}/deadlinePolicy"
    request = deadline_pb2.UpdateDeadlinePolicyRequest(
        deadline_policy=policy, update_mask=FieldMask(paths=fields), request_id=context.request_id()
    )
    stub = shared.session.stub(deadline_pb2_grpc.DeadlinesServiceStub)
    shared.printer(output).one(shared.session.call(stub.UpdateDeadlinePolicy, request), columns.DEADLINES)
