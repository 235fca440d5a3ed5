"""Signing up, in and out, on real PostgreSQL and real Vault keys."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
import grpc.aio
import jwt
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update
from xorb.security.v1 import identity_pb2, session_pb2

from services.mesh.calls import NO_ORGANIZATION
from services.mesh.database import Database
from services.mesh.testing import bearer, call_of
from services.security.identity import domain, passwords, store
from tests.security.identity.plane import Platform, refused


@pytest.fixture
def platform(plane: Platform) -> Platform:
    return plane


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
    wrong = await refused(platform.sign_in(email, "wrong"))
    unknown = await refused(platform.sign_in("nobody@example.com", "wrong"))
    assert wrong == unknown == (grpc.StatusCode.UNAUTHENTICATED, "WRONG_CREDENTIALS")


async def test_an_address_is_taken_whatever_its_case(platform: Platform) -> None:
    email, password = await platform.sign_up()
    request = identity_pb2.SignUpRequest(email=email.title(), password=password)
    assert await refused(platform.identity.SignUp(request)) == (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS")


async def test_a_refresh_token_used_twice_ends_the_session(platform: Platform) -> None:
    first = await platform.sign_in(*await platform.sign_up())
    second = await platform.refresh(first.refresh_token)
    invalid = (grpc.StatusCode.UNAUTHENTICATED, "INVALID_REFRESH_TOKEN")
    assert await refused(platform.refresh(first.refresh_token)) == invalid
    assert await refused(platform.refresh(second.refresh_token)) == invalid


async def test_of_many_uses_at_once_one_succeeds(platform: Platform) -> None:
    tokens = await platform.sign_in(*await platform.sign_up())
    results = await asyncio.gather(*(platform.refresh(tokens.refresh_token) for _ in range(50)), return_exceptions=True)
    [won] = [result for result in results if isinstance(result, identity_pb2.SessionTokens)]
    lost = [result for result in results if isinstance(result, grpc.aio.AioRpcError)]
    assert len(lost) == 49
    # On a busy machine a crowd that is larger than the pool of connections may be told to come later, but not let in.
    codes = {error.code() for error in lost}
    assert grpc.StatusCode.UNAUTHENTICATED in codes <= {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.UNAVAILABLE}
    # Who was second proved that two bearers had the token: the winner's session is over, too.
    assert (await refused(platform.refresh(won.refresh_token)))[1] == "INVALID_REFRESH_TOKEN"
    call = platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(won.access_token))
    assert (await refused(call))[1] == "SESSION_REVOKED"


async def test_signing_out_voids_the_refresh_token(platform: Platform) -> None:
    tokens = await platform.sign_in(*await platform.sign_up())
    await platform.identity.SignOut(identity_pb2.SignOutRequest(), metadata=bearer(tokens.access_token))
    assert (await refused(platform.refresh(tokens.refresh_token)))[1] == "INVALID_REFRESH_TOKEN"


async def test_signing_out_voids_the_access_token_at_once(platform: Platform) -> None:
    email, password = await platform.sign_up()
    here, elsewhere = await platform.sign_in(email, password), await platform.sign_in(email, password)
    for tokens in (here, elsewhere):
        await platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(tokens.access_token))
    await platform.identity.SignOut(identity_pb2.SignOutRequest(), metadata=bearer(here.access_token))
    call = platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(here.access_token))
    assert await refused(call) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_REVOKED")
    await platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(elsewhere.access_token))


async def test_a_refresh_token_used_twice_voids_the_access_token(platform: Platform) -> None:
    first = await platform.sign_in(*await platform.sign_up())
    second = await platform.refresh(first.refresh_token)
    assert (await refused(platform.refresh(first.refresh_token)))[1] == "INVALID_REFRESH_TOKEN"
    call = platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(second.access_token))
    assert await refused(call) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_REVOKED")


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
    assert await refused(_sessions(platform, lost)) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_REVOKED")
    assert (await refused(platform.refresh(lost.refresh_token)))[1] == "INVALID_REFRESH_TOKEN"
    assert [one.name for one in (await _sessions(platform, here)).sessions] == [newest.name]
    again = platform.sessions.RevokeSession(revoke, metadata=bearer(here.access_token))
    assert (await refused(again))[1] == "NOT_FOUND"


async def test_another_session_is_ended_after_a_recent_sign_in(platform: Platform) -> None:
    email, password = await platform.sign_up()
    lost, stolen = await platform.sign_in(email, password), await platform.sign_in(email, password)
    of_stolen, of_lost = (one.name for one in (await _sessions(platform, stolen)).sessions)
    aged = update(store.SESSIONS).where(store.SESSIONS.c.id == UUID(of_stolen.rpartition("/")[2]))
    async with platform.database.unit(call_of(NO_ORGANIZATION)) as unit:
        await unit.execute(aged.values(created_at=datetime.now(UTC) - domain.RECENT))
    revoke = platform.sessions.RevokeSession
    late = revoke(session_pb2.RevokeSessionRequest(name=of_lost), metadata=bearer(stolen.access_token))
    assert (await refused(late))[1] == "REAUTHENTICATION_REQUIRED"
    assert len((await _sessions(platform, lost)).sessions) == 2
    again = await platform.sign_in(email, password)
    await revoke(session_pb2.RevokeSessionRequest(name=of_lost), metadata=bearer(again.access_token))
    await revoke(session_pb2.RevokeSessionRequest(name=of_stolen), metadata=bearer(stolen.access_token))
    assert len((await _sessions(platform, again)).sessions) == 1


async def test_sessions_of_others_are_not_there(platform: Platform) -> None:
    somebody, other = [await platform.sign_in(*await platform.sign_up()) for _ in range(2)]
    listing = session_pb2.ListSessionsRequest(parent=other.account.name)
    call = platform.sessions.ListSessions(listing, metadata=bearer(somebody.access_token))
    assert (await refused(call))[1] == "NOT_FOUND"
    (theirs,) = (await _sessions(platform, other)).sessions
    own = theirs.name.replace(other.account.name, somebody.account.name)
    for name in (theirs.name, own):
        revoke = session_pb2.RevokeSessionRequest(name=name)
        call = platform.sessions.RevokeSession(revoke, metadata=bearer(somebody.access_token))
        assert (await refused(call))[1] == "NOT_FOUND"
    assert len((await _sessions(platform, other, page_size=1)).sessions) == 1


async def test_nobody_signs_in_to_another_organization(platform: Platform) -> None:
    owner = await platform.sign_in(*await platform.sign_up())
    organization = await platform.found(owner.access_token, "Theirs")
    email, password = await platform.sign_up()
    there = await refused(platform.sign_in(email, password, organization=organization))
    assert there == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    stranger = await platform.sign_in(email, password)
    assert (await refused(platform.refresh(stranger.refresh_token, organization=organization)))[1] == "NOT_FOUND"


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
    assert (await refused(platform.refresh(tokens.refresh_token)))[1] == "INVALID_REFRESH_TOKEN"


async def test_a_hash_of_yesterdays_parameters_is_renewed_by_signing_in(platform: Platform) -> None:
    email, password = await platform.sign_up()
    weaker = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(password)
    mine = store.ACCOUNTS.c.email == email
    async with platform.database.unit(call_of(NO_ORGANIZATION)) as unit:
        await unit.execute(update(store.ACCOUNTS).where(mine).values(password_hash=weaker))

    async def stored() -> str:
        async with platform.database.unit(call_of(NO_ORGANIZATION)) as unit:
            return str((await unit.execute(select(store.ACCOUNTS.c.password_hash).where(mine))).scalar_one())

    assert (await refused(platform.sign_in(email, "wrong")))[1] == "WRONG_CREDENTIALS"
    assert await stored() == weaker
    await platform.sign_in(email, password)
    renewed = await stored()
    assert not passwords.outdated(renewed)
    assert passwords.outdated(weaker)
    await platform.sign_in(email, password)
    assert await stored() == renewed


async def test_a_password_that_is_replaced_while_it_is_checked_opens_nothing(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    email, password = await platform.sign_up()
    await platform.sign_in(email, password)
    check, mine = passwords.verify, store.ACCOUNTS.c.email == email

    async def slow(given: str, stored: str | None) -> bool:
        right = await check(given, stored)
        another = await passwords.hash_password("another one, set by its owner")
        async with platform.database.unit(call_of(NO_ORGANIZATION)) as unit:
            await unit.execute(update(store.ACCOUNTS).where(mine).values(password_hash=another))
        return right

    monkeypatch.setattr(passwords, "verify", slow)
    assert (await refused(platform.sign_in(email, password)))[1] == "WRONG_CREDENTIALS"


async def test_who_signs_in_while_a_hash_is_renewed_gets_in(platform: Platform) -> None:
    email, password = await platform.sign_up()
    weaker = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(password)
    async with platform.database.unit(call_of(NO_ORGANIZATION)) as unit:
        aged = update(store.ACCOUNTS).where(store.ACCOUNTS.c.email == email)
        await unit.execute(aged.values(password_hash=weaker))
    opened = await asyncio.gather(*(platform.sign_in(email, password) for _ in range(3)))
    assert all(tokens.access_token for tokens in opened)
