"""What a channel is: where it leads, what of it is secret, and the secrets that webhooks are signed with."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from services.mesh.errors import Failure, Reason

MOST = 50
"""How many channels an organization may have."""
OVERLAP = timedelta(days=1)
"""How long deliveries are signed with the secret before as well."""
SECRET_PREFIX = "whsec_"  # noqa: S105 - what the secret begins with (Standard Webhooks 1.0)
URL, TOKEN, SIGNING, PREVIOUS, INBOUND = "url", "token", "signing", "previous", "inbound"
"""The names of secret parts."""
_SECRET_BYTES = 32


class Kind(IntEnum):
    """What a channel is, numbered as in the contract."""

    WEBHOOK = 1
    SLACK = 2
    TEAMS = 3
    EMAIL = 4
    JIRA = 5
    GITHUB = 6


TRACKERS = frozenset({Kind.JIRA, Kind.GITHUB})
"""The kinds that keep an issue for each finding, and tell of nothing else."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way by which an organization is told what happens.

    Attributes:
        ordered: Whether each delivery waits for those before it.
        settings: What its kind needs and is no secret, by the contract's names; lists are tuples of texts.
        origin: Scheme, host and port of where it leads; empty for e-mail.
        previous_until: Until when the secret before signs as well.
        verified_at: When a test last arrived.
        revision: How often it was changed, from 1.
    """

    id: UUID
    display_name: str
    kind: Kind
    disabled: bool
    ordered: bool
    settings: Mapping[str, str | tuple[str, ...]]
    origin: str
    created_at: datetime
    updated_at: datetime
    previous_until: datetime | None = None
    verified_at: datetime | None = None
    revision: int = 1

    def text(self, name: str, default: str = "") -> str:
        """Returns a setting that is one text."""
        value = self.settings.get(name) or default
        return value if isinstance(value, str) else default

    def texts(self, name: str) -> tuple[str, ...]:
        """Returns a setting that is several texts."""
        value = self.settings.get(name, ())
        return () if isinstance(value, str) else tuple(value)


@dataclass(frozen=True, slots=True)
class Opened:
    """A channel with its secret parts in the clear, for as long as something is sent."""

    channel: Channel
    secrets: Mapping[str, str] = field(repr=False)

    def signing(self, now: datetime) -> tuple[str, ...]:
        """Returns the secrets that sign now, the newest first."""
        until = self.channel.previous_until
        both = (SIGNING, PREVIOUS) if until and now < until else (SIGNING,)
        return tuple(self.secrets[name] for name in both if self.secrets.get(name))


def signing_secret() -> str:
    """Returns a new secret of 256 random bits, as Standard Webhooks writes it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def rotate(channel: Channel, parts: Mapping[str, str], now: datetime) -> tuple[Channel, dict[str, str]]:
    """Returns a webhook and its secret parts with another secret, the one before still good for a while.

    Raises:
        Failure: ILLEGAL_TRANSITION; the channel is no webhook.
    """
    if channel.kind is not Kind.WEBHOOK:
        raise Failure(Reason.ILLEGAL_TRANSITION, "Only webhooks are signed.")
    changed = {**parts, SIGNING: signing_secret(), PREVIOUS: parts.get(SIGNING, "")}
    return touched(replace(channel, previous_until=now + OVERLAP), now), changed


def touched(channel: Channel, now: datetime) -> Channel:
    """Returns the channel as changed at a time."""
    return replace(channel, updated_at=now, revision=channel.revision + 1)


def require_enabled(channel: Channel) -> None:
    """Checks that something can be sent by a channel.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is disabled.
    """
    if channel.disabled:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The channel is disabled. Enable it first.")


def require_room(count: int) -> None:
    """Checks that an organization may have another channel.

    Raises:
        Failure: QUOTA_EXCEEDED.
    """
    if count >= MOST:
        raise Failure(Reason.QUOTA_EXCEEDED, f"An organization may have {MOST} channels.")
