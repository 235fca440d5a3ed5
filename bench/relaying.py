"""What `bench.relay` measures, each as a process: the platform's relay, and the naive one it is compared with."""

import asyncio
import json
import sys
from collections.abc import Mapping

import uvloop
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.relay import Relay

_PAGE = 500
_POLL_SECONDS = 0.001
_READ = text("SELECT * FROM event_log WHERE sequence > :last ORDER BY sequence LIMIT :page")


async def ours(settings: Mapping[str, str]) -> None:
    """Relays as the platform does, from where the cursor of its name is."""
    await Relay(settings["dsn"], stream.connect(settings["redis"]), name=settings["name"]).run()


async def naive(settings: Mapping[str, str]) -> None:
    """Relays as outboxes often do: it polls for greater numbers, below no horizon, and loses late commits."""
    redis = stream.connect(settings["redis"])
    async with Database.connect(settings["dsn"]).engine.connect() as connection:
        last = int(settings["after"])
        while True:
            before, last = last, await _publish(connection, redis, last)
            if last == before:
                await asyncio.sleep(_POLL_SECONDS)


async def _publish(connection: AsyncConnection, redis: Redis, last: int) -> int:
    rows = (await connection.execute(_READ, {"last": last, "page": _PAGE})).all()
    if not rows:
        return last
    pipeline = redis.pipeline(transaction=False)
    for row in rows:
        head = [str(row.id), row.occurred_at.isoformat(), row.type, row.resource, row.actor, row.summary]
        value = json.dumps([*head, row.snapshot_type, row.trace_context]).encode() + b"\n" + row.snapshot
        pipeline.xadd(stream.key(row.organization_id), {"e": value}, maxlen=stream.WINDOW)
    await pipeline.execute()
    return int(rows[-1].sequence)


if __name__ == "__main__":
    uvloop.run({"ours": ours, "naive": naive}[sys.argv[1]](json.loads(sys.stdin.readline())))
