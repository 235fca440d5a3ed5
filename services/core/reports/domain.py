"""What a report is, from its order to its end."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from services.mesh.errors import Failure, Reason, invalid_field


class State(IntEnum):
    """Where a report stands, numbered as in the contract."""

    QUEUED = 1
    RENDERING = 2
    SUCCEEDED = 3
    FAILED = 4


class Format(IntEnum):
    """What a report is rendered to, numbered as in the contract."""

    PDF = 1
    DOCX = 2
    HTML = 3
    MARKDOWN = 4
    JSON = 5
    CSV = 6
    SARIF = 7
    OPENVEX = 8
    CYCLONEDX = 9
    CSAF = 10


TTL = timedelta(days=90)
"""How long a report is kept where nobody says."""

ENDED = frozenset({State.SUCCEEDED, State.FAILED})
_TRANSITIONS = {
    State.QUEUED: frozenset({State.RENDERING, State.FAILED}),
    State.RENDERING: ENDED,
    State.SUCCEEDED: frozenset[State](),
    State.FAILED: frozenset[State](),
}
_LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered.

    Attributes:
        display_name: The title.
        template: The template; None for our own.
        template_version: Its version then; 0 without a template.
        filter: Which findings; all where empty.
        formats: The formats, each once.
        client: For whom it is; the organization where empty.
        start: The first day of the tests, where it was given.
        finish: The last day of the tests, where it was given.
        engagement: The engagement that it is of; None for all findings.
        testers: The names of those who tested in it.
    """

    display_name: str
    template: UUID | None
    template_version: int
    filter: str
    formats: tuple[Format, ...]
    client: str = ""
    start: datetime | None = None
    finish: datetime | None = None
    engagement: UUID | None = None
    testers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """One file of a report, without its content; `sha256` in lower-case hexadecimal digits, `size` in bytes."""

    id: UUID
    format: Format
    file_name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Attributes:
        id: Its identifier.
        order: What was ordered.
        state: Where it stands.
        percent: How much of it is rendered, 0 to 100.
        finding_count: How many findings are in it.
        failure_reason: Why it failed; empty unless it did.
        creator: Who ordered it.
        created_at: When.
        ended_at: When its rendering ended.
        expires_at: When it is removed.
        files: Its files, once it has succeeded.
    """

    id: UUID
    order: Order
    state: State
    percent: int
    finding_count: int
    failure_reason: str
    creator: str
    created_at: datetime
    ended_at: datetime | None
    expires_at: datetime
    files: tuple[File, ...] = ()


def ordered(identifier: UUID, order: Order, creator: str, now: datetime, ttl: timedelta = TTL) -> Report:
    """Returns a new report.

    Raises:
        Failure: INVALID_FIELD; the tests ended before they began.
    """
    if order.start and order.finish and order.finish < order.start:
        raise invalid_field("report.finish_time", "the tests can't have ended before they began")
    return Report(identifier, order, State.QUEUED, 0, 0, "", creator, now, None, now + ttl)


def move(report: Report, state: State, now: datetime, reason: str = "") -> Report:
    """Returns the report in another state.

    Raises:
        Failure: ILLEGAL_TRANSITION; its state doesn't lead there.
    """
    if state not in _TRANSITIONS[report.state]:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The report is {report.state.name} and can't become {state.name}.")
    ended = now if state in ENDED else None
    percent = 100 if state is State.SUCCEEDED else report.percent
    return replace(report, state=state, ended_at=ended, percent=percent, failure_reason=reason[:_LONGEST_REASON])
