"""What a decision about a call is, and how it stands in the log."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.mesh.events.model import Event

SUCCEEDED, FAILED, DENIED = "SUCCEEDED", "FAILED", "DENIED"
"""Outcomes of a call: it did what it was asked, it was allowed and came to nothing, it wasn't allowed."""

_TYPES = {SUCCEEDED: "access.allowed", FAILED: "access.failed", DENIED: "access.denied"}
_UNLISTED = "access.unlisted"


class Decision(NamedTuple):
    """What was decided about a call; equal decisions of a minute share their rows.

    Attributes:
        log: Whose log it belongs to: an organization's, an account's, or the platform's (`NO_ORGANIZATION`).
        actor: Who called: an account, a service's SPIFFE identity, or `anonymous`.
        address: Where from; empty where it isn't known.
        session: The session's identifier; empty where there is none.
        method: The path of the RPC; empty in the row that says how many decisions have none.
        outcome: One of this module's.
        reason: The entry of the error catalogue; empty for success.
    """

    log: UUID
    actor: str
    address: str
    session: str
    method: str
    outcome: str
    reason: str


class Row(NamedTuple):
    """A row for the log: a decision that was made so many times, the last of them at `time`, first about `resource`."""

    decision: Decision
    resource: str
    time: datetime
    occurrences: int

    @property
    def event(self) -> Event:
        """What happened, in the log's words."""
        decision = self.decision
        if not decision.method:
            return Event(_UNLISTED, "", f"{self.occurrences} decisions of one minute were too many to be listed")
        what = f"{decision.method.rpartition('/')[2]} {decision.outcome.lower()}"
        text = f"{what}: {decision.reason}" if decision.reason else what
        return Event(_TYPES[decision.outcome], self.resource, text)


def unlisted(log: UUID, count: int, time: datetime) -> Row:
    """Returns the row that says how many decisions of a log have no row."""
    return Row(Decision(log, "anonymous", "", "", "", DENIED, ""), "", time, count)
