"""Limits of single organizations, changed while everything runs."""

from uuid import uuid4

import pytest
from redis.asyncio import Redis

from gateway.ratelimit import overrides
from gateway.ratelimit.limits import Limit, LimitError
from gateway.ratelimit.shared import SharedBuckets, bucket_key, overrides_key
from stack.polling import until
from tests.gateway.ratelimit.buckets import limits, somebody, wanted

BY_ORGANIZATION, BY_USER = ("READ", "organization"), ("READ", "user")


async def test_an_override_counts_from_the_next_request_on(redis: Redis) -> None:
    some = limits(READ_organization="1/hour:2")
    buckets, organization, other = SharedBuckets(redis, some.table), uuid4(), uuid4()

    async def admitted(whose: object) -> bool:
        return (await buckets.take(wanted(some, "READ", organization=str(whose)))).admitted

    for whose in (organization, other):
        assert [await admitted(whose) for _ in range(3)] == [True, True, False]
    await overrides.put(redis, organization, BY_ORGANIZATION, Limit.parse("10/second:5"))
    # The bucket is as empty as it was, but of the new size; it fills faster now.
    verdict = await buckets.take(wanted(some, "READ", organization=str(organization)))
    assert verdict.standings[0].limit == Limit(100_000, 5)
    assert verdict.standings[0].wait <= 100_000
    assert not await admitted(other)
    # Although it is asked for all the time.
    await until(lambda: admitted(organization), 5)
    await redis.delete(bucket_key(f"READ:organization:{organization}"))
    assert await overrides.remove(redis, organization, BY_ORGANIZATION)
    assert [await admitted(organization) for _ in range(3)] == [True, True, False]
    assert not await overrides.remove(redis, organization, BY_ORGANIZATION)


async def test_an_organization_can_be_shut_out_and_let_in(redis: Redis) -> None:
    some = limits()
    buckets, organization = SharedBuckets(redis, some.table), uuid4()
    everything = wanted(some, "READ", organization=str(organization), user=somebody())
    await overrides.put(redis, organization, BY_ORGANIZATION, Limit.parse("0/second"))
    assert not (await buckets.take(everything)).admitted
    await overrides.put(redis, organization, BY_ORGANIZATION, Limit.parse("off"))
    assert (await buckets.take(everything)).admitted


async def test_an_override_by_user_is_for_each_user_of_the_organization(redis: Redis) -> None:
    some = limits()
    buckets, organization = SharedBuckets(redis, some.table), uuid4()
    await overrides.put(redis, organization, BY_USER, Limit.parse("1/hour:1"))
    for _ in range(2):
        theirs = wanted(some, "READ", organization=str(organization), user=somebody())
        assert [(await buckets.take(theirs)).admitted for _ in range(2)] == [True, False]
    # The same account elsewhere is under the usual limit.
    assert (await buckets.take(wanted(some, "READ", organization=somebody(), user=somebody()))).admitted


async def test_overrides_are_listed(redis: Redis) -> None:
    organization = uuid4()
    assert await overrides.current(redis, organization) == {}
    given = {BY_ORGANIZATION: Limit.parse("5/second"), ("SIGN_IN", "user"): Limit.parse("1/minute:9")}
    for kind, limit in given.items():
        await overrides.put(redis, organization, kind, limit)
    assert await overrides.current(redis, organization) == given


async def test_there_is_no_override_of_what_does_not_exist(redis: Redis) -> None:
    for kind in (("READ", "address"), ("NOTHING", "user"), ("READ", "planet"), ("INTERNAL", "organization")):
        with pytest.raises(LimitError):
            await overrides.put(redis, uuid4(), kind, Limit.parse("off"))


async def test_a_damaged_override_is_as_none(redis: Redis) -> None:
    some = limits(READ_organization="1/hour:2")
    organization = uuid4()
    await redis.hset(overrides_key(str(organization)), "READ:organization", "unlimited")
    verdict = await SharedBuckets(redis, some.table).take(wanted(some, "READ", organization=str(organization)))
    assert verdict.standings[0].limit.burst == 2
