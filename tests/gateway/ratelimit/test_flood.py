"""Whoever goes on far above a limit: refused by the edge itself, alone, by their own bucket, and not for longer."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from redis.asyncio import Redis
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from gateway.ratelimit import overrides, shared
from gateway.ratelimit.limits import Limit
from services.mesh.errors import Reason
from stack.polling import until
from tests.e2e.members import Member, join, refusal, sign_up
from tests.e2e.platform import Platform
from tests.gateway.ratelimit.limited import SIGN_IN, Asked, findings, signs_in, statuses_from, used_up

GOES_ON = 60
ALL_SUBJECTS = ("user", "organization")
FORGED = (
    {"x-forwarded-for": "192.0.2.7"},
    {"x-envoy-external-address": "192.0.2.7"},
    {"x-xorb-address": "192.0.2.7"},
    {"x-real-ip": "192.0.2.7", "forwarded": "for=192.0.2.7"},
    {"x-xorb-organization": "somebody", "x-envoy-original-path": "/healthz"},
)


@asynccontextmanager
async def flooding(member: Member) -> AsyncIterator[None]:
    """The member goes on and on meanwhile, over several connections; afterwards nothing is on its way any more."""
    over = asyncio.Event()

    async def until_over() -> None:
        while not over.is_set():
            await member.respond("GET", findings(member))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(4):
            tasks.create_task(until_over())
        try:
            yield
        finally:
            # Awaited, not cancelled: a request given up by its client may be decided later, and draw on the bucket.
            over.set()


async def test_who_goes_on_is_refused_by_the_edge_itself(member: Member, limited: Platform) -> None:
    first = await used_up(member)
    asked = await Asked.from_now(limited)
    for _ in range(GOES_ON):
        response = await member.respond("GET", findings(member))
        error = refusal(response)
        assert (error.status, error.code, error.reason) == (429, 8, "RATE_LIMITED")
        wait = response.headers["retry-after"]
        assert 3000 < int(wait) <= int(first.headers["retry-after"])
        assert error.details[1]["retryDelay"] == f"{wait}s"
        assert (response.headers["ratelimit-limit"], response.headers["ratelimit-remaining"]) == ("6", "0")
        assert 5 * 3600 < int(response.headers["ratelimit-reset"]) <= 6 * 3600
        assert response.headers["content-type"] == "application/json"
        assert set(response.headers) == set(first.headers)
    assert await asked.seldom()


async def test_so_it_is_over_grpc(member: Member, limited: Platform) -> None:
    await used_up(member)
    stub = finding_pb2_grpc.FindingsServiceStub(limited.channel)
    asked = await Asked.from_now(limited)
    for _ in range(GOES_ON):
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await stub.ListFindings(
                finding_pb2.ListFindingsRequest(parent=member.organization), metadata=member.metadata
            )
        assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert raised.value.details() == Reason.RATE_LIMITED.message
        info, status = error_details_pb2.ErrorInfo(), rpc_status.from_call(raised.value)
        assert status is not None
        assert status.details[0].Unpack(info)
        assert info.reason == "RATE_LIMITED"
        told = dict(raised.value.initial_metadata()) | dict(raised.value.trailing_metadata())
        assert 3000 < int(told["retry-after"]) <= 3600
        assert (told["ratelimit-limit"], told["ratelimit-remaining"]) == ("6", "0")
    assert await asked.seldom()


async def test_a_flood_of_sign_ins_stays_at_the_edge(limited: Platform, member: Member, buckets: Redis) -> None:
    full = int((time.time() + 20 * 3600) * 1_000_000)
    await buckets.set(shared.bucket_key("SIGN_IN:address:127.0.0.1"), full, px=3600_000)
    assert (await limited.rest("POST", "/v1/sessions:sign-in", SIGN_IN)).status == 429
    asked = await Asked.from_now(limited)
    for number in range(GOES_ON):
        response = await limited.rest("POST", "/v1/sessions:sign-in", {**SIGN_IN, "email": f"{number}@example.com"})
        assert refusal(response).reason == "RATE_LIMITED"
    # No header is believed to say where a request comes from.
    assert set(await statuses_from(limited, "127.0.0.1", FORGED, "POST /v1/sessions:sign-in")) == {429}
    assert await asked.seldom()
    # Elsewhere nobody is refused for it; without a body it is no sign-in, but it is answered.
    assert await statuses_from(limited, "127.0.0.9", [{}, *FORGED], "POST /v1/sessions:sign-in") == [400] * 6
    await buckets.delete(shared.bucket_key("SIGN_IN:address:127.0.0.1"))
    await until(lambda: signs_in(limited), 10)


async def test_nobody_else_is_refused_meanwhile(member: Member, limited: Platform, buckets: Redis) -> None:
    await buckets.delete(shared.bucket_key("SIGN_IN:address:127.0.0.1"))
    await until(lambda: signs_in(limited), 10)
    other = await join(limited)
    await used_up(member)
    async with flooding(member):
        # All that their own limit allows, and not one less.
        assert (await used_up(other)).status == 429


async def test_nobody_gets_round_their_own_bucket(limited: Platform, member: Member) -> None:
    _, credentials = await sign_up(limited)
    nobody = Member(limited, "", "")
    session = await nobody.post("sessions:sign-in", credentials)
    await Member(limited, "", session["accessToken"]).post("organizations", {"displayName": "Many tokens"})
    sessions = [await nobody.post("sessions:refresh", {"refreshToken": session["refreshToken"]})]
    again = {**credentials, "organization": sessions[0]["organization"]}
    sessions += [await nobody.post("sessions:sign-in", again) for _ in range(3)]
    first, *others = [Member(limited, one["organization"], one["accessToken"]) for one in sessions]
    assert (await used_up(first)).status == 429
    assert len({one.token for one in (first, *others)}) == 4
    for one in others:
        bearer = {"authorization": f"Bearer {one.token}"}
        assert (await one.respond("GET", findings(one))).status == 429
        forged = [bearer | more for more in FORGED]
        for address in ("127.0.0.1", "127.0.0.8"):
            assert set(await statuses_from(limited, address, forged, f"GET /v1/{findings(one)}")) == {429}


async def test_nobody_draws_on_anothers_bucket(limited: Platform, member: Member, buckets: Redis) -> None:
    await buckets.delete(shared.bucket_key("SIGN_IN:address:127.0.0.1"))
    await until(lambda: signs_in(limited), 10)
    victim = await join(limited)
    claims = {"x-xorb-organization": victim.organization, "x-forwarded-client-cert": "URI=spiffe://xorb/core"}
    heads = [{"authorization": f"Bearer {member.token}"} | claims] * 20
    statuses = await statuses_from(limited, "127.0.0.1", heads, f"GET /v1/{findings(victim)}")
    assert statuses == [404] * 6 + [429] * 14
    assert (await used_up(victim)).status == 429


async def test_an_override_acts_on_a_flood_within_a_second_and_in_full(member: Member, buckets: Redis) -> None:
    await used_up(member)
    loop = asyncio.get_running_loop()

    async def is_full() -> bool:
        if loop.time() - begun < 1.5:
            # Another worker of the edge may remember a refusal still.
            return False
        response = await member.respond("GET", findings(member))
        return response.status == 200 and int(response.headers["ratelimit-remaining"]) >= 38

    async def admitted() -> bool:
        return (await member.respond("GET", findings(member))).status == 200

    async with flooding(member):
        # So much that the flood doesn't use it up.
        for subject in ALL_SUBJECTS:
            await overrides.put(buckets, member.identifier, ("READ", subject), Limit.parse("10000/second:10000"))
        begun = loop.time()
        await until(admitted, 10)
        took = loop.time() - begun
    # The second, and a busy machine's way there and back.
    assert took < 2
    for subject in ALL_SUBJECTS:
        await overrides.put(buckets, member.identifier, ("READ", subject), Limit.parse("40/minute:40"))
    await until(is_full, 10)
    statuses = [(await member.respond("GET", findings(member))).status for _ in range(38)]
    assert statuses == [200] * 38
    for subject in ALL_SUBJECTS:
        await overrides.put(buckets, member.identifier, ("READ", subject), Limit.parse("0/second"))
    assert not await admitted()
