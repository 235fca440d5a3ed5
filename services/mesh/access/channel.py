"""Changes of access over Redis pub/sub: told after the commit, heard by every process.

Pub/sub may lose a message. It only makes the processes look at once; that they look at all is up to `cache.py`.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from services.mesh.access.model import Change
from services.mesh.events.outages import heed_cancellation

CHANNEL = "xorb:access"
_QUIET_SECONDS = 0.5
_SILENT_SECONDS = 1.5


async def publish(redis: Redis, change: Change) -> None:
    """Tells all processes of a change.

    Raises:
        RedisError: Redis is away.
    """
    await redis.publish(CHANNEL, encode(change))


async def changes(redis: Redis) -> AsyncGenerator[Change | None, None]:
    """Yields None once the channel is being heard, then each change, for as long as Redis is there.

    Raises:
        RedisError, OSError, TimeoutError: Redis is away; what is told meanwhile is lost.
    """
    async with redis.pubsub() as listening:  # type: ignore[no-untyped-call, unused-ignore]  # untyped in redis
        await listening.subscribe(CHANNEL)
        heard = asyncio.get_running_loop().time()
        while True:
            heed_cancellation()
            message: Any = await listening.get_message(timeout=_QUIET_SECONDS)
            now = asyncio.get_running_loop().time()
            if message is None:
                # A connection that hangs looks like one where nothing happens: ask, and expect an answer.
                if now - heard > _SILENT_SECONDS:
                    raise TimeoutError("Redis doesn't answer")
                await listening.ping()
                continue
            heard = now
            if message["type"] == "subscribe":
                yield None
            elif message["type"] == "message":
                yield decode(message["data"])


def encode(change: Change) -> bytes:
    """Returns a change as JSON: organization, account and session, empty where they don't matter."""
    return json.dumps([str(change.organization or ""), str(change.account or ""), change.session]).encode()


def decode(data: bytes) -> Change:
    """Returns a change as `encode` wrote it."""
    organization, account, session = json.loads(data)
    return Change(UUID(organization) if organization else None, UUID(account) if account else None, session)
