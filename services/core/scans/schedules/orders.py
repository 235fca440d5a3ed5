"""What passes between a scheduled run's workflow and its activity; kept as JSON in the workflow's history."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ScheduleOrder:
    """Which schedule is due. Identifiers are UUIDs as text; `run` tells one time from the next."""

    organization: str
    schedule: str
    run: str = ""
