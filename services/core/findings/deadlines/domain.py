"""What an organization allows its findings, and what that makes of one finding's clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, IntEnum

from services.core.findings.deadlines.calendar import Calendar, Span, due
from services.core.findings.domain import Severity
from services.mesh.errors import invalid_field


class Criticality(IntEnum):
    """How much depends on a target, numbered as in the contract."""

    CRITICALITY_UNSPECIFIED = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long findings may take: a number of days of 24 hours, or of business hours."""

    amount: int
    in_business_hours: bool = False

    @property
    def length(self) -> timedelta:
        """The time that must pass, of that which counts."""
        return timedelta(hours=self.amount) if self.in_business_hours else timedelta(days=self.amount)


ALWAYS_OFF = Calendar()
"""The calendar of those who have said nothing."""


@dataclass(frozen=True)
class Policy:
    """Until when an organization's findings have to be fixed.

    Attributes:
        allowances: By severity and criticality; a criticality of None stands for all that aren't listed.
        calendar: When people work.
        warning: How long before the due time to warn; zero for never.
        revision: How often it was changed; 0 where there is none.
    """

    allowances: Mapping[tuple[Severity, Criticality | None], Allowance]
    calendar: Calendar = ALWAYS_OFF
    warning: timedelta = timedelta()
    updated_at: datetime | None = None
    revision: int = 0

    def allowance(self, severity: Severity, criticality: Criticality | None) -> Allowance | None:
        """Returns what a finding is allowed; None for as long as it takes."""
        return self.allowances.get((severity, criticality)) or self.allowances.get((severity, None))

    def changed(self, now: datetime, **fields: object) -> "Policy":
        """Returns the policy with other values.

        Raises:
            Failure: INVALID_FIELD; an allowance is in business hours, and there are none.
        """
        policy = replace(self, **fields, updated_at=now, revision=self.revision + 1)  # type: ignore[arg-type] # the names are checked where they come from
        if any(one.in_business_hours for one in policy.allowances.values()) and not policy.calendar.hours:
            raise invalid_field("deadline_policy.calendar", "an allowance in business hours needs working hours")
        return policy


NO_POLICY = Policy({})
"""What an organization without a policy has."""


class Stage(Enum):
    """What a clock comes to next, or has come to; the value is stored."""

    RUNNING = 1
    WARNED = 2
    BREACHED = 3


@dataclass(frozen=True, slots=True)
class Clock:
    """A finding's clock.

    Attributes:
        started_at: When it began: when the finding was first seen, or came back.
        pauses: When it stood still, the ends of each in turn; an odd number while it does.
        due_at: Until when the finding has to be fixed; None where nothing is asked, and while the clock stands still.
        next_at: When to warn, or to say that time is up; None where neither is left to do.
        stage: What was said already.
        ended_at: When the finding was closed; None while it isn't.
    """

    started_at: datetime
    pauses: tuple[datetime, ...] = ()
    due_at: datetime | None = None
    next_at: datetime | None = None
    stage: Stage = Stage.RUNNING
    ended_at: datetime | None = None

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return len(self.pauses) % 2 == 1


class Standing(Enum):
    """What a finding's state is for its clock."""

    RUNS = 1
    WAITS = 2
    OVER = 3


def set_(
    clock: Clock, standing: Standing, policy: Policy, severity: Severity, criticality: Criticality | None, now: datetime
) -> Clock:
    """Returns a clock as policy, severity, criticality and state make it now.

    What was said stays said, as long as it is still so: a later due time takes a warning or a breach back.
    """
    if standing is Standing.OVER and clock.ended_at:
        return clock
    if standing is not Standing.OVER and clock.ended_at:
        # It came back: a weakness that was mended and is there again has its whole time.
        clock = Clock(now)
    clock = _paused(clock, standing, now)
    allowance = policy.allowance(severity, criticality)
    if standing is Standing.OVER:
        return _ended(clock, policy, allowance, now)
    if allowance is None or clock.paused:
        return replace(clock, due_at=None, next_at=None)
    return tick(replace(clock, due_at=_due(clock, policy, allowance)), policy, now)


def _due(clock: Clock, policy: Policy, allowance: Allowance) -> datetime:
    calendar = policy.calendar if allowance.in_business_hours else None
    return due(clock.started_at, allowance.length, calendar, spans(clock.pauses))


def _ended(clock: Clock, policy: Policy, allowance: Allowance | None, now: datetime) -> Clock:
    """Returns a clock that stops, with the due time that it was stopped before or after."""
    due_at = _due(clock, policy, allowance) if allowance else None
    stage = Stage.BREACHED if due_at and now >= due_at else clock.stage
    return replace(clock, due_at=due_at, stage=stage, next_at=None, ended_at=now)


def tick(clock: Clock, policy: Policy, now: datetime) -> Clock:
    """Returns a running clock at a moment: which stage it has come to, and when the next is."""
    if clock.due_at is None:
        return replace(clock, next_at=None)
    warn_at = clock.due_at - policy.warning if policy.warning else None
    if now >= clock.due_at:
        return replace(clock, stage=Stage.BREACHED, next_at=None)
    if warn_at and now >= warn_at:
        return replace(clock, stage=Stage.WARNED, next_at=clock.due_at)
    return replace(clock, stage=Stage.RUNNING, next_at=warn_at or clock.due_at)


def spans(pauses: Sequence[datetime]) -> tuple[Span, ...]:
    """Returns pauses that have ended."""
    return tuple(Span(start, end) for start, end in zip(pauses[::2], pauses[1::2], strict=False))


def _paused(clock: Clock, standing: Standing, now: datetime) -> Clock:
    """Returns a clock that stands still where it has to, and goes on otherwise."""
    if (standing is Standing.WAITS) == clock.paused:
        return clock
    return replace(clock, pauses=(*clock.pauses, now))
