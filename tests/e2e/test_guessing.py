"""Guessing a password at the edge: soon one has to wait, and is told for how long, over REST and gRPC."""

import grpc
import grpc.aio
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from stack import http
from tests.e2e.members import Json, refusal, sign_up
from tests.e2e.platform import Platform

_FREE = 10
# The first pause is a second, and each is twice the one before; on a busy machine a guess takes longer than some.
_MOST = _FREE + 10


async def guess(platform: Platform, wrong: Json) -> list[http.Response]:
    """The answers to guesses, until one has to wait."""
    answers: list[http.Response] = []
    while len(answers) < _MOST and (not answers or answers[-1].status == 401):
        answers.append(await platform.rest("POST", "/v1/sessions:sign-in", wrong))
    return answers


async def test_who_guesses_has_to_wait(platform: Platform) -> None:
    _, credentials = await sign_up(platform)
    *wrong, last = await guess(platform, {**credentials, "password": "not the password"})
    refused = refusal(last)
    assert len(wrong) >= _FREE
    assert (refused.status, refused.code, refused.reason) == (429, 8, "RATE_LIMITED")
    assert int(last.headers["retry-after"]) >= 1
    assert any("retryDelay" in detail for detail in refused.details)
    _, others = await sign_up(platform)
    assert (await platform.rest("POST", "/v1/sessions:sign-in", others)).status == 200


async def test_over_grpc_it_is_resource_exhausted(platform: Platform) -> None:
    _, credentials = await sign_up(platform)
    request = identity_pb2.SignInRequest(email=credentials["email"], password="not the password")
    stub = identity_pb2_grpc.IdentityServiceStub(platform.channel)
    codes: list[grpc.StatusCode] = []
    while len(codes) < _MOST and grpc.StatusCode.RESOURCE_EXHAUSTED not in codes:
        try:
            await stub.SignIn(request)
        except grpc.aio.AioRpcError as error:
            codes.append(error.code())
    assert set(codes[:-1]) == {grpc.StatusCode.UNAUTHENTICATED}
    assert codes[-1] is grpc.StatusCode.RESOURCE_EXHAUSTED
