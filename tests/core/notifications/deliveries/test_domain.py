"""How often a delivery is tried, how long is waited between, and when it is given up."""

from datetime import UTC, datetime, timedelta

import pytest

from services.core.notifications.deliveries import domain
from services.core.notifications.deliveries.domain import ATTEMPTS, Delivery, Patience, State
from services.mesh import identifiers
from services.mesh.errors import Failure

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def delivery() -> Delivery:
    return domain.test(identifiers.new(), identifiers.new(), identifiers.new(), (1, 1), NOW)


def test_it_is_tried_for_most_of_a_day_and_then_given_up() -> None:
    one, now, waits = delivery(), NOW, []
    while one.state is State.PENDING:
        one = domain.failed(one, "503", now, Patience(), final=False)
        if one.next_at:
            waits.append(one.next_at - now)
            now = one.next_at
    assert (one.attempts, one.state, one.next_at, one.last_error) == (ATTEMPTS, State.DEAD, None, "503")
    assert waits == sorted(waits[:6]) + waits[6:]
    assert timedelta(seconds=4) < waits[0] < timedelta(seconds=6)
    assert max(waits) < timedelta(hours=5)
    assert timedelta(hours=12) < sum(waits, timedelta()) < timedelta(hours=24)


def test_a_receiver_may_ask_for_patience_within_bounds() -> None:
    for asked, least, most in ((60, 60, 60), (10**6, 3600, 3600), (0, 4, 6)):
        one = domain.failed(delivery(), "429", NOW, Patience(), asked=timedelta(seconds=asked), final=False)
        assert one.next_at is not None
        assert timedelta(seconds=least) <= one.next_at - NOW <= timedelta(seconds=most)


def test_what_makes_no_sense_is_not_tried_again() -> None:
    assert domain.failed(delivery(), "410", NOW, Patience(), final=True).state is State.DEAD


def test_what_has_ended_can_be_sent_again_with_its_key() -> None:
    one = delivery()
    with pytest.raises(Failure):
        domain.again(one, NOW)
    for ended in (domain.delivered(one, NOW), domain.failed(one, "x", NOW, Patience(), final=True)):
        again = domain.again(ended, NOW)
        assert (again.id, again.state, again.attempts, again.next_at) == (one.id, State.PENDING, 0, NOW)


def test_the_same_is_identified_by_the_same() -> None:
    event, rule, channel = (identifiers.new() for _ in range(3))
    assert domain.identity(event, rule, channel) == domain.identity(event, rule, channel)
    assert domain.identity(event, rule, channel) != domain.identity(event, channel, rule)
