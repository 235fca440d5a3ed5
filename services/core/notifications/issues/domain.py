"""What is known of an issue, and what an event of its finding means for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

CLOSED = frozenset({"RESOLVED", "DISMISSED", "RISK_ACCEPTED", "DUPLICATE"})
"""States of findings whose issues are closed."""
_REOPENED = "finding.reopened"
# What says nothing that an issue needs to have written.
_SILENT = frozenset({"finding.seen"})


class Change(Enum):
    """What to do with an issue."""

    NOTHING = "nothing"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of a finding.

    Attributes:
        channel: The tracker's channel.
        finding: The finding.
        key: What the tracker calls it: `SEC-17`, or a number.
        url: Where people read it.
        closed: Whether it was closed when it was last looked at.
    """

    channel: UUID
    finding: UUID
    key: str
    url: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """What an issue says, as plain text."""

    title: str
    body: str


def change(issue: Issue, event_type: str, state: str) -> Change:
    """Returns what an event of its finding means for an issue.

    Only a finding that was opened again opens its issue: otherwise one that a person has just closed, and that nobody
    has looked at since, would be opened by whatever else happens to the finding.
    """
    if state in CLOSED:
        return Change.NOTHING if issue.closed else Change.CLOSE
    return Change.REOPEN if event_type == _REOPENED and issue.closed else Change.NOTHING


def says_something(event_type: str) -> bool:
    """Returns whether an event is worth a comment."""
    return event_type not in _SILENT


def marker(finding: UUID) -> str:
    """Returns what finds an issue again whose making was interrupted; it is in its text or on its labels."""
    return f"xorb-{finding}"


def text(finding: UUID, data: Mapping[str, Any], link: str) -> Text:
    """Returns what a new issue says.

    Args:
        finding: The finding.
        data: The event's `data`, as webhooks have it.
        link: Where people read more.
    """
    shown: Mapping[str, Any] = data.get("snapshot", {})
    facts = [
        (label, str(shown.get(name, "")))
        for label, name in (
            ("Severity", "severity"),
            ("Asset", "asset"),
            ("Location", "location"),
            ("CVSS", "cvssVector"),
            ("Check", "check"),
        )
    ]
    lines = [f"{label}: {value}" for label, value in facts if value]
    parts = [str(shown.get("description", "")), "\n".join(lines), str(shown.get("remediation", "")), link]
    title = " ".join(f"[{shown.get('severity', '')}] {shown.get('title', data['summary'])}".split())
    return Text(title[:250], "\n\n".join(filter(None, [*parts, marker(finding)])))
