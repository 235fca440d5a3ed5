"""The service as the edge calls it, with Redis and without."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import grpc
import grpc.aio
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from gateway.ratelimit import overrides
from gateway.ratelimit.limiter import Breaker, Limiter
from gateway.ratelimit.limits import Limit
from gateway.ratelimit.local import LocalBuckets
from gateway.ratelimit.protocol import METHOD, SERVICE, RateLimitRequest, RateLimitResponse, request_bytes, response_of
from gateway.ratelimit.refusals import Refusals
from gateway.ratelimit.service import RateLimitServicer
from gateway.ratelimit.shared import SharedBuckets
from services.mesh.server import Server
from stack.polling import until
from tests.gateway.ratelimit.buckets import Line, limits, request, somebody

LIMITS = limits(READ_user="1/hour:10", READ_organization="1/hour:20", SIGN_IN_address="1/hour:4", WRITE_user="off")


class Edge:
    """Asks as the edge does."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._call = channel.unary_unary(f"/{SERVICE}/{METHOD}", request_bytes, response_of)

    async def asks(self, asked: RateLimitRequest) -> RateLimitResponse:
        answer: RateLimitResponse = await self._call(asked, timeout=10)
        return answer

    async def passes(self, asked: RateLimitRequest) -> bool:
        return all((await self.asks(asked)).admitted)


@pytest_asyncio.fixture
async def edge(far_redis: Redis, tmp_path: Path) -> AsyncIterator[Edge]:
    limiter = Limiter(SharedBuckets(far_redis, LIMITS.table), LocalBuckets(LIMITS), Refusals(), Breaker())
    address = f"unix:{tmp_path}/ratelimit.sock"
    server = Server(address, (), RateLimitServicer(limiter, LIMITS).register, [SERVICE])
    await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        yield Edge(channel)
    assert server._server is not None
    await server._server.stop(0)


async def test_headers_tell_where_a_caller_stands(edge: Edge) -> None:
    who, organization = somebody(), somebody()
    response = await edge.asks(request("READ", organization=organization, user=who))
    assert response.admitted == (True, True)
    # Of the bucket that is nearest to its limit.
    assert dict(response.headers) == {"ratelimit-limit": "10", "ratelimit-remaining": "9", "ratelimit-reset": "3600"}


async def test_a_refusal_says_how_long_to_wait(edge: Edge) -> None:
    who, organization = somebody(), somebody()
    asked = request("READ", organization=organization, user=who)
    for _ in range(10):
        assert await edge.passes(asked)
    for _ in range(3):
        response = await edge.asks(asked)
        assert not all(response.admitted)
        told = dict(response.headers)
        assert told["ratelimit-remaining"] == "0"
        assert told["ratelimit-limit"] == "10"
        assert 3590 <= int(told["retry-after"]) <= 3600
        assert 35_900 <= int(told["ratelimit-reset"]) <= 36_000
    assert await edge.passes(request("READ", organization=organization, user=somebody()))


async def test_who_hammers_costs_no_round_trips(edge: Edge, cable: Line) -> None:
    asked = request("READ", user=somebody(), cost=11)
    assert not await edge.passes(asked)
    before = cable.sent
    for _ in range(50):
        assert not await edge.passes(asked)
    # Once a second it is looked at again.
    assert cable.sent - before <= 10


async def test_the_edge_is_told_what_it_need_not_ask_again(edge: Edge) -> None:
    who, organization = somebody(), somebody()
    asked = request("READ", organization=organization, user=who)
    for _ in range(10):
        assert not (await edge.asks(asked)).metadata
    first, later = (await edge.asks(asked)).metadata, (await edge.asks(asked)).metadata
    assert (first["empty"], first["limit"], first["certain"]) == ("user", "10", 1000)
    assert float(first["again"]) <= 3600_000 < float(first["full"]) <= 36_000_000
    # The second has begun with the first.
    assert float(later["certain"]) < 1000


async def test_a_bucket_that_nothing_goes_into_is_told_of_as_well(edge: Edge, far_redis: Redis) -> None:
    organization = uuid4()
    await overrides.put(far_redis, organization, ("READ", "organization"), Limit.parse("0/second"))
    told = (await edge.asks(request("READ", organization=str(organization)))).metadata
    assert (told["empty"], told["limit"], told["full"]) == ("organization", "0", 0)


async def test_without_a_limit_there_are_no_headers(edge: Edge) -> None:
    response = await edge.asks(request("WRITE", user=somebody()))
    assert response.admitted == (True,)
    assert not tuple(response.headers)
    assert (await edge.asks(RateLimitRequest("xorb", ()))).admitted == ()


async def test_what_nobody_knows_is_an_error(edge: Edge) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await edge.asks(request("NEW", user=somebody()))
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("hangs", [False, True])
async def test_without_redis_sign_in_fails_closed_and_the_rest_has_less(edge: Edge, cable: Line, hangs: bool) -> None:
    sign_in = request("SIGN_IN", remote_address=somebody())
    assert await edge.passes(sign_in)
    if hangs:
        cable.flowing.clear()
    else:
        cable.break_off()
    asked = request("READ", user=somebody())
    assert [await edge.passes(asked) for _ in range(6)] == [True] * 5 + [False]
    for _ in range(3):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await edge.asks(sign_in)
        assert error.value.code() is grpc.StatusCode.UNAVAILABLE
    cable.mend()
    cable.flowing.set()
    await until(lambda: recovered(edge, sign_in), 20)
    # What was counted without Redis isn't held against anyone, but for the second for which a refusal is remembered.
    await until(lambda: edge.passes(asked), 5)


async def recovered(edge: Edge, asked: RateLimitRequest) -> bool:
    try:
        return await edge.passes(asked)
    except grpc.aio.AioRpcError:
        return False


async def test_while_redis_hangs_one_request_a_second_waits_for_it(edge: Edge, cable: Line) -> None:
    assert await edge.passes(request("READ", user=somebody()))
    cable.flowing.clear()
    assert await edge.passes(request("READ", user=somebody()))
    loop = asyncio.get_running_loop()
    first, waits = loop.time(), []
    for _ in range(40):
        begun = loop.time()
        assert await edge.passes(request("READ", user=somebody()))
        waits.append(loop.time() - begun)
    # One that begins to wait ends the second of the one before.
    assert sum(wait > 0.4 for wait in waits) <= loop.time() - first + 2
