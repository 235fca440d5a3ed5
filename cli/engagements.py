"""How engagements, their checklists and schedules look in tables and CSV."""

from collections.abc import Iterable
from typing import Any

from cli import columns
from cli.output import Column, short, when

_ID = Column("id", lambda message: short(message.name))
_NAME = Column("name", lambda message: str(message.name), wide=True)

ENGAGEMENTS = (
    _ID,
    Column("display_name", lambda engagement: str(engagement.display_name), wide=True),
    Column("state", lambda engagement: columns.enum_name(engagement, "state"), columns.state_style),
    Column("stopped", lambda engagement: when(engagement.emergency_stop_time), "bold red"),
    Column("targets", lambda engagement: str(len(engagement.targets))),
    Column("created", lambda engagement: when(engagement.create_time)),
)
ENGAGEMENT = (
    _NAME,
    *ENGAGEMENTS[1:4],
    Column("description", lambda engagement: str(engagement.description)),
    Column("targets", lambda engagement: "\n".join(engagement.targets)),
    Column("excluded", lambda engagement: "\n".join(_excluded(engagement))),
    Column("rate", lambda engagement: str(engagement.requests_per_second or "")),
    Column("rules", lambda engagement: str(engagement.rules_of_engagement)),
    Column("hours", lambda engagement: f"{engagement.hours_used:g} of {engagement.hours_budget:g}"),
    Column("credits", lambda engagement: f"{engagement.credits_used} of {engagement.credits_budget}"),
    Column("once_spent", lambda engagement: columns.enum_name(engagement, "budget_policy")),
    Column("testers", lambda engagement: "\n".join(engagement.testers)),
    ENGAGEMENTS[5],
)
EFFORT = (
    Column("worked", lambda entry: when(entry.work_time)),
    Column("hours", lambda entry: f"{entry.hours:g}"),
    Column("credits", lambda entry: str(entry.credits)),
    Column("author", lambda entry: short(entry.author)),
    Column("note", lambda entry: str(entry.note), wide=True),
)
SCHEDULES = (
    _ID,
    Column("display_name", lambda one: str(one.display_name), wide=True),
    Column("state", lambda one: columns.enum_name(one, "state"), columns.state_style),
    Column("times", lambda one: str(one.cron) or f"every {one.interval.ToTimedelta()}"),
    Column("time_zone", lambda one: str(one.time_zone)),
    Column("last_run", lambda one: when(one.last_run_time)),
    Column("refusal", lambda one: str(one.last_refusal), "yellow", spare=True),
)
SCHEDULE = (
    _NAME,
    *SCHEDULES[1:],
    Column("targets", lambda one: "\n".join(one.scan.targets)),
    Column("engagement", lambda one: str(one.scan.engagement)),
    Column("next", lambda one: "\n".join(when(time) for time in one.next_run_times[:5])),
)
CHECKLIST = (
    Column("code", lambda item: str(item.code)),
    Column("title", lambda item: str(item.title), wide=True),
    Column("state", lambda item: columns.enum_name(item, "state")),
    Column("assignee", lambda item: short(item.assignee) if item.assignee else ""),
    Column("findings", lambda item: " ".join(short(one) for one in item.findings)),
    _ID,
)
CHECKLIST_ITEM = (_NAME, *CHECKLIST[:-1], Column("notes", lambda item: str(item.notes)))
CHECKLIST_PROGRESS = (
    Column("methodology", lambda one: columns.enum_name(one, "methodology")),
    Column("not_started", lambda one: str(one.not_started)),
    Column("in_progress", lambda one: str(one.in_progress)),
    Column("done", lambda one: str(one.done)),
    Column("not_applicable", lambda one: str(one.not_applicable)),
    Column("percent", lambda one: str(one.percent)),
)


def _excluded(engagement: Any) -> Iterable[str]:  # noqa: ANN401 - an Engagement
    return (*engagement.excluded_hosts, *engagement.excluded_paths, *engagement.excluded_addresses)
