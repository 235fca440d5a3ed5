"""Over grpclib, against a real server: token, time-out, metadata, errors and abandoned streams."""

import asyncio
import uuid
from typing import Any

import grpc
import pytest
from grpclib.exceptions import GRPCError
from xorb_client.xorb.core.v1 import GetTargetRequest, ScansServiceAsyncStub, TargetsServiceAsyncStub, WatchScanRequest

from partner import CallOptions, asynchronous
from tests.contracts.partner_calls import call_all_asynchronous, reachable
from tests.partner.server import Server

_NO_LIMIT = 10**9
_OPTIONS = CallOptions(token="one", timeout=5, metadata=(("x-program", "test"),))


async def test_every_rpc_can_be_called(server: Server) -> None:
    outcomes = await call_all_asynchronous(server.address, _OPTIONS, str(uuid.uuid4()))
    assert [outcome.failure for outcome in outcomes] == [None] * len(reachable())


async def test_a_call_carries_token_time_out_and_metadata(server: Server) -> None:
    async with asynchronous.connect(server.address, _OPTIONS, plaintext=True) as channel:
        await TargetsServiceAsyncStub(channel).get_target(GetTargetRequest(name="x"), metadata={"x-call": "own"})
    assert server.metadata["authorization"] == "Bearer one"
    assert (server.metadata["x-program"], server.metadata["x-call"]) == ("test", "own")
    # gRPC rounds deadlines up on the wire.
    assert 0 < server.seconds_left < 6


async def test_a_time_out_of_the_call_goes_first(server: Server) -> None:
    async with asynchronous.connect(server.address, _OPTIONS, plaintext=True) as channel:
        await TargetsServiceAsyncStub(channel).get_target(GetTargetRequest(name="x"), timeout=100)
    assert server.seconds_left > 50


async def test_a_failure_says_reason_and_fields(server: Server, bad_field: tuple[Any, Any]) -> None:
    server.fail(grpc.StatusCode.INVALID_ARGUMENT, *bad_field)
    async with asynchronous.connect(server.address, _OPTIONS, plaintext=True) as channel:
        with pytest.raises(GRPCError) as caught:
            await TargetsServiceAsyncStub(channel).get_target(GetTargetRequest(name="x"))
    failure = asynchronous.failure_of(caught.value)
    assert (failure.code, failure.reason, failure.message) == (3, "INVALID_FIELD", "as planned")
    assert failure.violations == {"page_size": "too large"}


async def test_a_stream_has_no_time_out_and_ends_when_nobody_reads_on(server: Server) -> None:
    server.endless = True
    async with asynchronous.connect(server.address, _OPTIONS, plaintext=True) as channel:
        stream = ScansServiceAsyncStub(channel).watch_scan(WatchScanRequest(parent="x"))
        async with asynchronous.reading(stream) as records:
            await anext(records)
            assert server.seconds_left > _NO_LIMIT
        assert await asyncio.to_thread(server.ended.wait, 5)
