"""The process that brings events from the log to Redis, and removes what nobody needs any more."""

import asyncio

from gateway.ratelimit.shared import overrides_key
from services.mesh import tasks
from services.mesh.events import stream
from services.mesh.events.relay import Relay
from services.mesh.settings import Settings
from services.mesh.sweeping.sweeper import Sweeper
from services.roles import process

ROLE = "relay"


async def run(settings: Settings) -> None:
    """Relays and sweeps until the process is asked to stop."""
    redis = stream.connect(settings.redis_url)
    relaying = asyncio.create_task(Relay(settings.postgres_dsn, redis).run())
    sweeper = Sweeper(settings.postgres_dsn, redis, (stream.key, lambda organization: overrides_key(str(organization))))
    sweeping = asyncio.create_task(sweeper.run())
    try:
        await process.serve(ROLE, settings)
    finally:
        await tasks.end(relaying, sweeping)
        await redis.aclose()
