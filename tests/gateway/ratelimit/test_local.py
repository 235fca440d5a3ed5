"""What this process does alone: its buckets, and what it knows to be refused."""

from dataclasses import replace

from gateway.ratelimit.gcra import Empty, Standing, Verdict
from gateway.ratelimit.limits import Limit
from gateway.ratelimit.local import LocalBuckets
from gateway.ratelimit.refusals import LONGEST, MOST, Refusals
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
    told = refusals.learn(much, Verdict(admitted=False, standings=(Standing(Limit(1000, 5), 3, 2000, 2000),)))
    assert refusals.find(wanted(some, "READ", user=who)) is None
    known = refusals.find(much)
    assert known is not None
    # Nor does the edge hear of it, which knows nothing of costs.
    assert (told.empty, known.empty) == (None, None)


def test_the_edge_hears_which_bucket_stays_empty_and_for_how_long() -> None:
    some, clock, who = limits(), Clock(), somebody()
    refusals = Refusals(clock)
    someone = wanted(some, "READ", organization=who, user=who)
    sooner, later = Standing(Limit(1000, 5), 0, 5000, 800), Standing(Limit(1000, 9), 0, 9000, 900)
    told = refusals.learn(someone, Verdict(admitted=False, standings=(sooner, later)))
    assert told.empty == Empty("user", 900, later)
    clock.now += 300
    known = refusals.find(someone)
    assert known is not None
    assert known.empty == Empty("organization", 500, replace(sooner, wait=500, reset=4700))
    fine = Verdict(admitted=True, standings=(sooner, later))
    assert refusals.learn(someone, fine) == fine


def test_what_is_heard_late_counts_no_longer_for_it() -> None:
    some, clock = limits(), Clock()
    refusals = Refusals(clock)
    someone = wanted(some, "READ", user=somebody())
    hour = Standing(Limit(LONGEST * 3600, 1), 0, LONGEST * 3600, LONGEST * 3600)
    told = refusals.learn(someone, Verdict(admitted=False, standings=(hour,)))
    assert told.empty is not None
    assert told.empty.certain == LONGEST
    clock.now += LONGEST // 4
    known = refusals.find(someone)
    assert known is not None
    assert known.empty is not None
    assert known.empty.certain == LONGEST - LONGEST // 4


def test_many_who_are_refused_cost_bounded_memory() -> None:
    some = limits()
    refusals = Refusals(Clock())
    refused = Verdict(admitted=False, standings=(Standing(Limit(LONGEST, 1), 0, LONGEST, LONGEST),))
    for number in range(100_000):
        refusals.learn(wanted(some, "READ", user=str(number)), refused)
    assert len(refusals) == MOST
    assert refusals.find(wanted(some, "READ", user="99999")) is not None
    assert refusals.find(wanted(some, "READ", user="0")) is None


def test_an_override_acts_after_a_second_at_most() -> None:
    some, clock = limits(), Clock()
    refusals = Refusals(clock)
    someone = wanted(some, "READ", user=somebody())
    refusals.learn(someone, Verdict(admitted=False, standings=(Standing(Limit(LONGEST * 60, 1), 0, 1, LONGEST * 60),)))
    clock.now += LONGEST
    assert refusals.find(someone) is None
