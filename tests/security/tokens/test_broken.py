"""Broken tokens: refused by each service alone, and by Envoy before they reach one."""

from collections.abc import AsyncIterator

import grpc
import grpc.aio
import pytest
from xorb.core.v1 import organization_pb2, organization_pb2_grpc
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from services.mesh.vault import Transit
from tests.e2e.accounts import signed_in
from tests.e2e.platform import Platform, connected
from tests.security.tokens.broken import BROKEN, Broken, Forge


@pytest.fixture(scope="module")
async def platform(platform_environment: dict[str, str]) -> AsyncIterator[Platform]:
    async with connected(platform_environment) as platform:
        yield platform


@pytest.fixture(scope="module")
async def forge(platform: Platform) -> Forge:
    transit = Transit.connect(platform.environment["XORB_VAULT_ADDRESS"], platform.environment["XORB_VAULT_TOKEN"])
    return Forge(transit, (await transit.public_keys())[0].version)


async def _core(platform: Platform, token: str) -> grpc.StatusCode:
    async with platform.direct("core") as channel:
        stub = organization_pb2_grpc.OrganizationsServiceStub(channel)
        return await _code(stub.ListOrganizations(organization_pb2.ListOrganizationsRequest(), metadata=_bearer(token)))


async def _security(platform: Platform, token: str) -> grpc.StatusCode:
    async with platform.direct("security") as channel:
        stub = identity_pb2_grpc.IdentityServiceStub(channel)
        return await _code(stub.SignOut(identity_pb2.SignOutRequest(), metadata=_bearer(token)))


async def _code(call: grpc.aio.UnaryUnaryCall[object, object]) -> grpc.StatusCode:
    return await call.code()


def _bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
async def test_each_service_refuses_it_alone(platform: Platform, forge: Forge, broken: Broken) -> None:
    token = await broken.make(forge)
    assert await _core(platform, token) is grpc.StatusCode.UNAUTHENTICATED
    assert await _security(platform, token) is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("broken", BROKEN, ids=str)
async def test_the_edge_refuses_it(platform: Platform, forge: Forge, broken: Broken) -> None:
    token = await broken.make(forge)
    response = await platform.rest("GET", "/v1/organizations", token=token)
    assert response.status == 401
    by_service = "Sign in first: there is no valid access token." in response.body.decode()
    assert by_service != broken.edge


async def test_the_right_one_passes(platform: Platform, forge: Forge) -> None:
    somebody = await signed_in(platform.environment)
    token = await forge.token(claims=forge.claims(sub=f"accounts/{somebody.account}", sid=str(somebody.session)))
    response = await platform.rest("GET", "/v1/organizations", token=token)
    assert response.status == 200
    assert await _core(platform, token) is grpc.StatusCode.OK


async def test_the_right_one_of_a_session_that_never_was_is_refused(platform: Platform, forge: Forge) -> None:
    assert await _core(platform, await forge.token()) is grpc.StatusCode.UNAUTHENTICATED
    assert await _security(platform, await forge.token()) is grpc.StatusCode.UNAUTHENTICATED
