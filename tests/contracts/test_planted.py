"""An exception in a handler, with a secret in its text: no RPC tells any of it, whatever the way to it."""

import re
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc.aio
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from services.mesh.testing import service_token, token_for
from stack import http
from tests.contracts.answers import over_grpc, over_rest
from tests.contracts.catalogue import Entry, entries, request_for
from tests.contracts.planted import SECRET, Fault, Planted, broken_platform
from tests.contracts.rest import rest_call
from tests.e2e.platform import Platform

INTERNAL = 13
PLANTED = [entry for entry in entries() if entry.method.name != "GetJsonWebKeySet"]
OVER_REST = [entry for entry in PLANTED if entry.method.bindings]
STREAMS = [entry for entry in PLANTED if entry.method.streams]
ORGANIZATION = uuid.uuid4()
_FAULT = Fault()
_QUOTE = re.compile(r"error id ([0-9a-f-]{36})")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def broken() -> AsyncIterator[Platform]:
    async with broken_platform(_FAULT) as platform:
        yield platform


@pytest.fixture(autouse=True)
def log() -> Iterator[list[Any]]:
    """What is logged, which is the only place where the exception is."""
    with capture_logs() as entries:
        yield entries


async def _token(entry: Entry) -> str:
    if entry.method.internal and entry.method.policy:
        return await service_token(entry.method.policy.spiffe_ids[0].rpartition("/")[2])
    return await token_for(organization=ORGANIZATION)


def _request(entry: Entry) -> Any:
    return request_for(entry, str(ORGANIZATION))


@pytest.mark.parametrize("entry", PLANTED, ids=str)
async def test_over_grpc(broken: Platform, entry: Entry, log: list[Any]) -> None:
    _FAULT.after = 0
    async with broken.direct("security") as channel:
        answer = await over_grpc(channel, entry, _request(entry), await _token(entry))
    assert (answer.code, answer.reason) == (INTERNAL, "INTERNAL")
    quoted = _QUOTE.search(answer.message)
    assert quoted
    assert [(entry["error_id"], type(entry["exc_info"])) for entry in log] == [(quoted[1], Planted)]
    assert SECRET not in repr(answer)
    assert "Planted" not in repr(answer)


@pytest.mark.parametrize("entry", OVER_REST, ids=str)
async def test_over_rest(broken: Platform, entry: Entry) -> None:
    _FAULT.after = 0
    answer = await over_rest(broken, entry, _request(entry), await _token(entry))
    assert (answer.http, answer.code, answer.reason) == (500, INTERNAL, "INTERNAL")
    assert SECRET not in repr(answer)
    assert "Planted" not in repr(answer)


@pytest.mark.parametrize("entry", STREAMS, ids=str)
async def test_a_stream_over_grpc_half_way(broken: Platform, entry: Entry) -> None:
    _FAULT.after = 2
    metadata = [("authorization", f"Bearer {await _token(entry)}")]
    stream: Any = broken.channel.unary_stream(
        entry.method.grpc_path, entry.request.SerializeToString, entry.response.FromString
    )
    call = stream(_request(entry), metadata=metadata, timeout=30)
    assert [await call.read() for _ in range(2)] == [entry.response()] * 2
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    seen = f"{caught.value.details()} {caught.value.trailing_metadata()} {caught.value.debug_error_string()}"
    assert SECRET not in seen


@pytest.mark.parametrize("entry", STREAMS, ids=str)
async def test_a_stream_over_rest_half_way_says_that_it_failed(broken: Platform, entry: Entry) -> None:
    _FAULT.after = 2
    call = rest_call(entry.method, _request(entry))
    response: http.Response = await broken.rest(call.verb, call.path, token=await _token(entry))
    records = response.body.strip().split(b"\n\n")
    assert len(records) == 3
    assert b'"reason":"INTERNAL"' in records[-1]
    assert SECRET.encode() not in response.body
