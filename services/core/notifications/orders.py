"""What passes between the workflows of notifications and their activities; kept as JSON in their histories."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrganizationOrder:
    """Whose events to match with rules; a UUID as text."""

    organization: str


@dataclass(frozen=True)
class ChannelOrder:
    """By which channel to send; UUIDs as text."""

    organization: str
    channel: str


@dataclass(frozen=True)
class Round:
    """How a round ended.

    Attributes:
        wait_seconds: When there is something to do again, 0 for now; None for not until woken.
    """

    wait_seconds: float | None = None


def organization_workflow(organization: str) -> str:
    """Returns the identifier of the workflow that matches an organization's events."""
    return f"organizations/{organization}/notifications"


def channel_workflow(order: ChannelOrder) -> str:
    """Returns the identifier of the workflow that sends by a channel."""
    return f"organizations/{order.organization}/notificationChannels/{order.channel}/deliveries"
