"""How often somebody may try to sign in, in a way that nobody can use to lock somebody else out.

A try counts as a failure until it succeeds, so tries at the same time are no way around. Three things may make one
wait:

- failures of this account *from this address*: some are free, then each doubles the pause, up to a quarter of an hour;
- failures from this address, whatever the account: that stops lists of stolen passwords;
- failures of this account from *everywhere*, except from addresses where it has signed in lately: that stops many
  addresses that guess together. The owner comes from an address that is known, and doesn't notice.

Who has to wait isn't counted, so nobody is kept waiting by trying. State is in Redis, by its own clock, and nothing
there names an account. Without Redis nobody signs in, as with the edge's limits (docs/adr/0004).
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis

from services.mesh.errors import Failure, Reason
from services.mesh.events.outages import REDIS_LOST

_HOUR = 3_600_000_000
_LONGEST_PAUSE = 900_000_000
_DAY_MILLISECONDS = 86_400_000
_KNOWN_MILLISECONDS = 30 * _DAY_MILLISECONDS
_IPV6_PREFIX = 64

# KEYS: account and address, address, account, whether account and address know each other.
# ARGV: free failures, longest pause, interval and burst of the address, and of the account, and how long to remember.
# Times are microseconds. Returns how long to wait, and whether they know each other. The limits of address and account
# are GCRA, as in gateway/ratelimit.
_ADMIT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local known = redis.call('EXISTS', KEYS[4])
local pair = redis.call('HMGET', KEYS[1], 'failures', 'until')
local function after(key, interval) return math.max(tonumber(redis.call('GET', key) or now), now) + interval end
local function put(key, value)
    redis.call('SET', key, string.format('%.0f', value), 'PX', math.ceil((value - now) / 1000))
end
local address, account = after(KEYS[2], ARGV[3]), known == 1 and now or after(KEYS[3], ARGV[5])
local wait = math.max(
    tonumber(pair[2] or now) - now, address - now - ARGV[3] * ARGV[4], account - now - ARGV[5] * ARGV[6])
if wait > 0 then return {wait, known} end
local failures = tonumber(pair[1] or 0) + 1
local pause = failures < tonumber(ARGV[1]) and 0 or math.min(tonumber(ARGV[2]), 1000000 * 2 ^ (failures - ARGV[1]))
redis.call('HSET', KEYS[1], 'failures', failures, 'until', string.format('%.0f', now + pause))
redis.call('PEXPIRE', KEYS[1], ARGV[7])
put(KEYS[2], address)
if known == 0 then put(KEYS[3], account) end
return {0, known}
"""
# KEYS: as above. ARGV: intervals of address and account, whether they knew each other, how long they do from now on.
_SUCCEED = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function back(key, interval)
    local arrival = tonumber(redis.call('GET', key) or now) - interval
    if arrival > now then
        redis.call('SET', key, string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000))
    else
        redis.call('DEL', key)
    end
end
redis.call('DEL', KEYS[1])
back(KEYS[2], ARGV[1])
if ARGV[3] == '0' then back(KEYS[3], ARGV[2]) end
redis.call('SET', KEYS[4], '1', 'PX', ARGV[4])
return 0
"""


_CONNECTIONS = 8
_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many failures there may be.

    Attributes:
        free: Of one account from one address, before pauses begin.
        address: From one address in an hour, and at once.
        account: Of one account in an hour, and at once, from all addresses that it doesn't know.
    """

    free: int = 10
    address: int = 100
    account: int = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that was let pass: its keys, and whether account and address knew each other."""

    keys: tuple[str, ...]
    known: bool


def connect(url: str) -> Redis:
    """Returns a client with few connections, which many who try at once share in turn.

    Args:
        url: `redis://` or `unix://` URL.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_CONNECTIONS,
        timeout=_SECONDS,
        socket_timeout=_SECONDS,
        socket_connect_timeout=_SECONDS,
        protocol=2,
    )
    return Redis.from_pool(pool)


class Throttle:
    """Counts failures.

    Args:
        redis: A client of `connect`.
        allowance: How many there may be.
    """

    def __init__(self, redis: Redis, allowance: Allowance) -> None:
        self._redis = redis
        self._free = allowance.free
        self._limits = (_HOUR // allowance.address, allowance.address, _HOUR // allowance.account, allowance.account)

    async def begin(self, email: str, address: str) -> Attempt:
        """Lets a try pass, and counts it as a failure.

        Args:
            email: The account's address, normalized; whether there is such an account doesn't matter.
            address: The caller's network address, as the edge saw it; empty inside of the platform.

        Raises:
            Failure: RATE_LIMITED, with the seconds to wait; UNAVAILABLE where nobody can count.
        """
        keys = _keys(email, network(address))
        values = (self._free, _LONGEST_PAUSE, *self._limits, _DAY_MILLISECONDS)
        wait, known = await self._run(_ADMIT, keys, values)
        if wait > 0:
            seconds = -(-int(wait) // 1_000_000)
            message = f"Too many attempts to sign in. Wait {seconds} s, then try again."
            raise Failure(Reason.RATE_LIMITED, message, metadata={"retry_after": str(seconds)})
        return Attempt(keys, bool(known))

    async def succeeded(self, attempt: Attempt) -> None:
        """Takes back what was counted of a try, and makes account and address know each other.

        Raises:
            Failure: UNAVAILABLE.
        """
        address_interval, _, account_interval, _ = self._limits
        values = (address_interval, account_interval, int(attempt.known), _KNOWN_MILLISECONDS)
        await self._run(_SUCCEED, attempt.keys, values)

    async def _run(self, script: str, keys: tuple[str, ...], values: tuple[int, ...]) -> Any:  # noqa: ANN401 - the script's reply
        try:
            return await self._redis.eval(script, len(keys), *keys, *map(str, values))
        except REDIS_LOST as error:
            raise Failure(Reason.UNAVAILABLE) from error


def network(address: str) -> str:
    """Returns what one subscriber has: an IPv4 address as it is, an IPv6 network of 64 bits (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 - IPv4
        return address
    return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))


def _keys(email: str, subscriber: str) -> tuple[str, ...]:
    """Returns the keys; on a cluster they are on one node, because a script can't decide over two."""
    account = hashlib.sha256(email.encode()).hexdigest()
    kinds = (f"pair:{account}:{subscriber}", f"address:{subscriber}", f"account:{account}")
    return tuple(f"xorb:{{sign-in}}:{kind}" for kind in (*kinds, f"known:{account}:{subscriber}"))
