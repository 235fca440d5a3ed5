"""How long a call may take, whatever its caller asks for."""

import asyncio
from typing import Any

import grpc
import grpc.aio
import pytest
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.mesh import identifiers
from services.mesh.interceptors import deadline
from services.mesh.testing import bearer, serving, token_for


class Endless(finding_pb2_grpc.FindingsServiceServicer):
    """Never answers."""

    async def GetFinding(self, request: finding_pb2.GetFindingRequest, context: Any) -> finding_pb2.Finding:
        await asyncio.Event().wait()
        return finding_pb2.Finding()


async def test_a_caller_can_not_hold_a_call_open_for_as_long_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "LONGEST_SECONDS", 0.2)
    organization = identifiers.new()

    def register(server: grpc.aio.Server) -> None:
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(Endless(), server)

    request = finding_pb2.GetFindingRequest(name=f"organizations/{organization}/findings/{identifiers.new()}")
    async with serving(register, ["xorb.core.v1.FindingsService"], None) as channel:
        stub = finding_pb2_grpc.FindingsServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async with asyncio.timeout(20):
                await stub.GetFinding(request, metadata=bearer(await token_for(None, organization)), timeout=3600)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
