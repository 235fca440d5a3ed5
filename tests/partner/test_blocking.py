"""Over grpcio, against a real server: token, time-out, metadata, errors and abandoned streams."""

import uuid
from itertools import count
from pathlib import Path
from typing import Any

import grpc
import pytest
from xorb_client.xorb.core.v1 import GetTargetRequest, ScansServiceStub, TargetsServiceStub, WatchScanRequest

from partner import CallOptions, blocking
from tests.contracts.partner_calls import call_all_blocking, reachable
from tests.partner.server import Server

_NO_LIMIT = 10**9
_OPTIONS = CallOptions(token="one", timeout=5, metadata=(("x-program", "test"),))


def test_every_rpc_can_be_called(server: Server) -> None:
    outcomes = list(call_all_blocking(server.address, _OPTIONS, str(uuid.uuid4())))
    assert [outcome.failure for outcome in outcomes] == [None] * len(reachable())
    assert len(outcomes) > 30


def test_a_call_carries_token_time_out_and_metadata(server: Server) -> None:
    with blocking.connect(server.address, _OPTIONS, plaintext=True) as channel:
        TargetsServiceStub(channel).get_target(GetTargetRequest(name="x"))
    assert server.metadata["authorization"] == "Bearer one"
    assert server.metadata["x-program"] == "test"
    # gRPC rounds deadlines up on the wire.
    assert 0 < server.seconds_left < 6


def test_a_token_function_is_asked_before_each_call(server: Server) -> None:
    numbers = count()
    options = CallOptions(token=lambda: f"token-{next(numbers)}")
    with blocking.connect(server.address, options, plaintext=True) as channel:
        for number in range(3):
            TargetsServiceStub(channel).get_target(GetTargetRequest(name="x"))
            assert server.metadata["authorization"] == f"Bearer token-{number}"


def test_without_a_token_no_header_is_sent(server: Server) -> None:
    with blocking.connect(server.address, CallOptions(), plaintext=True) as channel:
        TargetsServiceStub(channel).get_target(GetTargetRequest(name="x"))
    assert "authorization" not in server.metadata


def test_a_failure_says_reason_and_fields(server: Server, bad_field: tuple[Any, Any]) -> None:
    server.fail(grpc.StatusCode.INVALID_ARGUMENT, *bad_field)
    with blocking.connect(server.address, _OPTIONS, plaintext=True) as channel, pytest.raises(grpc.RpcError) as caught:
        TargetsServiceStub(channel).get_target(GetTargetRequest(name="x"))
    failure = blocking.failure_of(caught.value)
    assert (failure.code, failure.reason, failure.message) == (3, "INVALID_FIELD", "as planned")
    assert failure.violations == {"page_size": "too large"}
    assert failure.metadata == {"rule": "int32.lte"}


def test_a_server_that_is_not_there_is_a_failure_without_reason(tmp_path: Path) -> None:
    address = f"unix:{tmp_path / 'nobody.sock'}"
    with blocking.connect(address, _OPTIONS, plaintext=True) as channel, pytest.raises(grpc.RpcError) as caught:
        TargetsServiceStub(channel).get_target(GetTargetRequest(name="x"))
    failure = blocking.failure_of(caught.value)
    assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE.value[0], "")


def test_a_stream_has_no_time_out_and_ends_when_nobody_reads_on(server: Server) -> None:
    server.endless = True
    with blocking.connect(server.address, _OPTIONS, plaintext=True) as channel:
        with blocking.reading(ScansServiceStub(channel).watch_scan(WatchScanRequest(parent="x"))) as records:
            next(records)
            next(records)
            assert server.seconds_left > _NO_LIMIT
            assert not server.ended.is_set()
        assert server.ended.wait(5)


def test_the_token_is_not_in_what_a_program_prints() -> None:
    assert "one" not in repr(_OPTIONS)
    assert _OPTIONS.with_token("two").headers()[-1] == ("authorization", "Bearer two")
