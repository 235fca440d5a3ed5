"""What this process does alone: its buckets, and what it knows to be refused."""

from gateway.ratelimit.gcra import Standing, Verdict
from gateway.ratelimit.limits import Limit
from gateway.ratelimit.local import LocalBuckets
from gateway.ratelimit.refusals import LONGEST, Refusals
from tests.gateway.ratelimit.buckets import limits, somebody, wanted


class Clock:
    def __init__(self) -> None:
        self.now = 10**12

    def __call__(self) -> int:
        return self.now


def test_a_process_alone_admits_less() -> None:
    some = limits(READ_user="1/hour:10")
    buckets = LocalBuckets(some, Clock())
    someone = wanted(some, "READ", user=somebody())
    assert [buckets.take(someone).admitted for _ in range(6)] == [True] * 5 + [False]


def test_many_callers_cost_bounded_memory() -> None:
    some = limits(READ_user="1/hour:10")
    buckets = LocalBuckets(some, Clock(), most=100)
    for _ in range(500):
        assert buckets.take(wanted(some, "READ", user=somebody())).admitted
    assert len(buckets) == 100


def test_a_refusal_is_known_until_it_is_over() -> None:
    some, clock, who = limits(), Clock(), somebody()
    refusals = Refusals(clock)
    someone = wanted(some, "READ", organization=who, user=who)
    fine = Standing(Limit(1000, 5), 3, 2000, 0)
    refusals.learn(someone, Verdict(admitted=False, standings=(fine, Standing(Limit(1000, 5), 0, 5000, 800))))
    clock.now += 300
    found = refusals.find(someone)
    assert found is not None
    assert found.standings == (Standing(Limit(1000, 5), 0, 4700, 500),)
    # Neither others of the organization, nor another class, nor what was not refused.
    assert refusals.find(wanted(some, "READ", organization=who, user=somebody())) is None
    assert refusals.find(wanted(some, "WRITE", user=who)) is None
    clock.now += 500
    assert refusals.find(someone) is None


def test_a_refusal_of_much_does_not_refuse_little() -> None:
    some, who = limits(), somebody()
    refusals = Refusals(Clock())
    much = wanted(some, "READ", user=who, cost=5)
    refusals.learn(much, Verdict(admitted=False, standings=(Standing(Limit(1000, 5), 3, 2000, 2000),)))
    assert refusals.find(wanted(some, "READ", user=who)) is None
    assert refusals.find(much) is not None


def test_an_override_acts_after_a_second_at_most() -> None:
    some, clock = limits(), Clock()
    refusals = Refusals(clock)
    someone = wanted(some, "READ", user=somebody())
    refusals.learn(someone, Verdict(admitted=False, standings=(Standing(Limit(LONGEST * 60, 1), 0, 1, LONGEST * 60),)))
    clock.now += LONGEST
    assert refusals.find(someone) is None
