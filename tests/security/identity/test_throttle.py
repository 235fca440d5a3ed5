"""Guessing passwords is slow from wherever it comes, and keeps nobody out who has been here before."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from services.mesh.errors import Failure, Reason
from services.security.identity.throttle import Allowance, Throttle, connect, network

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
async def redis(stack_environment: dict[str, str]) -> AsyncIterator[Redis]:
    client = connect(stack_environment["XORB_REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
def email() -> str:
    return f"{secrets.token_hex(8)}@example.com"


def addresses(count: int) -> list[str]:
    """Networks that nobody else's test uses."""
    return [f"2001:db8:{secrets.randbits(16):x}:{secrets.randbits(16):x}::1" for _ in range(count)]


async def wait(throttle: Throttle, email: str, address: str) -> int:
    """The seconds that a try, which fails, has to wait; 0 for one that is let pass."""
    try:
        await throttle.begin(email, address)
    except Failure as failure:
        return int(failure.metadata["retry_after"])
    return 0


async def sign_in(throttle: Throttle, email: str, address: str) -> None:
    await throttle.succeeded(await throttle.begin(email, address))


async def test_many_addresses_together_guess_no_more_than_one_account_allows(redis: Redis, email: str) -> None:
    throttle = Throttle(redis, Allowance(account=20))
    waits = await asyncio.gather(*(wait(throttle, email, address) for address in addresses(200)))
    assert waits.count(0) == 20
    # One more in three minutes: 20 an hour.
    assert all(170 <= one <= 180 for one in waits if one)


async def test_the_owner_comes_in_where_she_is_known_whatever_others_try(redis: Redis, email: str) -> None:
    throttle, (home, elsewhere) = Throttle(redis, Allowance(account=5)), addresses(2)
    await sign_in(throttle, email, home)
    waits = [await wait(throttle, email, address) for address in addresses(50)]
    assert waits.count(0) == 5
    assert await wait(throttle, email, elsewhere) > 0
    for _ in range(20):
        await sign_in(throttle, email, home)


async def test_pauses_double_from_one_address(redis: Redis, email: str) -> None:
    throttle, (known,) = Throttle(redis, Allowance(free=3)), addresses(1)
    await sign_in(throttle, email, known)
    assert [await wait(throttle, email, known) for _ in range(3)] == [0, 0, 0]
    assert [await wait(throttle, email, known) for _ in range(3)] == [1, 1, 1]
    await asyncio.sleep(1.01)
    assert [await wait(throttle, email, known) for _ in range(2)] == [0, 2]


async def test_a_known_address_guesses_little_in_an_hour(redis: Redis, email: str) -> None:
    throttle, (known,) = Throttle(redis, Allowance(free=3)), addresses(1)
    await sign_in(throttle, email, known)
    guesses, passed = 0, 0
    while passed < 3600:
        if seconds := await wait(throttle, email, known):
            passed += seconds
            for key in [key async for key in redis.scan_iter(f"*pair:*:{network(known)}")]:
                await redis.hset(key, "until", 0)
        else:
            guesses += 1
    assert guesses <= 3 + 10 + 4


async def test_success_forgets_failures(redis: Redis, email: str) -> None:
    throttle, (address,) = Throttle(redis, Allowance(free=3, address=4, account=4)), addresses(1)
    for _ in range(5):
        assert [await wait(throttle, email, address) for _ in range(2)] == [0, 0]
        await sign_in(throttle, email, address)
        await redis.delete(f"xorb:{{sign-in}}:address:{network(address)}")


async def test_one_address_tries_so_many_accounts(redis: Redis) -> None:
    throttle, (address,) = Throttle(redis, Allowance(address=10)), addresses(1)
    waits = [await wait(throttle, f"{secrets.token_hex(8)}@example.com", address) for _ in range(15)]
    assert [bool(one) for one in waits] == [False] * 10 + [True] * 5


async def test_a_network_counts_as_one_subscriber() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff") == "2001:db8::/64"
    assert (network(HOME), network(""), network("unix:")) == (HOME, "", "unix:")
    assert network(HOME) != network(ELSEWHERE)


async def test_without_redis_nobody_signs_in(email: str) -> None:
    away = connect("unix:///nonexistent/socket")
    with pytest.raises(Failure) as caught:
        await Throttle(away, Allowance()).begin(email, HOME)
    assert caught.value.reason is Reason.UNAVAILABLE
    await away.aclose()


async def test_redis_does_not_know_who_it_is_about(redis: Redis, email: str) -> None:
    await wait(Throttle(redis, Allowance()), email, addresses(1)[0])
    assert [key async for key in redis.scan_iter(f"*{email}*")] == []
