"""Buckets in Redis: bursts, refills, all or nothing, and one round trip."""

import asyncio
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from gateway.ratelimit.limits import Limit
from gateway.ratelimit.shared import SharedBuckets, Unreachable, bucket_key
from tests.gateway.ratelimit.buckets import Line, limits, somebody, wanted

SLOW = "1/hour:3"


async def test_a_burst_passes_and_the_next_waits(redis: Redis) -> None:
    some = limits(READ_user=SLOW)
    buckets, who = SharedBuckets(redis, some.table), somebody()
    remaining = [(await buckets.take(wanted(some, "READ", user=who))).standings[0].remaining for _ in range(3)]
    assert remaining == [2, 1, 0]
    refused = await buckets.take(wanted(some, "READ", user=who))
    assert not refused.admitted
    assert 3590 * 1_000_000 < refused.standings[0].wait <= 3600 * 1_000_000
    assert (await buckets.take(wanted(some, "READ", user=somebody()))).admitted


async def test_time_fills_a_bucket(redis: Redis) -> None:
    some = limits(READ_user="2/second:2")
    buckets, who = SharedBuckets(redis, some.table), somebody()
    while (verdict := await buckets.take(wanted(some, "READ", user=who))).admitted:
        pass
    await asyncio.sleep(verdict.standings[0].wait / 1e6)
    assert (await buckets.take(wanted(some, "READ", user=who))).admitted


async def test_classes_and_subjects_have_buckets_of_their_own(redis: Redis) -> None:
    some = limits(READ_user=SLOW, WRITE_user=SLOW, READ_organization=SLOW)
    buckets, who = SharedBuckets(redis, some.table), somebody()
    assert not (await buckets.take(wanted(some, "READ", user=who, cost=4))).admitted
    for _ in range(3):
        assert (await buckets.take(wanted(some, "READ", user=who))).admitted
    assert (await buckets.take(wanted(some, "WRITE", user=who))).admitted
    assert (await buckets.take(wanted(some, "READ", organization=who))).admitted
    assert not (await buckets.take(wanted(some, "READ", user=who))).admitted


@pytest.mark.parametrize("first", ["organization", "user"])
async def test_a_refused_request_takes_nothing(redis: Redis, first: str) -> None:
    some = limits(READ_organization="1/hour:10", READ_user="1/hour:2")
    buckets, who = SharedBuckets(redis, some.table), somebody()
    mixed = wanted(some, "READ", organization=who, user=who)
    if first == "user":
        mixed = replace(mixed, draws=mixed.draws[::-1])
    assert [(await buckets.take(mixed)).admitted for _ in range(8)] == [True] * 2 + [False] * 6
    verdict = await buckets.take(wanted(some, "READ", organization=who))
    assert verdict.standings[0].remaining == 7


async def test_two_processes_at_once_admit_what_one_would(redis: Redis, stack_environment: dict[str, str]) -> None:
    some = limits(READ_user="1/hour:50", READ_organization="1/hour:80")
    one, other = SharedBuckets(redis, some.table), SharedBuckets(redis, some.table)
    organization, users = somebody(), (somebody(), somebody())
    takes = [
        buckets.take(wanted(some, "READ", organization=organization, user=user))
        for _ in range(60)
        for buckets in (one, other)
        for user in users
    ]
    verdicts = await asyncio.gather(*takes)
    assert sum(verdict.admitted for verdict in verdicts) == 80


async def test_a_request_is_one_round_trip_and_those_who_wait_share_one(far_redis: Redis, cable: Line) -> None:
    some = limits()
    buckets, who = SharedBuckets(far_redis, some.table), somebody()
    everything = wanted(some, "STREAM", organization=who, user=who, remote_address="192.0.2.1")
    assert len(everything.draws) == 3
    await buckets.take(everything)
    before = cable.sent
    await buckets.take(everything)
    assert cable.sent == before + 1
    await asyncio.gather(*(buckets.take(everything) for _ in range(30)))
    assert cable.sent <= before + 3


async def test_redis_forgetting_the_script_costs_nobody_anything(redis: Redis) -> None:
    some = limits(READ_user=SLOW)
    buckets, who = SharedBuckets(redis, some.table), somebody()
    assert (await buckets.take(wanted(some, "READ", user=who))).admitted
    await redis.script_flush()
    verdicts = await asyncio.gather(*(buckets.take(wanted(some, "READ", user=who)) for _ in range(3)))
    assert [verdict.admitted for verdict in verdicts] == [True, True, False]


async def test_a_bucket_is_forgotten_when_it_is_full(redis: Redis) -> None:
    some = limits(READ_user="2/second:10")
    buckets, who = SharedBuckets(redis, some.table), somebody()
    await buckets.take(wanted(some, "READ", user=who, cost=4))
    assert 0 < await redis.pttl(bucket_key(f"READ:user:{who}")) <= 2000


async def test_nobody_is_shut_out_for_longer_than_a_bucket_takes_to_fill(redis: Redis) -> None:
    some = limits(READ_user="1/second:5")
    who = somebody()
    seconds, _ = await redis.time()
    await redis.set(bucket_key(f"READ:user:{who}"), (seconds + 86_400) * 1_000_000, px=60_000)
    verdict = await SharedBuckets(redis, some.table).take(wanted(some, "READ", user=who))
    assert 0 < verdict.standings[0].wait <= 1_000_000


async def test_no_limit_and_no_admittance(redis: Redis) -> None:
    some = limits(READ_user="off", WRITE_user="0/second")
    buckets, who = SharedBuckets(redis, some.table), somebody()
    for _ in range(5):
        verdict = await buckets.take(wanted(some, "READ", user=who, cost=10**6))
        assert verdict.admitted
        assert verdict.standings[0].limit == Limit(0, 0)
    assert not await redis.exists(bucket_key(f"READ:user:{who}"))
    assert not (await buckets.take(wanted(some, "WRITE", user=who))).admitted


async def test_who_waits_is_told_when_redis_goes_away(far_redis: Redis, cable: Line) -> None:
    some = limits()
    buckets = SharedBuckets(far_redis, some.table)
    assert (await buckets.take(wanted(some, "READ", user=somebody()))).admitted
    cable.flowing.clear()
    begun = asyncio.get_running_loop().time()
    verdicts = await asyncio.gather(
        *(buckets.take(wanted(some, "READ", user=somebody())) for _ in range(200)), return_exceptions=True
    )
    assert all(isinstance(verdict, Unreachable) for verdict in verdicts)
    # All of them in one time-out of half a second, not one after another.
    assert asyncio.get_running_loop().time() - begun < 3
    cable.break_off()
    with pytest.raises(Unreachable):
        await buckets.take(wanted(some, "READ", user=somebody()))
    cable.mend()
    cable.flowing.set()
    assert (await buckets.take(wanted(some, "READ", user=somebody()))).admitted
