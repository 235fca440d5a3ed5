"""What a finding is, how it moves from the first sighting to its closure, and what a further sighting does to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, IntEnum
from uuid import UUID

from services.mesh.errors import Failure, Reason, invalid_field


class State(IntEnum):
    """Where a finding stands, numbered as in the contract."""

    OPEN = 1
    TRIAGED = 2
    RESOLVED = 3
    DISMISSED = 4
    IN_REMEDIATION = 5
    READY_FOR_RETEST = 6
    RISK_ACCEPTED = 7
    DUPLICATE = 8


class Severity(IntEnum):
    """How grave a weakness is, numbered as in the contract."""

    SEVERITY_UNSPECIFIED = 0
    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class Change(Enum):
    """What a batch of sightings did to a finding; the value is the event's verb."""

    CREATED = "created"
    SEEN = "seen"
    REOPENED = "reopened"


_CLOSURES = frozenset({State.RESOLVED, State.DISMISSED, State.RISK_ACCEPTED, State.DUPLICATE})

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.OPEN: frozenset({State.TRIAGED, State.IN_REMEDIATION, State.READY_FOR_RETEST, *_CLOSURES}),
    State.TRIAGED: frozenset({State.OPEN, State.IN_REMEDIATION, State.READY_FOR_RETEST, *_CLOSURES}),
    State.IN_REMEDIATION: frozenset({State.OPEN, State.READY_FOR_RETEST, *_CLOSURES}),
    State.READY_FOR_RETEST: frozenset({State.OPEN, State.IN_REMEDIATION, *_CLOSURES}),
    State.RESOLVED: frozenset({State.OPEN, State.DUPLICATE}),
    State.DISMISSED: frozenset({State.OPEN, State.DUPLICATE}),
    State.RISK_ACCEPTED: frozenset({State.OPEN, State.RESOLVED, State.DUPLICATE}),
    State.DUPLICATE: frozenset(),
}
"""Where a finding may go from each state. A duplicate stays one until it is split from the other."""


# The lower bounds of CVSS 3.1 §5, the gravest first.
_RATINGS = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))


@dataclass(frozen=True, slots=True)
class Wording:
    """What people may word better than the check did."""

    title: str
    description: str
    severity: Severity
    remediation: str


@dataclass(frozen=True, slots=True)
class Weakness:
    """What a check says of one place.

    Attributes:
        target: The target's identifier; None where only imports have seen it.
        check: The check, such as `http.missing-hsts`.
        asset: The host or address that has it.
        location: Where on the asset: a URL, or address, port and protocol.
        wording: Title, description, severity and remediation.
        cvss_vector: The CVSS vector, of whichever version; empty where there is none.
        cvss_score: The base score, 0.0 to 10.0.
        cwes: CWE numbers.
        cves: CVE identifiers.
        references: URLs to read on.
    """

    target: UUID | None
    check: str
    asset: str
    location: str
    wording: Wording
    cvss_vector: str = ""
    cvss_score: float = 0.0
    cwes: tuple[int, ...] = ()
    cves: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time that a weakness was seen, by an executor in a scan or by a tool whose output was imported.

    Attributes:
        scan: The scan; None where it was imported.
        imported: The import; None where a scan saw it.
        executor: The executor; empty where it was imported.
        evidence: The part of the raw output that shows it.
        tool: The tool, in its makers' spelling; empty for our own executors.
        tool_severity: The tool's own severity, in its words.
        tool_finding_id: The tool's own identifier of what it saw.
        aliases: Other identifiers of the weakness, such as GHSA's.
        place: The location's normal form, the same whichever tool names it.
        part: What at the place: a parameter, header, or symbol.
    """

    id: UUID
    scan: UUID | None
    executor: str
    time: datetime
    evidence: str
    imported: UUID | None = None
    tool: str = ""
    tool_version: str = ""
    tool_severity: str = ""
    tool_finding_id: str = ""
    aliases: tuple[str, ...] = ()
    place: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A sighting and what was seen."""

    sighting: Sighting
    weakness: Weakness


@dataclass(frozen=True, slots=True)
class Finding:
    """A weakness of one asset.

    Attributes:
        weakness: What its check said last, in the words of people where they have changed them.
        reworded: The fields of the wording that people have changed; checks don't touch them any more.
        evidence: The latest sighting's.
        dismissal_reason: Why it is a false positive; empty unless it is dismissed.
        sighting_count: How often it was seen.
        scan: The scan that saw it last; None where that was an import.
        imported: The import that saw it last; None where that was a scan.
        duplicate_of: The finding that it is a duplicate of; None unless it is one.
        assignee: The account of the member who works on it; None where nobody does.
        latest: The sighting that its words and evidence are from; None where that was before sightings told.
        before: The state that it had before it was a duplicate; None unless it is one.
        revision: How often it was changed, from 1.
        due_at: Until when it has to be fixed; None where nothing is asked, and while its clock stands still.
        breached: Whether that time has passed.
        tool: The tool of the latest sighting, or its executor.
    """

    id: UUID
    weakness: Weakness
    reworded: frozenset[str]
    evidence: str
    state: State
    dismissal_reason: str
    sighting_count: int
    scan: UUID | None
    first_seen_at: datetime
    last_seen_at: datetime
    updated_at: datetime
    revision: int = 1
    imported: UUID | None = None
    duplicate_of: UUID | None = None
    before: State | None = None
    latest: UUID | None = None
    assignee: UUID | None = None
    due_at: datetime | None = None
    breached: bool = False
    tool: str = ""

    def __post_init__(self) -> None:
        """Refuses what contradicts itself.

        Raises:
            ValueError: It is a duplicate of nothing, of itself, or of something though it is none.
        """
        duplicate = self.state is State.DUPLICATE
        if duplicate != (self.duplicate_of is not None) or duplicate != (self.before is not None):
            raise ValueError("a finding is a duplicate exactly if it is one of another finding")
        if self.duplicate_of == self.id:
            raise ValueError("a finding is no duplicate of itself")


@dataclass(frozen=True, slots=True)
class Separation:
    """Two findings that are never matched, and who said so."""

    id: UUID
    first: UUID
    second: UUID
    creator: str
    created_at: datetime


def rating(score: float) -> Severity:
    """Returns the qualitative rating of a CVSS 3.1 base score; INFO for none."""
    return next((severity for least, severity in _RATINGS if score >= least), Severity.INFO)


def move(finding: Finding, state: State, now: datetime, reason: str = "", duplicate_of: UUID | None = None) -> Finding:
    """Returns the finding in another state.

    Args:
        finding: The finding.
        state: Where it goes.
        now: The time.
        reason: Why it is dismissed.
        duplicate_of: What it is a duplicate of, if it becomes one.

    Raises:
        Failure: ILLEGAL_TRANSITION; its state doesn't lead there.
        ValueError: It becomes a duplicate of nothing or of itself.
    """
    allowed = TRANSITIONS[finding.state]
    if state not in allowed:
        ways = " or ".join(sorted(way.name for way in allowed))
        way_out = f"it can become {ways}" if ways else "it has to be split from the other first"
        message = f"The finding is {finding.state.name} and can't become {state.name}; {way_out}."
        raise Failure(Reason.ILLEGAL_TRANSITION, message)
    return replace(
        finding,
        state=state,
        dismissal_reason=finding.dismissal_reason if state is State.DUPLICATE else reason,
        duplicate_of=duplicate_of,
        before=finding.state if state is State.DUPLICATE else None,
        updated_at=now,
        revision=finding.revision + 1,
    )


def restore(finding: Finding, state: State, now: datetime) -> Finding:
    """Returns a finding, whose risk was accepted or that waited for a re-test, in the state that it had before.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is neither any more.
    """
    if finding.state not in {State.RISK_ACCEPTED, State.READY_FOR_RETEST}:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The finding is {finding.state.name}; nothing is to be given back.")
    return replace(finding, state=state, updated_at=now, revision=finding.revision + 1)


def assign(finding: Finding, assignee: UUID | None, now: datetime) -> Finding:
    """Returns the finding, given to a member or nobody; itself where it is theirs already."""
    if finding.assignee == assignee:
        return finding
    return replace(finding, assignee=assignee, updated_at=now, revision=finding.revision + 1)


def reword(finding: Finding, wording: Wording, fields: frozenset[str], now: datetime) -> Finding:
    """Returns the finding with some fields of another wording, which further sightings leave alone.

    Raises:
        Failure: INVALID_FIELD; its title would be empty.
    """
    if "title" in fields and not wording.title.strip():
        raise invalid_field("finding.title", "a finding needs a title")
    changed = replace(finding.weakness.wording, **{field: getattr(wording, field) for field in fields})
    return replace(
        finding,
        weakness=replace(finding.weakness, wording=changed),
        reworded=finding.reworded | fields,
        updated_at=now,
        revision=finding.revision + 1,
    )
