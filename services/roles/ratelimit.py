"""The process that the edge asks how often each may call; it has no database and no keys."""

import os

from gateway.ratelimit import limits as limits_of
from gateway.ratelimit import protocol, shared
from gateway.ratelimit.limiter import Breaker, Limiter
from gateway.ratelimit.local import LocalBuckets
from gateway.ratelimit.refusals import Refusals
from gateway.ratelimit.service import RateLimitServicer
from services.mesh import telemetry
from services.mesh.collector import Collector
from services.mesh.server import Server, stop_signal
from services.mesh.settings import Settings
from services.roles import process

ROLE = "ratelimit"


async def run(settings: Settings) -> None:
    """Decides until the process is asked to stop.

    Raises:
        LimitError: A setting `XORB_RATE_LIMIT_*` isn't valid.
    """
    limits = limits_of.read(os.environ)
    redis = shared.connect(settings.redis_url, limits.redis_seconds)
    limiter = Limiter(shared.SharedBuckets(redis, limits.table), LocalBuckets(limits), Refusals(), Breaker())
    servicer = RateLimitServicer(limiter, limits, process.peers(settings))
    # The edge has no token of ours: there are no layers.
    server = Server(settings.listening(ROLE), (), servicer.register, [protocol.SERVICE], settings.drain)
    try:
        async with telemetry.metrics_page(settings.metrics_socket(ROLE)):
            await server.start()
            Collector().start()
            await stop_signal()
            await server.stop()
    finally:
        await redis.aclose()
