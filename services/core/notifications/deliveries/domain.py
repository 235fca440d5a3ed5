"""What a delivery is, how often it is tried, and when it is given up."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID, uuid5

from services.mesh.errors import Failure, Reason

ATTEMPTS = 10
"""How often a delivery is tried before it is given up."""
_GROWTH = 4.0
_LONGEST = timedelta(hours=4)
_MOST_ASKED = timedelta(hours=1)
_LONGEST_ERROR = 500
# Drawn once; identifiers of deliveries are made below it (RFC 9562, section 5.5).
_NAMESPACE = UUID("7c1a0d0e-6b0c-4b0e-9d5e-2f6d3c9b8a41")


class Kind(IntEnum):
    """What a delivery tells, numbered as in the contract."""

    EVENT = 1
    DIGEST = 2
    TEST = 3


class State(IntEnum):
    """Where a delivery stands, numbered as in the contract."""

    PENDING = 1
    DELIVERED = 2
    DEAD = 3


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message by one channel.

    Attributes:
        id: The idempotency key, the same each time that it is sent.
        rule: None for a test.
        event: The event that it tells; None where it tells several, or none.
        content: What a webhook's body holds, as JSON: `type`, `timestamp` and `data`.
        place: The position in the log that it stands for: deliveries that wait for one another go in this order.
        next_at: When it is tried next, while it is pending.
    """

    id: UUID
    channel: UUID
    rule: UUID | None
    kind: Kind
    event: UUID | None
    event_type: str
    resource: str
    summary: str
    event_count: int
    content: Mapping[str, Any] = field(repr=False)
    place: tuple[int, int]
    created_at: datetime
    next_at: datetime | None
    state: State = State.PENDING
    attempts: int = 0
    last_error: str = ""
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait between tries.

    Args:
        first: After the first; four times as long after each further one, four hours at most.
    """

    first: timedelta = timedelta(seconds=5)

    def after(self, delivery: Delivery, asked: timedelta | None) -> timedelta:
        """Returns how long to wait after a delivery's latest try; as long as its receiver asked for, up to an hour."""
        # Spread by a tenth, so that what failed together isn't tried together; the same for the same try.
        digest = hashlib.sha256(delivery.id.bytes + delivery.attempts.to_bytes(4)).digest()
        spread = 0.9 + 0.2 * digest[0] / 255
        exponent = min(delivery.attempts - 1, 20)
        usual = min(self.first.total_seconds() * _GROWTH**exponent, _LONGEST.total_seconds()) * spread
        return max(timedelta(seconds=usual), min(asked or timedelta(), _MOST_ASKED))


def identity(*parts: object) -> UUID:
    """Returns the identifier of the delivery of something: the same, however often it is made."""
    return uuid5(_NAMESPACE, "/".join(map(str, parts)))


def delivered(delivery: Delivery, now: datetime) -> Delivery:
    """Returns the delivery as its receiver took it."""
    done = replace(delivery, state=State.DELIVERED, delivered_at=now, next_at=None, last_error="")
    return replace(done, attempts=delivery.attempts + 1)


def failed(
    delivery: Delivery, error: str, now: datetime, patience: Patience, *, asked: timedelta | None = None, final: bool
) -> Delivery:
    """Returns the delivery after a try that failed: to be tried again, or given up.

    Args:
        delivery: Before the try.
        error: Why, in our words.
        now: The time.
        patience: How long to wait.
        asked: How long its receiver asked to wait.
        final: Whether trying again makes no sense.
    """
    tried = replace(delivery, attempts=delivery.attempts + 1, last_error=error[:_LONGEST_ERROR])
    if final or tried.attempts >= ATTEMPTS:
        return replace(tried, state=State.DEAD, next_at=None)
    return replace(tried, next_at=now + patience.after(tried, asked))


def again(delivery: Delivery, now: datetime) -> Delivery:
    """Returns a delivery that has ended as one to be sent once more.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is pending.
    """
    if delivery.state is State.PENDING:
        raise Failure(Reason.ILLEGAL_TRANSITION, "It is still being delivered.")
    return replace(delivery, state=State.PENDING, attempts=0, last_error="", next_at=now)


def test(identifier: UUID, channel: UUID, organization: UUID, place: tuple[int, int], now: datetime) -> Delivery:
    """Returns the delivery of a test."""
    summary = "This is a test of a notification channel."
    data = {"organization": f"organizations/{organization}", "summary": summary}
    content = {"type": "test", "timestamp": now.isoformat(), "data": data}
    return Delivery(
        id=identifier,
        channel=channel,
        rule=None,
        kind=Kind.TEST,
        event=None,
        event_type="test",
        resource="",
        summary=summary,
        event_count=0,
        content=content,
        place=place,
        created_at=now,
        next_at=now,
    )
