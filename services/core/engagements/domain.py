"""What an engagement is: what was agreed, how it may go on, and what of it was used."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from services.mesh.errors import Failure, Reason
from services.mesh.windows import Calendar


class State(IntEnum):
    """Where an engagement stands, numbered as in the contract."""

    DRAFT = 1
    SCOPING = 2
    SCHEDULED = 3
    IN_PROGRESS = 4
    REMEDIATION = 5
    CLOSED = 6


TRANSITIONS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.DRAFT: frozenset({State.SCOPING, State.CLOSED}),
        State.SCOPING: frozenset({State.SCHEDULED, State.CLOSED}),
        State.SCHEDULED: frozenset({State.SCOPING, State.IN_PROGRESS, State.CLOSED}),
        State.IN_PROGRESS: frozenset({State.REMEDIATION}),
        State.REMEDIATION: frozenset({State.IN_PROGRESS, State.CLOSED}),
        State.CLOSED: frozenset[State](),
    }
)
"""Where an engagement may go from each state."""


class BudgetPolicy(IntEnum):
    """What becomes of new scans once what was agreed is used, numbered as in the contract."""

    WARN = 1
    REFUSE = 2


UNDER_WAY = frozenset({State.IN_PROGRESS, State.REMEDIATION})
"""The states in which scans may run: tests, then re-tests."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call."""

    display_name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed.

    Attributes:
        targets: What may be tested.
        excluded_hosts: Names left alone with all below them, in lower case.
        excluded_paths: Paths of web sites left alone with all below them.
        excluded_addresses: Addresses and blocks left alone, canonical.
        requests_per_second: Connections a second to one target; 0 for what profiles say.
        rules: The rules of engagement in words.
        calendar: When scans may run.
        testers: Accounts of those who test.
        hours_budget: Hours agreed; 0 for no limit.
        credits_budget: Credits agreed; 0 for no limit.
        budget_policy: What becomes of new scans once either is used.
    """

    display_name: str
    description: str = ""
    targets: tuple[UUID, ...] = ()
    excluded_hosts: tuple[str, ...] = ()
    excluded_paths: tuple[str, ...] = ()
    excluded_addresses: tuple[str, ...] = ()
    requests_per_second: int = 0
    rules: str = ""
    contacts: tuple[Contact, ...] = ()
    calendar: Calendar = field(default_factory=Calendar)
    testers: tuple[UUID, ...] = ()
    hours_budget: float = 0.0
    credits_budget: int = 0
    budget_policy: BudgetPolicy = BudgetPolicy.WARN


@dataclass(frozen=True, slots=True)
class Stop:
    """An emergency stop: when, by whom and why."""

    time: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Engagement:
    """An engagement; `revision` counts its changes from 1, `stop` is there as long as it is stopped."""

    id: UUID
    terms: Terms
    creator: str
    created_at: datetime
    updated_at: datetime
    state: State = State.DRAFT
    hours_used: float = 0.0
    credits_used: int = 0
    started_at: datetime | None = None
    closed_at: datetime | None = None
    stop: Stop | None = None
    revision: int = 1

    @property
    def budget_spent(self) -> bool:
        """Whether the hours or the credits that were agreed are used."""
        hours, credit = self.terms.hours_budget, self.terms.credits_budget
        return bool((hours and self.hours_used >= hours) or (credit and self.credits_used >= credit))


@dataclass(frozen=True, slots=True)
class Effort:
    """Hours and credits that were used at one time, negative in a correction: what for, when and by whom."""

    id: UUID
    engagement: UUID
    hours: float
    credit: int
    note: str
    worked_at: datetime
    author: str
    created_at: datetime


def draft(identifier: UUID, terms: Terms, creator: str, now: datetime) -> Engagement:
    """Returns a new engagement."""
    return Engagement(identifier, terms, creator, now, now)


def change(engagement: Engagement, terms: Terms, now: datetime) -> Engagement:
    """Returns the engagement on other terms.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is closed, or is under way and would have no target left.
    """
    require_open(engagement)
    if engagement.state >= State.SCHEDULED and not terms.targets:
        raise Failure(Reason.ILLEGAL_TRANSITION, "What is agreed has a target in its scope.")
    return _changed(engagement, now, terms=terms)


def move(engagement: Engagement, state: State, now: datetime) -> Engagement:
    """Returns the engagement in another state.

    Raises:
        Failure: ILLEGAL_TRANSITION; it can't go there from where it stands, or nothing is in its scope.
    """
    if state not in TRANSITIONS[engagement.state]:
        raise Failure(
            Reason.ILLEGAL_TRANSITION, f"The engagement is {engagement.state.name}; it can't become {state.name}."
        )
    if state is State.SCHEDULED and not engagement.terms.targets:
        raise Failure(Reason.ILLEGAL_TRANSITION, "Nothing is in its scope yet: add a target first.")
    return _changed(
        engagement,
        now,
        state=state,
        started_at=engagement.started_at or (now if state is State.IN_PROGRESS else None),
        closed_at=now if state is State.CLOSED else None,
    )


def require_removable(engagement: Engagement) -> None:
    """Checks that an engagement may be removed.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is more than a draft.
    """
    if engagement.state is not State.DRAFT:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The engagement is {engagement.state.name}; close it instead.")


def use(engagement: Engagement, hours: float, credit: int, now: datetime) -> Engagement:
    """Returns the engagement with more hours and credits used; negative ones are corrections.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is closed, or less than nothing would be used.
    """
    require_open(engagement)
    hours, credit = round(engagement.hours_used + hours, 4), engagement.credits_used + credit
    if hours < 0 or credit < 0:
        raise Failure(Reason.ILLEGAL_TRANSITION, "Less than nothing would be used.")
    return _changed(engagement, now, hours_used=hours, credits_used=credit)


def stop(engagement: Engagement, halt: Stop) -> Engagement:
    """Returns the engagement stopped; one that is stopped already stays as it was stopped first.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is closed.
    """
    require_open(engagement)
    return _changed(engagement, halt.time, stop=engagement.stop or halt)


def release(engagement: Engagement, now: datetime) -> Engagement:
    """Returns the engagement stopped no more; scans that were halted stay cancelled.

    Raises:
        Failure: ILLEGAL_TRANSITION; it isn't stopped.
    """
    if engagement.stop is None:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The engagement isn't stopped.")
    return _changed(engagement, now, stop=None)


def require_open(engagement: Engagement) -> None:
    """Checks that an engagement may be changed.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is closed.
    """
    if engagement.state is State.CLOSED:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The engagement is closed, and stays as it is.")


def _changed(engagement: Engagement, now: datetime, **values: Any) -> Engagement:  # noqa: ANN401 - fields of it
    return replace(engagement, updated_at=now, revision=engagement.revision + 1, **values)
