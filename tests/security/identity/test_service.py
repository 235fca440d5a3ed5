"""Signing up, in and out, on real PostgreSQL and real Vault keys."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import grpc.aio
import jwt
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from sqlalchemy import update
from xorb.core.v1 import organization_pb2, organization_pb2_grpc
from xorb.security.v1 import identity_pb2, identity_pb2_grpc, session_pb2, session_pb2_grpc

from services.core.organizations.service import MembershipsServicer, OrganizationsServicer
from services.mesh.access.cache import CachedAccess
from services.mesh.calls import NO_ORGANIZATION
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.interceptors.chain import chain
from services.mesh.pages import Pager
from services.mesh.server import Server
from services.mesh.testing import bearer, call_of
from services.mesh.tokens import Issuer, ServiceIdentity, Verifier
from services.mesh.vault import Transit
from services.security.identity import domain, store
from services.security.identity.memberships import Memberships
from services.security.identity.service import IdentityServicer
from services.security.identity.sessions import SessionsServicer
from services.security.identity.signing_in import Sessions


class Platform:
    """Both planes on one channel, as far as signing in needs them."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.identity = identity_pb2_grpc.IdentityServiceStub(channel)
        self.sessions = session_pb2_grpc.SessionsServiceStub(channel)
        self.organizations = organization_pb2_grpc.OrganizationsServiceStub(channel)

    async def sign_up(self) -> tuple[str, str]:
        email, password = f"{secrets.token_hex(8)}@example.com", secrets.token_urlsafe()
        await self.identity.SignUp(identity_pb2.SignUpRequest(email=email.upper(), password=password))
        return email, password

    async def sign_in(self, email: str, password: str, **rest: str) -> identity_pb2.SessionTokens:
        request = identity_pb2.SignInRequest(email=email, password=password, **rest)
        tokens: identity_pb2.SessionTokens = await self.identity.SignIn(request)
        return tokens

    async def refresh(self, token: str, **rest: str) -> identity_pb2.SessionTokens:
        request = identity_pb2.RefreshSessionRequest(refresh_token=token, **rest)
        tokens: identity_pb2.SessionTokens = await self.identity.RefreshSession(request)
        return tokens

    async def found(self, token: str, name: str) -> str:
        request = organization_pb2.CreateOrganizationRequest(
            organization=organization_pb2.Organization(display_name=name)
        )
        created = await self.organizations.CreateOrganization(request, metadata=bearer(token))
        return str(created.name)


@pytest.fixture(scope="module")
async def platform(database_environment: dict[str, str], tmp_path_factory: Any) -> AsyncIterator[Platform]:
    database = Database.connect(database_environment["XORB_POSTGRES_DSN"])
    transit = Transit.connect(database_environment["XORB_VAULT_ADDRESS"], database_environment["XORB_VAULT_TOKEN"])
    address = f"unix:{tmp_path_factory.mktemp('identity') / 's'}"
    redis = stream.connect(database_environment["XORB_REDIS_URL"])
    access = CachedAccess(database, redis)
    async with access.running(), grpc.aio.insecure_channel(address) as channel:
        memberships = Memberships(
            organization_pb2_grpc.MembershipsServiceStub(channel),
            ServiceIdentity(Issuer(transit), "spiffe://xorb/security"),
        )
        opener = Sessions(Issuer(transit), memberships, timedelta(minutes=10))
        identity = IdentityServicer(database, transit, access, opener, sign_up_open=True)
        sessions = SessionsServicer(database, Pager(secrets.token_urlsafe()), access)

        def register(server: grpc.aio.Server) -> None:
            session_pb2_grpc.add_SessionsServiceServicer_to_server(sessions, server)
            identity_pb2_grpc.add_IdentityServiceServicer_to_server(identity, server)
            organization_pb2_grpc.add_MembershipsServiceServicer_to_server(MembershipsServicer(database), server)
            organization_pb2_grpc.add_OrganizationsServiceServicer_to_server(
                OrganizationsServicer(database, Pager(secrets.token_urlsafe()), access), server
            )

        server = Server(address, chain(Verifier(transit), database, access), register, [], timedelta(0))
        await server.start()
        yield Platform(channel)
        await server.stop()
    await redis.aclose()
    await database.close()


async def _refused(call: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    info = error_details_pb2.ErrorInfo()
    rpc_status.from_call(caught.value).details[0].Unpack(info)
    return caught.value.code(), info.reason


async def test_from_an_account_to_an_organization(platform: Platform) -> None:
    email, password = await platform.sign_up()
    first = await platform.sign_in(email, password)
    assert (first.organization, first.account.email) == ("", email)
    organization = await platform.found(first.access_token, "Acme")
    second = await platform.refresh(first.refresh_token)
    assert second.organization == organization
    caller = await platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(second.access_token))
    assert (caller.organization, list(caller.roles)) == (organization, ["owner"])
    assert "findings.read" in caller.permissions


async def test_a_wrong_password_and_an_unknown_address_look_the_same(platform: Platform) -> None:
    email, _ = await platform.sign_up()
    wrong = await _refused(platform.sign_in(email, "wrong"))
    unknown = await _refused(platform.sign_in("nobody@example.com", "wrong"))
    assert wrong == unknown == (grpc.StatusCode.UNAUTHENTICATED, "WRONG_CREDENTIALS")


async def test_an_address_is_taken_whatever_its_case(platform: Platform) -> None:
    email, password = await platform.sign_up()
    request = identity_pb2.SignUpRequest(email=email.title(), password=password)
    assert await _refused(platform.identity.SignUp(request)) == (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS")


async def test_a_refresh_token_used_twice_ends_the_session(platform: Platform) -> None:
    first = await platform.sign_in(*await platform.sign_up())
    second = await platform.refresh(first.refresh_token)
    invalid = (grpc.StatusCode.UNAUTHENTICATED, "INVALID_REFRESH_TOKEN")
    assert await _refused(platform.refresh(first.refresh_token)) == invalid
    assert await _refused(platform.refresh(second.refresh_token)) == invalid


async def test_of_many_uses_at_once_one_succeeds(platform: Platform) -> None:
    tokens = await platform.sign_in(*await platform.sign_up())
    results = await asyncio.gather(*(platform.refresh(tokens.refresh_token) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(result, identity_pb2.SessionTokens) for result in results) == 1


async def test_signing_out_voids_the_refresh_token(platform: Platform) -> None:
    tokens = await platform.sign_in(*await platform.sign_up())
    await platform.identity.SignOut(identity_pb2.SignOutRequest(), metadata=bearer(tokens.access_token))
    assert (await _refused(platform.refresh(tokens.refresh_token)))[1] == "INVALID_REFRESH_TOKEN"


async def test_signing_out_voids_the_access_token_at_once(platform: Platform) -> None:
    email, password = await platform.sign_up()
    here, elsewhere = await platform.sign_in(email, password), await platform.sign_in(email, password)
    for tokens in (here, elsewhere):
        await platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(tokens.access_token))
    await platform.identity.SignOut(identity_pb2.SignOutRequest(), metadata=bearer(here.access_token))
    call = platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(here.access_token))
    assert await _refused(call) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_REVOKED")
    await platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(elsewhere.access_token))


async def test_a_refresh_token_used_twice_voids_the_access_token(platform: Platform) -> None:
    first = await platform.sign_in(*await platform.sign_up())
    second = await platform.refresh(first.refresh_token)
    assert (await _refused(platform.refresh(first.refresh_token)))[1] == "INVALID_REFRESH_TOKEN"
    call = platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(second.access_token))
    assert await _refused(call) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_REVOKED")


async def _sessions(platform: Platform, tokens: identity_pb2.SessionTokens, **request: Any) -> Any:
    listing = session_pb2.ListSessionsRequest(parent=tokens.account.name, **request)
    return await platform.sessions.ListSessions(listing, metadata=bearer(tokens.access_token))


async def test_sessions_are_listed_and_ended_by_their_account(platform: Platform) -> None:
    email, password = await platform.sign_up()
    lost, here = await platform.sign_in(email, password), await platform.sign_in(email, password)
    newest, oldest = (await _sessions(platform, here)).sessions
    assert (newest.current, oldest.current) == (True, False)
    revoke = session_pb2.RevokeSessionRequest(name=oldest.name)
    ended = await platform.sessions.RevokeSession(revoke, metadata=bearer(here.access_token))
    assert ended.HasField("end_time")
    assert await _refused(_sessions(platform, lost)) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_REVOKED")
    assert (await _refused(platform.refresh(lost.refresh_token)))[1] == "INVALID_REFRESH_TOKEN"
    assert [one.name for one in (await _sessions(platform, here)).sessions] == [newest.name]
    again = platform.sessions.RevokeSession(revoke, metadata=bearer(here.access_token))
    assert (await _refused(again))[1] == "NOT_FOUND"


async def test_sessions_of_others_are_not_there(platform: Platform) -> None:
    somebody, other = [await platform.sign_in(*await platform.sign_up()) for _ in range(2)]
    listing = session_pb2.ListSessionsRequest(parent=other.account.name)
    call = platform.sessions.ListSessions(listing, metadata=bearer(somebody.access_token))
    assert (await _refused(call))[1] == "NOT_FOUND"
    (theirs,) = (await _sessions(platform, other)).sessions
    own = theirs.name.replace(other.account.name, somebody.account.name)
    for name in (theirs.name, own):
        revoke = session_pb2.RevokeSessionRequest(name=name)
        call = platform.sessions.RevokeSession(revoke, metadata=bearer(somebody.access_token))
        assert (await _refused(call))[1] == "NOT_FOUND"
    assert len((await _sessions(platform, other, page_size=1)).sessions) == 1


async def test_nobody_signs_in_to_another_organization(platform: Platform) -> None:
    owner = await platform.sign_in(*await platform.sign_up())
    organization = await platform.found(owner.access_token, "Theirs")
    email, password = await platform.sign_up()
    refused = await _refused(platform.sign_in(email, password, organization=organization))
    assert refused == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    stranger = await platform.sign_in(email, password)
    assert (await _refused(platform.refresh(stranger.refresh_token, organization=organization)))[1] == "NOT_FOUND"


async def test_the_published_keys_verify_what_was_signed(platform: Platform) -> None:
    tokens = await platform.sign_in(*await platform.sign_up())
    published = await platform.identity.GetJsonWebKeySet(identity_pb2.GetJsonWebKeySetRequest())
    key = published.keys[0]
    jwk = jwt.PyJWK({"kty": key.kty, "crv": key.crv, "x": key.x, "kid": key.kid, "alg": key.alg})
    claims = jwt.decode(tokens.access_token, jwk, algorithms=["EdDSA"], audience="xorb-api", issuer="xorb")
    assert claims["exp"] - claims["iat"] <= 600
    assert claims["amr"] == ["pwd"]
    assert claims["auth_time"] - claims["iat"] <= 1
    assert jwt.get_unverified_header(tokens.access_token)["kid"] == key.kid
    assert tokens.expire_time.ToDatetime(UTC) <= datetime.now(UTC) + timedelta(minutes=10)


async def test_a_session_that_nobody_used_for_long_is_over(
    platform: Platform, database_environment: dict[str, str]
) -> None:
    tokens = await platform.sign_in(*await platform.sign_up())
    database = Database.connect(database_environment["XORB_POSTGRES_DSN"], pool=1)
    aged = update(store.REFRESH_TOKENS).where(store.REFRESH_TOKENS.c.digest == domain.digest(tokens.refresh_token))
    async with database.unit(call_of(NO_ORGANIZATION)) as unit:
        await unit.execute(aged.values(created_at=datetime.now(UTC) - domain.SESSION_IDLE))
    await database.close()
    assert (await _refused(platform.refresh(tokens.refresh_token)))[1] == "INVALID_REFRESH_TOKEN"
