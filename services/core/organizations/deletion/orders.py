"""What passes between a deletion's workflow and its activities; kept as JSON in the workflow's history."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DeletionOrder:
    """Which deletion to carry out.

    Attributes:
        organization: Whose, a UUID as text.
        actor: Who asked for it.
        requested_at: When, ISO 8601; it tells the deletion from one before that was undone.
        grace_seconds: How long it can be undone.
    """

    organization: str
    actor: str
    requested_at: str
    grace_seconds: float


def name(organization: object, requested_at: str) -> str:
    """Returns the identifier of a deletion's workflow."""
    return f"organizations/{organization}/deletions/{requested_at}"
