"""The events of an organization as a Redis Stream: what an entry holds, how it gets there, how it is read.

An entry's id is the event's position, `<transaction>-<sequence>`. Redis takes an id only if it is greater than all
before it, so whoever publishes again after a crash is refused by Redis itself, and nothing is there twice.

The stream is a bounded window for those who follow live; whoever needs more reads the log. An entry says which
position comes before it, so that a reader notices what the window has lost.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from services.mesh import identifiers
from services.mesh.events.model import Event, LoggedEvent, Position

WINDOW = 1_000
LIFETIME = timedelta(hours=1)
_FIELD = b"e"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# One script for an organization's batch: it stops at the first real error. In a bare pipeline the entries after a
# failed one would go in, and the failed one could never follow. The expiry lets Redis evict idle streams when
# memory is short.
_PUBLISH = """
local added = 0
for index = 3, #ARGV, 2 do
    local reply = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], ARGV[index], 'e', ARGV[index + 1])
    if type(reply) ~= 'table' then
        added = added + 1
    elseif not (reply.err and string.find(reply.err, 'equal or smaller', 1, true)) then
        return reply
    end
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return added
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in the stream.

    Attributes:
        event: The event.
        previous: The position of the organization's event before it, in the log; zeros for the first.
    """

    event: LoggedEvent
    previous: Position


def connect(url: str) -> Redis:
    """Returns a client whose errors come at once, for callers with a way on without Redis.

    Args:
        url: `redis://` or `unix://` URL.
    """
    return Redis.from_url(
        url, socket_timeout=5, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0), protocol=2, decode_responses=False
    )


def key(organization: UUID) -> str:
    """Returns the stream's key; the braces keep an organization's keys on one node of a cluster."""
    return f"xorb:{{{organization}}}:events"


async def publish(redis: Redis, entries: Sequence[Entry], *, window: int = WINDOW) -> int:
    """Adds entries, in ascending order of position, to their organizations' streams in one round trip.

    Args:
        redis: The client.
        entries: What to add; an entry that is there already is left as it is.
        window: About how many entries a stream keeps.

    Returns:
        How many were not there before.

    Raises:
        RedisError: Some were not taken. In no stream is one that comes after a missing one; publish all of them again.
    """
    batches: dict[UUID, list[str | bytes]] = {}
    for entry in entries:
        batch = batches.setdefault(entry.event.organization, [])
        batch += [str(entry.event.position), encode(entry)]
    pipeline = redis.pipeline(transaction=False)
    lifetime = LIFETIME // timedelta(milliseconds=1)
    for organization, batch in batches.items():
        pipeline.eval(_PUBLISH, 1, key(organization), window, lifetime, *batch)  # type: ignore[no-untyped-call, unused-ignore]  # untyped in redis
    return sum(await pipeline.execute())


class Bell:
    """A stream of one reader's own, by which it is called back from waiting; to cancel it would cost the connection."""

    def __init__(self) -> None:
        self.key = f"xorb:bell:{identifiers.new()}"
        self.heard = "0-0"

    async def ring(self, redis: Redis) -> None:
        """Ends the reader's waiting, or its next one if it doesn't wait now.

        Raises:
            RedisError: Redis is away, and with it the reader's waiting.
        """
        pipeline = redis.pipeline(transaction=False)
        pipeline.xadd(self.key, {"e": ""}, maxlen=1)
        pipeline.expire(self.key, LIFETIME)
        await pipeline.execute()


async def read(
    redis: Redis, positions: Mapping[UUID, Position], *, count: int, block: timedelta, bell: Bell
) -> dict[UUID, list[Entry]]:
    """Returns entries after a position for each organization; waits until there is one, or the bell rings.

    Args:
        redis: A client of `connect`.
        positions: For each organization, the position to read on from.
        count: At most this many entries for each.
        block: How long to wait where there is none; less than the client's time-out.
        bell: The reader's own.
    """
    streams = {bell.key: bell.heard} | {key(one): str(position) for one, position in positions.items()}
    organizations = {key(organization).encode(): organization for organization in positions}
    answer: Any = await redis.xread(streams, count=count, block=block // timedelta(milliseconds=1))  # type: ignore[arg-type]  # invariant dict in redis
    found = dict(answer)
    if rung := found.pop(bell.key.encode(), None):
        bell.heard = rung[-1][0].decode()
    return {
        organizations[name]: [decode(organizations[name], identifier, fields) for identifier, fields in entries]
        for name, entries in found.items()
    }


def encode(entry: Entry) -> bytes:
    """Returns an entry's value: a line of JSON with all that is text, then the snapshot as it is."""
    logged, event = entry.event, entry.event.event
    head = [
        logged.id.hex,
        (logged.time - _EPOCH) // _MICROSECOND,
        event.type,
        event.resource,
        logged.actor,
        event.summary,
        event.snapshot_type,
        logged.trace_context,
        str(entry.previous),
    ]
    return json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + event.snapshot


def decode(organization: UUID, identifier: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    """Returns an entry as `encode` wrote it.

    Args:
        organization: Whose stream it is of.
        identifier: The entry's id.
        fields: The entry's fields.
    """
    head, _, snapshot = fields[_FIELD].partition(b"\n")
    event_id, time, kind, resource, actor, summary, snapshot_type, trace_context, previous = json.loads(head)
    event = LoggedEvent(
        position=Position.parse(identifier.decode()),
        organization=organization,
        id=UUID(hex=event_id),
        time=_EPOCH + time * _MICROSECOND,
        actor=actor,
        event=Event(kind, resource, summary, snapshot, snapshot_type),
        trace_context=trace_context,
    )
    return Entry(event, Position.parse(previous))
