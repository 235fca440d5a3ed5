"""The process that brings events to Redis and to whom they are told, and removes what nobody needs any more."""

import asyncio

from gateway.ratelimit.shared import overrides_key
from services.core.notifications import waking
from services.mesh import tasks, temporal
from services.mesh.events import stream
from services.mesh.events.follower import Follower
from services.mesh.events.relay import Relay
from services.mesh.settings import Settings
from services.mesh.sweeping.sweeper import Sweeper
from services.roles import process

ROLE = "relay"


async def run(settings: Settings) -> None:
    """Relays and sweeps until the process is asked to stop."""
    redis = stream.connect(settings.redis_url)
    relaying = asyncio.create_task(Relay(settings.postgres_dsn, redis).run())
    wakes = waking.Waking(await temporal.connect(settings))
    told = Follower(settings.postgres_dsn, waking.NAME, wakes.organizations, waking.LOST)
    telling = asyncio.create_task(told.run())
    sweeper = Sweeper(settings.postgres_dsn, redis, (stream.key, lambda organization: overrides_key(str(organization))))
    sweeping = asyncio.create_task(sweeper.run())
    try:
        await process.serve(ROLE, settings)
    finally:
        await tasks.end(relaying, telling, sweeping)
        await redis.aclose()
