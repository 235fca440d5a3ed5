"""Limits of single organizations, set by the operator over gRPC and read by the organization, on a real Redis."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc.aio
import pytest
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from redis.asyncio import Redis
from xorb.core.v1 import rate_limit_pb2, rate_limit_pb2_grpc
from xorb.core.v1.rate_limit_pb2 import RATE_LIMIT_SUBJECT_ORGANIZATION, RATE_LIMIT_SUBJECT_USER, RateLimit
from xorb.options.v1.policy_pb2 import RATE_CLASS_HEAVY, RATE_CLASS_INTERNAL, RATE_CLASS_READ

from gateway.ratelimit import overrides
from gateway.ratelimit.limits import Limit
from services.core.limits.service import RateLimitOverridesServicer, RateLimitsServicer
from services.core.organizations import domain
from services.core.organizations import store as organizations
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.events import stream
from services.mesh.testing import bearer, call_of, service_token, serving
from tests.core.harness import Tenant, events, new_tenant


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def redis(database_environment: dict[str, str]) -> AsyncIterator[Redis]:
    client = stream.connect(database_environment["XORB_REDIS_URL"])
    yield client
    await client.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def channel(database: Database, redis: Redis) -> AsyncIterator[grpc.aio.Channel]:
    def register(server: grpc.aio.Server) -> None:
        operators = RateLimitOverridesServicer(database, redis, organizations.get)
        rate_limit_pb2_grpc.add_RateLimitsServiceServicer_to_server(RateLimitsServicer(redis), server)
        rate_limit_pb2_grpc.add_RateLimitOverridesServiceServicer_to_server(operators, server)

    async with serving(register, [], database) as served:
        yield served


async def founded(database: Database) -> Tenant:
    """A tenant whose organization is there."""
    tenant, account = await new_tenant(), identifiers.new()
    organization, owner = domain.found(tenant.organization, "Limited", account, datetime.now(UTC))
    async with database.unit(call_of(tenant.organization, account)) as unit:
        await organizations.add(unit, organization, owner)
    return tenant


async def operator(tenant: Tenant) -> Tenant:
    """The operator, on the inside."""
    return Tenant(tenant.organization, bearer(await service_token("operator")))


async def limits(channel: grpc.aio.Channel, tenant: Tenant) -> list[RateLimit]:
    stub: Any = rate_limit_pb2_grpc.RateLimitsServiceStub
    request = rate_limit_pb2.ListRateLimitsRequest(parent=tenant.name)
    return list((await tenant.call(stub(channel).ListRateLimits, request)).rate_limits)


def overriding(channel: grpc.aio.Channel) -> Any:
    """A client of the operator's service."""
    stub: Any = rate_limit_pb2_grpc.RateLimitOverridesServiceStub
    return stub(channel)


def half_a_second(burst: int = 3) -> RateLimit:
    interval = Duration()
    interval.FromTimedelta(timedelta(milliseconds=500))
    return RateLimit(rate_class=RATE_CLASS_READ, subject=RATE_LIMIT_SUBJECT_USER, interval=interval, burst_count=burst)


async def test_a_limit_is_set_read_and_taken_away(channel: grpc.aio.Channel, database: Database, redis: Redis) -> None:
    tenant, other, stub = await founded(database), await founded(database), overriding(channel)
    assert await limits(channel, tenant) == []
    by = await operator(tenant)
    put = rate_limit_pb2.PutRateLimitRequest(organization=tenant.name, rate_limit=half_a_second())
    assert await by.call(stub.PutRateLimit, put) == half_a_second()
    assert await limits(channel, tenant) == [half_a_second()]
    assert await limits(channel, other) == []
    assert await overrides.current(redis, tenant.organization) == {("READ", "user"): Limit(500_000, 3)}
    away = rate_limit_pb2.RemoveRateLimitRequest(
        organization=tenant.name, rate_class=RATE_CLASS_READ, subject=RATE_LIMIT_SUBJECT_USER
    )
    assert (await by.call(stub.RemoveRateLimit, away)).removed
    assert not (await by.call(stub.RemoveRateLimit, away)).removed
    assert await limits(channel, tenant) == []
    told = [(one.event.type, one.actor) for one in await events(database, tenant.organization)]
    assert told[0] == ("rate_limit.changed", "spiffe://xorb/operator")
    assert [kind for kind, _ in told[1:]] == ["rate_limit.removed"] * 2


async def test_none_at_all_and_no_limit_at_all(channel: grpc.aio.Channel, database: Database, redis: Redis) -> None:
    tenant, stub = await founded(database), overriding(channel)
    by = await operator(tenant)
    for limit, expected in ((half_a_second(0), Limit(500_000, 0)), (RateLimit(), Limit(0, 0))):
        limit.rate_class, limit.subject = RATE_CLASS_HEAVY, RATE_LIMIT_SUBJECT_ORGANIZATION
        await by.call(stub.PutRateLimit, rate_limit_pb2.PutRateLimitRequest(organization=tenant.name, rate_limit=limit))
        assert await overrides.current(redis, tenant.organization) == {("HEAVY", "organization"): expected}


async def test_an_organization_that_is_not_there_has_no_limits(
    channel: grpc.aio.Channel, database: Database, redis: Redis
) -> None:
    tenant, stub = await new_tenant(), overriding(channel)
    by = await operator(tenant)
    put = rate_limit_pb2.PutRateLimitRequest(organization=tenant.name, rate_limit=half_a_second())
    assert (await by.refused(stub.PutRateLimit, put)).reason is Reason.NOT_FOUND
    away = rate_limit_pb2.RemoveRateLimitRequest(
        organization=tenant.name, rate_class=RATE_CLASS_READ, subject=RATE_LIMIT_SUBJECT_USER
    )
    assert (await by.refused(stub.RemoveRateLimit, away)).reason is Reason.NOT_FOUND
    assert not await overrides.current(redis, tenant.organization)
    assert not await events(database, tenant.organization)


async def test_nobody_sets_their_own(channel: grpc.aio.Channel) -> None:
    tenant, stub = await new_tenant(), overriding(channel)
    put = rate_limit_pb2.PutRateLimitRequest(organization=tenant.name, rate_limit=half_a_second())
    assert (await tenant.refused(stub.PutRateLimit, put)).reason is Reason.PERMISSION_DENIED
    relay = Tenant(tenant.organization, bearer(await service_token("relay")))
    assert (await relay.refused(stub.PutRateLimit, put)).reason is Reason.PERMISSION_DENIED


@pytest.mark.parametrize("wrong", ["class", "length", "subject"])
async def test_what_can_not_be_is_refused(channel: grpc.aio.Channel, wrong: str) -> None:
    tenant, stub = await new_tenant(), overriding(channel)
    limit = half_a_second()
    match wrong:
        case "class":
            limit.rate_class = RATE_CLASS_INTERNAL
        case "length":
            limit.interval.seconds = 86_400
            limit.burst_count = 1000
        case "subject":
            limit.subject = rate_limit_pb2.RATE_LIMIT_SUBJECT_UNSPECIFIED
    put = rate_limit_pb2.PutRateLimitRequest(organization=tenant.name, rate_limit=limit)
    assert (await (await operator(tenant)).refused(stub.PutRateLimit, put)).reason is Reason.INVALID_FIELD
