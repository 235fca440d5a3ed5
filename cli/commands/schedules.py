"""`xorb engagement schedules`: scans that are ordered again and again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from xorb.core.v1 import scan_pb2, scan_schedule_pb2, scan_schedule_pb2_grpc

from cli import context, names
from cli import engagements as shown
from cli.commands import engagements, targets
from cli.commands.scans import Profile
from cli.context import OutputOption
from cli.errors import CliError
from cli.output import Format, short
from cli.session import Session

app = typer.Typer(help="Scans that are ordered again and again.", no_args_is_help=True)
ScheduleArgument = Annotated[str, typer.Argument(help="The schedule's id, its last eight digits, or its name.")]
CronOption = Annotated[str, typer.Option(help="When: minute, hour, day of the month, month, day of the week.")]
EveryOption = Annotated[int, typer.Option(min=0, help="Minutes from one to the next, instead of --cron.")]
ZoneOption = Annotated[str, typer.Option(help="The IANA time zone of --cron.")]


@app.command("list")
def list_(
    call: typer.Context,
    engagement: Annotated[str, typer.Argument(help="Only those of an engagement.")] = "",
    output: OutputOption = None,
) -> None:
    """Lists schedules, the newest first."""
    shared = context.of(call)
    expression = f'engagement = "{engagements.resolve(shared.session, engagement)}"' if engagement else ""
    shared.printer(output).many(_listed(shared.session, expression), shown.SCHEDULES, "There are no schedules.")


@app.command()
def show(call: typer.Context, schedule: ScheduleArgument, output: OutputOption = None) -> None:
    """Shows a schedule, with when it is due next."""
    shared = context.of(call)
    shared.printer(output).one(_found(shared.session, schedule), shown.SCHEDULE)


@app.command()
def add(
    call: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call it, and the scans that it orders.")],
    *,
    target: Annotated[list[str], typer.Option(help="What is scanned; repeat it for more.")],
    engagement: Annotated[str, typer.Option(help="The engagement that the scans are part of.")] = "",
    profile: Annotated[Profile, typer.Option(help="How thoroughly.")] = Profile.STANDARD,
    cron: CronOption = "",
    every: EveryOption = 0,
    zone: ZoneOption = "",
    output: OutputOption = None,
) -> None:
    """Has a scan ordered again and again."""
    shared = context.of(call)
    session = shared.session
    scan = scan_pb2.Scan(
        targets=[targets.resolve(session, one) for one in target],
        profile=profile.name,
        engagement=engagements.resolve(session, engagement) if engagement else "",
    )
    made = scan_schedule_pb2.ScanSchedule(display_name=name, scan=scan, cron=cron, time_zone=zone)
    if every:
        made.interval.FromTimedelta(timedelta(minutes=every))
    request = scan_schedule_pb2.CreateScanScheduleRequest(
        parent=session.organization, scan_schedule=made, request_id=context.request_id()
    )
    shared.printer(output).one(session.call(_stub(session).CreateScanSchedule, request), shown.SCHEDULE)


@app.command()
def edit(
    call: typer.Context,
    schedule: ScheduleArgument,
    *,
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    cron: CronOption = "",
    every: EveryOption = 0,
    zone: ZoneOption = "",
    output: OutputOption = None,
) -> None:
    """Changes when a schedule is due, or what it is called."""
    shared = context.of(call)
    current = _found(shared.session, schedule)
    changed = scan_schedule_pb2.ScanSchedule(name=current.name, etag=current.etag)
    given = {"display_name": name, "cron": cron, "time_zone": zone}
    fields = [field for field, value in given.items() if value]
    for field in fields:
        setattr(changed, field, given[field])
    if every:
        changed.interval.FromTimedelta(timedelta(minutes=every))
        fields.append("interval")
    if not fields:
        raise CliError("Say what to change: --name, --cron, --every or --zone.")
    request = scan_schedule_pb2.UpdateScanScheduleRequest(
        scan_schedule=changed, update_mask=FieldMask(paths=fields), request_id=context.request_id()
    )
    updated = shared.session.call(_stub(shared.session).UpdateScanSchedule, request)
    shared.printer(output).one(updated, shown.SCHEDULE)


@app.command()
def pause(call: typer.Context, schedule: ScheduleArgument, output: OutputOption = None) -> None:
    """Has it order nothing until it is resumed."""
    _do(call, schedule, output, "PauseScanSchedule", scan_schedule_pb2.PauseScanScheduleRequest)


@app.command()
def resume(call: typer.Context, schedule: ScheduleArgument, output: OutputOption = None) -> None:
    """Has it order scans again."""
    _do(call, schedule, output, "ResumeScanSchedule", scan_schedule_pb2.ResumeScanScheduleRequest)


@app.command()
def trigger(call: typer.Context, schedule: ScheduleArgument, output: OutputOption = None) -> None:
    """Has it order a scan now."""
    _do(call, schedule, output, "TriggerScanSchedule", scan_schedule_pb2.TriggerScanScheduleRequest)


@app.command()
def remove(call: typer.Context, schedule: ScheduleArgument) -> None:
    """Removes a schedule; scans that it ordered remain."""
    shared = context.of(call)
    name = _resolve(shared.session, schedule)
    request = scan_schedule_pb2.DeleteScanScheduleRequest(name=name, request_id=context.request_id())
    shared.session.call(_stub(shared.session).DeleteScanSchedule, request)
    shared.printer(None).line(f"Schedule {short(name)} is gone.", request)


def _stub(session: Session) -> scan_schedule_pb2_grpc.ScanSchedulesServiceStub:
    return session.stub(scan_schedule_pb2_grpc.ScanSchedulesServiceStub)


def _listed(session: Session, expression: str = "") -> Iterator[scan_schedule_pb2.ScanSchedule]:
    request = scan_schedule_pb2.ListScanSchedulesRequest(parent=session.organization, filter=expression)
    return session.pages(_stub(session).ListScanSchedules, request, "scan_schedules")


def _resolve(session: Session, text: str) -> str:
    return names.resolve(
        text, session.organization, "scanSchedules", lambda: _listed(session), lambda one: (one.display_name,)
    )


def _found(session: Session, text: str) -> scan_schedule_pb2.ScanSchedule:
    request = scan_schedule_pb2.GetScanScheduleRequest(name=_resolve(session, text))
    found: scan_schedule_pb2.ScanSchedule = session.call(_stub(session).GetScanSchedule, request)
    return found


def _do(
    call: typer.Context, schedule: str, output: Format | None, method: str, request_class: Callable[..., Message]
) -> None:
    shared = context.of(call)
    request = request_class(name=_resolve(shared.session, schedule), request_id=context.request_id())
    changed = shared.session.call(getattr(_stub(shared.session), method), request)
    shared.printer(output).one(changed, shown.SCHEDULE)
