"""The process that brings events from the log to Redis."""

import asyncio

from services.mesh import tasks
from services.mesh.events import stream
from services.mesh.events.relay import Relay
from services.mesh.settings import Settings
from services.roles import process

ROLE = "relay"


async def run(settings: Settings) -> None:
    """Relays until the process is asked to stop."""
    redis = stream.connect(settings.redis_url)
    relaying = asyncio.create_task(Relay(settings.postgres_dsn, redis).run())
    try:
        await process.serve(ROLE, settings)
    finally:
        await tasks.end(relaying)
        await redis.aclose()
