"""Signing in in two steps."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import grpc
from sqlalchemy import update
from xorb.security.v1 import identity_pb2

from services.mesh.calls import NO_ORGANIZATION
from services.mesh.testing import bearer, call_of
from services.security.identity.challenges.domain import digest
from services.security.identity.challenges.store import CHALLENGES
from services.security.identity.cookies import ASK
from services.security.identity.factors.store import TOTP_FACTORS
from tests.security.identity.person import Person, claims
from tests.security.identity.plane import Platform, refused

_WRONG = (grpc.StatusCode.UNAUTHENTICATED, "WRONG_SECOND_FACTOR")
_ENDED = (grpc.StatusCode.UNAUTHENTICATED, "INVALID_CHALLENGE")
_KIND = identity_pb2.SecondFactor


async def test_the_password_alone_opens_no_session(person: Person) -> None:
    await person.enroll()
    tokens = await person.sign_in()
    factor = tokens.second_factor
    assert tokens == identity_pb2.SessionTokens(second_factor=factor)
    assert list(factor.kinds) == [_KIND.TOTP, _KIND.RECOVERY_CODE]
    assert 290 <= factor.expire_time.seconds - time.time() <= 301
    completed = await person.complete(factor.challenge, totp_code=person.code(1))
    assert claims(completed)["amr"] == ["pwd", "otp", "mfa"]
    person.token = completed.access_token
    assert (await person.factors()).recovery_codes == 10


async def test_a_wrong_password_tells_nothing_of_second_factors(person: Person) -> None:
    await person.enroll()
    wrong = await refused(person.platform.sign_in(person.email, "wrong"))
    assert wrong == await refused(person.platform.sign_in("nobody@example.com", "wrong"))
    assert wrong == (grpc.StatusCode.UNAUTHENTICATED, "WRONG_CREDENTIALS")


async def test_a_code_is_good_once(person: Person) -> None:
    await person.enroll()
    challenge = await person.challenge()
    assert await refused(person.complete(challenge, totp_code=person.code())) == _WRONG
    code = person.code(1)
    await person.complete(challenge, totp_code=code)
    assert await refused(person.complete(await person.challenge(), totp_code=code)) == _WRONG


async def test_of_many_uses_of_a_code_at_once_one_succeeds(person: Person) -> None:
    await person.enroll()
    challenges, code = [await person.challenge() for _ in range(4)], person.code(1)
    results = await asyncio.gather(
        *(person.complete(challenge, totp_code=code) for challenge in challenges), return_exceptions=True
    )
    assert sum(isinstance(result, identity_pb2.SessionTokens) for result in results) == 1


async def test_a_challenge_is_good_for_one_success(person: Person) -> None:
    codes = await person.enroll()
    challenge = await person.challenge()
    results = await asyncio.gather(
        *(person.complete(challenge, recovery_code=code) for code in codes), return_exceptions=True
    )
    assert sum(isinstance(result, identity_pb2.SessionTokens) for result in results) == 1
    assert (await person.factors()).recovery_codes == 9


async def test_a_challenge_is_good_for_five_attempts(person: Person) -> None:
    codes = await person.enroll()
    challenge = await person.challenge()
    for _ in range(5):
        assert await refused(person.complete(challenge, recovery_code="abcd-efgh")) == _WRONG
    assert await refused(person.complete(challenge, recovery_code=codes[0])) == _ENDED
    assert (await person.events()).count("account.second_factor_refused") == 5
    assert (await person.complete(await person.challenge(), recovery_code=codes[0])).access_token


async def test_a_browser_gets_its_cookie_after_the_second_step_only(person: Person) -> None:
    codes = await person.enroll()
    asking = ((ASK, "cookie"),)
    request = identity_pb2.SignInRequest(email=person.email, password=person.password)
    first = person.platform.identity.SignIn(request, metadata=asking)
    challenge = (await first).second_factor.challenge
    assert "set-cookie" not in dict(await first.initial_metadata())
    answer = identity_pb2.CompleteSignInRequest(challenge=challenge, recovery_code=codes[0])
    second = person.platform.identity.CompleteSignIn(answer, metadata=asking)
    assert not (await second).refresh_token
    assert dict(await second.initial_metadata())["set-cookie"].startswith("xorb-session=xorb_rt_")


async def test_a_challenge_ends_after_five_minutes(person: Person) -> None:
    codes = await person.enroll()
    challenge = await person.challenge()
    statement = update(CHALLENGES).where(CHALLENGES.c.digest == digest(challenge))
    async with person.platform.database.unit(call_of(NO_ORGANIZATION)) as unit:
        await unit.execute(statement.values(expires_at=datetime.now(UTC)))
    assert await refused(person.complete(challenge, recovery_code=codes[0])) == _ENDED
    assert await refused(person.complete("made up", recovery_code=codes[0])) == _ENDED


async def test_a_challenge_is_its_accounts_own(plane: Platform, person: Person) -> None:
    other = await Person.new(plane)
    codes, _ = await person.enroll(), await other.enroll()
    challenge = await other.challenge()
    assert await refused(person.complete(challenge, recovery_code=codes[0])) == _WRONG
    assert await refused(person.complete(challenge, totp_code=person.code(1))) == _WRONG
    assert (await person.factors()).recovery_codes == 10


async def test_a_recovery_code_is_good_once_and_told_of(person: Person) -> None:
    code = (await person.enroll())[3]
    assert (await person.complete(await person.challenge(), recovery_code=code.upper())).access_token
    assert await refused(person.complete(await person.challenge(), recovery_code=code)) == _WRONG
    assert "account.recovery_code_used" in await person.events()


async def test_guessing_over_many_challenges_is_slowed_down(person: Person) -> None:
    codes = await person.enroll()
    for _ in range(5):
        assert await refused(person.complete(await person.challenge(), totp_code="000000")) == _WRONG
    limited = (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
    assert await refused(person.complete(await person.challenge(), totp_code=person.code(1))) == limited
    assert (await person.complete(await person.challenge(), recovery_code=codes[0])).access_token
    earlier = update(TOTP_FACTORS).where(TOTP_FACTORS.c.account_id == person.identifier)
    async with person.platform.database.unit(call_of(NO_ORGANIZATION)) as unit:
        await unit.execute(earlier.values(failed_at=datetime.now(UTC) - timedelta(minutes=1)))
    assert (await person.complete(await person.challenge(), totp_code=person.code(1))).access_token


async def test_an_organization_is_entered_after_the_second_step(plane: Platform, person: Person) -> None:
    codes = await person.enroll()
    organization = await plane.found(person.token, "Acme")
    begun = await person.sign_in(organization=organization)
    assert not begun.organization
    completed = await person.complete(begun.second_factor.challenge, recovery_code=codes[0])
    assert completed.organization == organization
    stranger = await Person.new(plane)
    theirs = await stranger.enroll()
    begun = await stranger.sign_in(organization=organization)
    refusal = await refused(stranger.complete(begun.second_factor.challenge, recovery_code=theirs[0]))
    assert refusal == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert (await stranger.factors()).recovery_codes == 10


async def test_a_refreshed_session_still_says_how_it_began(person: Person) -> None:
    await person.enroll()
    first = await person.complete(await person.challenge(), totp_code=person.code(1))
    second = await person.platform.refresh(first.refresh_token)
    assert claims(second)["amr"] == ["pwd", "otp", "mfa"]
    assert claims(second)["auth_time"] == claims(first)["auth_time"]
    caller = person.platform.identity.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer(second.access_token))
    assert (await caller).account.email == person.email


async def test_what_is_no_answer_opens_nothing(person: Person) -> None:
    await person.enroll()
    challenge = await person.challenge()
    answers: list[dict[str, str]] = [{}, {"recovery_code": "x" * 65}, {"totp_code": ""}, {"passkey": "{}"}]
    reasons = [(await refused(person.complete(challenge, **answer)))[1] for answer in answers]
    assert reasons == ["INVALID_FIELD", "INVALID_FIELD", "WRONG_SECOND_FACTOR", "WRONG_SECOND_FACTOR"]
