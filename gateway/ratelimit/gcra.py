"""The generic cell rate algorithm (GCRA, ITU-T I.371): a leaky bucket whose whole state is one time.

That time, the theoretical arrival time, is when the bucket will be full again. A request moves it on by the limit's
interval, and is refused if that would put it further ahead of now than a burst takes. All times are microseconds.
"""

from dataclasses import dataclass

from gateway.ratelimit.limits import Limit


@dataclass(frozen=True, slots=True)
class Standing:
    """How a bucket is after a decision.

    Attributes:
        limit: The limit that counted.
        remaining: How many requests would be admitted at once now.
        reset: Microseconds until the whole burst would be.
        wait: Microseconds until the request that this bucket refused would pass; 0 where it refused none.
    """

    limit: Limit
    remaining: int
    reset: int
    wait: int


@dataclass(frozen=True, slots=True)
class Empty:
    """A bucket that has no room for a request of cost 1.

    Attributes:
        subject: Whom it counts.
        certain: Microseconds for which that is so, whatever happens: as long as nobody need ask again.
        standing: How the bucket is.
    """

    subject: str
    certain: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on a request.

    Attributes:
        admitted: Whether it passes.
        standings: How each bucket that it draws on is now.
        empty: Of a refusal, the bucket that stays empty for longest; None where none is known to.
    """

    admitted: bool
    standings: tuple[Standing, ...]
    empty: Empty | None = None


def weigh(limit: Limit, arrival: int, now: int, cost: int) -> tuple[int, int]:
    """Returns the theoretical arrival time that counts, and how long a request has to wait for its turn; 0 is now.

    The time is never further ahead than the bucket is large: so neither a limit that was changed nor a clock that was
    set back shuts anyone out for longer. A request for more than a burst never has its turn.
    """
    counted = min(max(arrival, now), now + limit.capacity)
    after = counted + min(cost, limit.burst + 1) * limit.interval
    return counted, max(0, after - now - limit.capacity)


def standing(limit: Limit, arrival: int, now: int, taken: int, wait: int) -> Standing:
    """Returns how a bucket is after `taken` requests were taken at a theoretical arrival time of `weigh`."""
    if limit.unlimited:
        return Standing(limit, limit.burst, 0, 0)
    ahead = arrival + taken * limit.interval - now
    return Standing(limit, (limit.capacity - ahead) // limit.interval, ahead, wait)
