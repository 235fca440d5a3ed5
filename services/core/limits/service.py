"""The services of rate limits: what an organization has of its own, and the operator's way to change it."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError
from xorb.core.v1 import rate_limit_pb2, rate_limit_pb2_grpc

from gateway.ratelimit import overrides
from services.core.limits import wire
from services.mesh import names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context


@dataclass
class RateLimitsServicer(rate_limit_pb2_grpc.RateLimitsServiceServicer):
    """Serves `xorb.core.v1.RateLimitsService`."""

    redis: Redis

    async def ListRateLimits(
        self, request: rate_limit_pb2.ListRateLimitsRequest, context: Context
    ) -> rate_limit_pb2.ListRateLimitsResponse:
        """Lists an organization's own limits."""
        with _reached():
            current = await overrides.current(self.redis, _organization(request.parent))
        limits = [wire.message(kind, limit) for kind, limit in sorted(current.items(), key=lambda entry: entry[0])]
        return rate_limit_pb2.ListRateLimitsResponse(rate_limits=limits)


@dataclass
class RateLimitOverridesServicer(rate_limit_pb2_grpc.RateLimitOverridesServiceServicer):
    """Serves `xorb.core.v1.RateLimitOverridesService`; the change is told where the organization sees it.

    Args:
        database: Where organizations are, and what is told of them.
        redis: Where limits are.
        find: Finds an organization; None where it isn't there.
    """

    database: Database
    redis: Redis
    find: Callable[[Unit, UUID], Awaitable[object | None]]

    async def PutRateLimit(
        self, request: rate_limit_pb2.PutRateLimitRequest, context: Context
    ) -> rate_limit_pb2.RateLimit:
        """Gives an organization a limit of its own."""
        wanted = request.rate_limit
        kind, limit = wire.kind(wanted.rate_class, wanted.subject), wire.limit(wanted)
        # Written down first: a limit that nobody set would be worse than an entry about one that wasn't taken.
        await self._record(request.organization, "rate_limit.changed", f"The operator set the limit {'/'.join(kind)}")
        with _reached():
            await overrides.put(self.redis, _organization(request.organization), kind, limit)
        return wire.message(kind, limit)

    async def RemoveRateLimit(
        self, request: rate_limit_pb2.RemoveRateLimitRequest, context: Context
    ) -> rate_limit_pb2.RemoveRateLimitResponse:
        """Takes an organization's own limit away."""
        kind = wire.kind(request.rate_class, request.subject)
        await self._record(request.organization, "rate_limit.removed", f"The operator took away {'/'.join(kind)}")
        with _reached():
            removed = await overrides.remove(self.redis, _organization(request.organization), kind)
        return rate_limit_pb2.RemoveRateLimitResponse(removed=removed)

    async def _record(self, organization: str, kind: str, summary: str) -> None:
        async with self.database.unit() as unit:
            if await self.find(unit, _organization(organization)) is None:
                raise not_found(organization)
            unit.record(Event(kind, organization, summary))


def _organization(name: str) -> UUID:
    (organization,) = names.parse("organizations/{organization}", name)
    return organization


@contextmanager
def _reached() -> Iterator[None]:
    """Says UNAVAILABLE where Redis is away."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise Failure(Reason.UNAVAILABLE) from error
