"""Limits as callers meet them: the whole platform behind its edge, with limits that a test can reach."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from redis.asyncio import Redis
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from gateway.ratelimit import overrides, shared
from gateway.ratelimit.limits import Limit
from services.mesh.errors import Reason
from stack.polling import until
from tests.e2e.members import Member, join, refusal
from tests.e2e.platform import Platform
from tests.gateway.ratelimit.limited import SIGN_IN, findings, signs_in, used_up


async def test_rest_is_refused_with_json_and_headers(member: Member) -> None:
    response = await used_up(member)
    error = refusal(response)
    assert (error.status, error.code, error.reason) == (429, 8, "RATE_LIMITED")
    assert error.message == Reason.RATE_LIMITED.message
    wait = response.headers["retry-after"]
    assert 3000 < int(wait) <= 3600
    assert error.details[1] == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{wait}s"}
    assert response.headers["ratelimit-remaining"] == "0"
    assert not {"x-envoy-ratelimited", "server", "grpc-status", "grpc-status-details-bin"} & set(response.headers)
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_grpc_is_refused_with_details(member: Member, limited: Platform) -> None:
    stub = finding_pb2_grpc.FindingsServiceStub(limited.channel)
    request = finding_pb2.ListFindingsRequest(parent=member.organization)
    call = stub.ListFindings(request, metadata=member.metadata)
    await call
    assert dict(await call.initial_metadata())["ratelimit-remaining"] == "5"
    await used_up_by_grpc(stub, request, member)
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await stub.ListFindings(request, metadata=member.metadata)
    status = rpc_status.from_call(raised.value)
    assert status is not None
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (info.reason, info.domain) == ("RATE_LIMITED", "xorb")
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert raised.value.details() == Reason.RATE_LIMITED.message
    told = dict(raised.value.initial_metadata()) | dict(raised.value.trailing_metadata())
    assert 3000 < int(told["retry-after"]) <= 3600


async def used_up_by_grpc(
    stub: finding_pb2_grpc.FindingsServiceStub, request: finding_pb2.ListFindingsRequest, member: Member
) -> None:
    for _ in range(5):
        await stub.ListFindings(request, metadata=member.metadata)


async def test_one_who_is_refused_refuses_nobody_else(member: Member, limited: Platform, buckets: Redis) -> None:
    assert (await used_up(member)).status == 429
    await buckets.delete(shared.bucket_key("SIGN_IN:address:127.0.0.1"))
    other = await join(limited)
    assert (await other.respond("GET", findings(other))).status == 200
    # What is of another class has its own limit.
    assert (await member.respond("POST", f"{member.organization}/targets", {"host": "127.0.0.1"})).status == 200


async def test_an_override_is_seen_at_the_edge(member: Member, buckets: Redis) -> None:
    organization = UUID(member.organization.removeprefix("organizations/"))
    await overrides.put(buckets, organization, ("READ", "user"), Limit.parse("0/second"))
    assert (await member.respond("GET", findings(member))).status == 429
    await overrides.put(buckets, organization, ("READ", "user"), Limit.parse("20/second:50"))

    async def admitted() -> bool:
        response = await member.respond("GET", findings(member))
        return response.status == 200 and response.headers["ratelimit-limit"] in {"50", "9"}

    await until(admitted, 5)


async def test_sign_in_is_limited_by_address(limited: Platform, member: Member, buckets: Redis) -> None:
    await buckets.delete(shared.bucket_key("SIGN_IN:address:127.0.0.1"))
    statuses = [(await limited.rest("POST", "/v1/sessions:sign-in", SIGN_IN)).status for _ in range(23)]
    assert statuses == [401] * 20 + [429] * 3


async def test_sockets_are_limited_by_address(limited: Platform, member: Member) -> None:
    path = f"ws://{limited.address}/v1/{findings(member)}:watch"
    for _ in range(3):
        async with connect(path, additional_headers={"authorization": f"Bearer {member.token}"}):
            pass
    with pytest.raises(InvalidStatus) as refused:
        await connect(path)
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["content-type"] == "application/json"
    assert int(refused.value.response.headers["retry-after"]) > 3000


@contextmanager
def stopped(platform: Platform, name: str) -> Iterator[None]:
    """The component's process doesn't get to run."""
    pid = platform.process(name).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_without_redis_reads_go_on_and_sign_in_does_not(limited: Platform, member: Member) -> None:
    with stopped(limited, "valkey"):
        statuses = [(await member.respond("GET", findings(member))).status for _ in range(5)]
        refused = refusal(await limited.rest("POST", "/v1/sessions:sign-in", SIGN_IN))
    # Half of six, in this process alone.
    assert statuses == [200] * 3 + [429] * 2
    assert (refused.status, refused.code, refused.reason) == (503, 14, "UNAVAILABLE")
    await until(lambda: signs_in(limited), 20)


async def test_with_redis_killed_nothing_else_stops(limited: Platform, member: Member) -> None:
    before = limited.kill("valkey")
    assert (await member.respond("GET", findings(member))).status == 200
    await limited.restarted(before)
    await until(lambda: signs_in(limited), 20)


async def test_without_the_service_reads_go_on_and_sign_in_does_not(limited: Platform, member: Member) -> None:
    with stopped(limited, "ratelimit"):
        response = await member.respond("GET", findings(member))
        refused = refusal(await limited.rest("POST", "/v1/sessions:sign-in", SIGN_IN))
    assert response.status == 200
    assert "ratelimit-limit" not in response.headers
    assert (refused.status, refused.code) == (503, 14)
    before = limited.kill("ratelimit")
    assert (await member.respond("GET", findings(member))).status == 200
    await limited.restarted(before)
    await until(lambda: signs_in(limited), 20)
