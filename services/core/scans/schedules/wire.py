"""Schedules of scans on the wire."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from xorb.core.v1 import scan_pb2, scan_schedule_pb2

from services.core.scans import wire as scans
from services.core.scans.profiles import PROFILES
from services.core.scans.schedules.domain import Overlap, Schedule
from services.mesh import calendars, etags, names
from services.mesh.errors import invalid_field, not_found
from services.mesh.events.model import Event
from services.mesh.texts import one_line

PATTERN = "organizations/{organization}/scanSchedules/{scan_schedule}"
_TARGET = "organizations/{organization}/targets/{target}"


def name(organization: UUID, schedule: UUID) -> str:
    """Returns a schedule's resource name."""
    return names.join("organizations", organization, "scanSchedules", schedule)


def etag(schedule: Schedule) -> str:
    """Returns a schedule's etag."""
    return etags.etag(schedule.id, schedule.revision)


def message(
    organization: UUID, schedule: Schedule, next_runs: Sequence[datetime] = ()
) -> scan_schedule_pb2.ScanSchedule:
    """Returns a schedule as the contract has it."""
    engaged = scans.engagement_name(organization, schedule.engagement) if schedule.engagement else ""
    shown = scan_schedule_pb2.ScanSchedule(
        name=name(organization, schedule.id),
        display_name=schedule.display_name,
        scan=scan_pb2.Scan(
            targets=[scans.target_name(organization, target) for target in schedule.targets],
            profile=schedule.profile,
            ports=schedule.ports,
            engagement=engaged,
            outside_window=schedule.outside_window,
        ),
        cron=schedule.cron,
        time_zone=schedule.calendar.zone,
        blackouts=[calendars.period(one) for one in schedule.calendar.blackouts],
        weekly_blackouts=[calendars.weekly(one) for one in schedule.calendar.weekly],
        overlap=schedule.overlap.name,
        state=schedule.state.name,
        next_run_times=next_runs,
        last_run_time=schedule.last_run_at,
        last_scan=scans.scan_name(organization, schedule.last_scan) if schedule.last_scan else "",
        last_refusal=schedule.last_refusal,
        creator=schedule.creator,
        create_time=schedule.created_at,
        update_time=schedule.updated_at,
        etag=etag(schedule),
    )
    if schedule.interval_seconds:
        shown.interval.FromSeconds(schedule.interval_seconds)
    return shown


def schedule(
    identifier: UUID, organization: UUID, sent: scan_schedule_pb2.ScanSchedule, creator: str, now: datetime
) -> Schedule:
    """Returns the schedule in a request.

    Raises:
        Failure: INVALID_FIELD, INVALID_NAME; a part of it can't be understood. NOT_FOUND; another organization's.
    """
    title = one_line(sent.display_name)
    if not title:
        raise invalid_field("scan_schedule.display_name", "give it a name")
    if not sent.HasField("scan"):
        raise invalid_field("scan_schedule.scan", "say what is scanned")
    if bool(sent.cron) == sent.HasField("interval"):
        raise invalid_field("scan_schedule.cron", "give one of cron and interval")
    profile = scans.profile(sent.scan)
    return Schedule(
        id=identifier,
        display_name=title,
        engagement=scans.engagement(organization, sent.scan),
        targets=tuple(_target(organization, text) for text in sent.scan.targets),
        profile=profile.value,
        ports=tuple(sent.scan.ports),
        outside_window=(scans.outside_window(sent.scan) or PROFILES[profile].outside_window).value,
        cron=sent.cron,
        interval_seconds=sent.interval.seconds,
        calendar=calendars.calendar("scan_schedule", sent.time_zone, (), sent.blackouts, sent.weekly_blackouts),
        overlap=Overlap(sent.overlap or Overlap.SKIP),
        creator=creator,
        created_at=now,
        updated_at=now,
    )


def changed(
    organization: UUID, sent: scan_schedule_pb2.ScanSchedule, current: Schedule, fields: frozenset[str], now: datetime
) -> Schedule:
    """Returns the current schedule with the fields of a request; one of cron and interval takes the other's place.

    Raises:
        Failure: as `schedule` does.
    """
    merged, taken = message(organization, current), scan_schedule_pb2.ScanSchedule()
    taken.CopyFrom(sent)
    for field in taken.DESCRIPTOR.fields:
        (merged if field.name in fields else taken).ClearField(field.name)
    if taken.cron and "interval" not in fields:
        merged.ClearField("interval")
    if taken.HasField("interval") and "cron" not in fields:
        merged.ClearField("cron")
    merged.MergeFrom(taken)
    return replace(
        schedule(current.id, organization, merged, current.creator, current.created_at),
        state=current.state,
        last_run_at=current.last_run_at,
        last_scan=current.last_scan,
        last_refusal=current.last_refusal,
        updated_at=now,
        revision=current.revision + 1,
    )


def event(organization: UUID, value: Schedule, verb: str) -> Event:
    """Returns the event of something that happened to a schedule."""
    shown = message(organization, value)
    summary = f"Schedule {value.display_name} was {verb}"
    return Event(f"scan_schedule.{verb}", shown.name, summary, shown.SerializeToString(), shown.DESCRIPTOR.full_name)


def _target(organization: UUID, text: str) -> UUID:
    owner, identifier = names.parse(_TARGET, text)
    if owner != organization:
        raise not_found(text)
    return identifier
