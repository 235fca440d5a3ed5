"""Buckets in Redis, which all processes share; Redis's own clock is the only one.

A request is one call of a script, whatever number of buckets it draws on, and requests that come in while Redis is
asked go together in the next round trip. All keys have one hash tag: on a cluster they are on one node, because a
script can't decide over two.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from gateway.ratelimit.demands import Demand, Draw
from gateway.ratelimit.gcra import Verdict, standing
from gateway.ratelimit.limits import Limit

# KEYS: the organization's overrides, then the buckets.
# ARGV: for each bucket, interval and burst of its limit, the cost, and the override's field or "".
# Returns Redis's time, then for each bucket: interval and burst that counted, the theoretical arrival time before
# (as far as it counts), and how long to wait. The arithmetic is that of gcra.py.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local reply, refused = {now}, false
for index = 2, #KEYS do
    local at = 4 * (index - 2)
    local interval, burst = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    local override = ARGV[at + 4] ~= '' and redis.call('HGET', KEYS[1], ARGV[at + 4])
    if override then
        local given, most = string.match(override, '^(%d+):(%d+)$')
        if given then interval, burst = tonumber(given), tonumber(most) end
    end
    local capacity = interval * burst
    local stored = tonumber(redis.call('GET', KEYS[index]) or now)
    local arrival = math.min(math.max(stored, now), now + capacity)
    if capacity > 0 and stored > now + capacity then
        -- The limit was raised: kept as it is, the bucket would be empty again at each request that is refused.
        redis.call('SET', KEYS[index], string.format('%.0f', arrival), 'PX', math.ceil(capacity / 1000))
    end
    local after = arrival + math.min(tonumber(ARGV[at + 3]), burst + 1) * interval
    local wait = math.max(0, after - now - capacity)
    refused = refused or wait > 0
    for _, value in ipairs({interval, burst, arrival, wait, after}) do reply[#reply + 1] = value end
end
if not refused then
    for index = 2, #KEYS do
        local after = reply[5 * (index - 1) + 1]
        if after > now then
            redis.call('SET', KEYS[index], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
        end
    end
end
return reply
"""
_VALUES = 5
_MOST_AT_ONCE = 64


class Unreachable(Exception):
    """Redis didn't decide; nothing says whether the request was counted."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    demand: Demand
    decided: asyncio.Future[Verdict]


def connect(url: str, seconds: float) -> Redis:
    """Returns a client that gives up after `seconds`, and at once where nothing listens.

    Args:
        url: `redis://` or `unix://` URL.
        seconds: How long to wait for a connection, and for an answer.
    """
    return Redis.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        decode_responses=False,
    )


def bucket_key(bucket: str) -> str:
    """Returns the key of a bucket."""
    return f"xorb:{{rate}}:{bucket}"


def overrides_key(organization: str) -> str:
    """Returns the key of an organization's overrides, a hash of `<CLASS>:<subject>` to limits as `str` writes them."""
    return f"xorb:{{rate}}:overrides:{organization}"


def override_field(kind: tuple[str, str]) -> str:
    """Returns the field of a rate class and subject in an organization's overrides."""
    return ":".join(kind)


class SharedBuckets:
    """The buckets in Redis.

    Args:
        redis: A client of `connect`.
        table: The limits without overrides.
    """

    def __init__(self, redis: Redis, table: Mapping[tuple[str, str], Limit]) -> None:
        self._redis = redis
        self._table = table
        self._waiting: list[_Waiting] = []
        self._sending: asyncio.Task[None] | None = None
        self._digest = ""

    async def take(self, demand: Demand) -> Verdict:
        """Decides on a request, and takes what it draws if it passes.

        Raises:
            Unreachable: Redis is away, or too slow, or has no room.
        """
        one = _Waiting(demand, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        return await one.decided

    async def _send(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
                try:
                    await self._round_trip(batch)
                except (RedisError, OSError) as error:
                    # Who came in the meantime would wait for the same time-out: tell them now.
                    _fail([*batch, *self._waiting], error)
                    self._waiting = []
        finally:
            self._sending = None

    async def _round_trip(self, batch: Sequence[_Waiting]) -> None:
        if not self._digest:
            self._digest = str(await self._redis.script_load(_SCRIPT))
        pipeline = self._redis.pipeline(transaction=False)
        for one in batch:
            pipeline.evalsha(self._digest, *self._arguments(one.demand))
        unknown = []
        for one, reply in zip(batch, await pipeline.execute(raise_on_error=False), strict=True):
            if isinstance(reply, NoScriptError):
                unknown.append(one)
            elif isinstance(reply, Exception):
                _fail([one], reply)
            elif not one.decided.done():
                one.decided.set_result(_verdict(one.demand.draws, reply))
        if unknown:
            # Redis was started anew, and has forgotten the script; what it didn't run has taken nothing.
            self._digest = ""
            await self._round_trip(unknown)

    def _arguments(self, demand: Demand) -> list[Any]:
        keys = [overrides_key(demand.organization), *(bucket_key(draw.bucket) for draw in demand.draws)]
        values: list[Any] = []
        for draw in demand.draws:
            limit = self._table[draw.kind]
            override = override_field(draw.kind) if demand.organization else ""
            values += [limit.interval, limit.burst, draw.cost, override]
        return [len(keys), *keys, *values]


def _fail(waiting: Sequence[_Waiting], error: Exception) -> None:
    for one in waiting:
        if not one.decided.done():
            failure = Unreachable(f"{type(error).__name__}: {error}")
            failure.__cause__ = error
            one.decided.set_exception(failure)


def _verdict(draws: Sequence[Draw], reply: Sequence[int]) -> Verdict:
    now = reply[0]
    rows = [reply[start : start + _VALUES] for start in range(1, len(reply), _VALUES)]
    admitted = not any(wait for _, _, _, wait, _ in rows)
    return Verdict(
        admitted,
        tuple(
            standing(Limit(interval, burst), arrival, now, draw.cost if admitted else 0, wait)
            for draw, (interval, burst, arrival, wait, _) in zip(draws, rows, strict=True)
        ),
    )
