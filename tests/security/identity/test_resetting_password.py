"""Forgotten passwords on the whole platform: the operator issues a code, and its owner sets a new one."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import select, update

from services.mesh.calls import NO_ORGANIZATION
from services.mesh.database import Database
from services.mesh.events.log import EVENT_LOG
from services.mesh.testing import call_of
from services.security.identity.challenges.store import CHALLENGES
from stack import recovery
from stack.errors import StackError
from stack.settings import load
from tests.e2e.members import Json, Member, refusal, sign_up
from tests.e2e.platform import Platform, connected

_CODE = re.compile(r"([a-z2-7]{4}-){5}[a-z2-7]{4}")


@dataclass(frozen=True)
class Forgetful:
    """Somebody who is signed in and forgets the password."""

    platform: Platform
    account: UUID
    credentials: Json

    @property
    def email(self) -> str:
        return str(self.credentials["email"])

    @property
    def nobody(self) -> Member:
        return Member(self.platform, "", "")

    async def issued(self) -> str:
        """A code, as the operator reads it out."""
        shown = await recovery.issue(load(self.platform.environment), self.email)
        assert f"xorb account reset-password --email {self.email}" in shown
        return shown.splitlines()[0]

    async def reset(self, code: str, password: str, email: str = "") -> str:
        """The reason why it doesn't work; empty where it does."""
        body = {"email": email or self.email, "code": code, "newPassword": password}
        response = await self.platform.rest("POST", "/v1/accounts:reset-password", body)
        return "" if response.status == 200 else refusal(response).reason

    async def events(self) -> list[tuple[str, str]]:
        """Type and actor of what the account's own log has of passwords."""
        own = select(EVENT_LOG.c.type, EVENT_LOG.c.actor).order_by(EVENT_LOG.c.occurred_at)
        database = Database.connect(self.platform.environment["XORB_POSTGRES_DSN"], pool=1)
        async with database.unit(call_of(self.account)) as unit:
            rows = await unit.execute(own.where(EVENT_LOG.c.type.like("account.password%")))
            found = [(row.type, row.actor) for row in rows]
        await database.close()
        return found


@pytest.fixture(scope="module")
async def platform(platform_environment: dict[str, str]) -> AsyncIterator[Platform]:
    async with connected(platform_environment) as platform:
        yield platform


@pytest.fixture
async def somebody(platform: Platform) -> Forgetful:
    account, credentials = await sign_up(platform)
    return Forgetful(platform, account, credentials)


async def test_a_code_sets_a_new_password_and_ends_all_sessions(somebody: Forgetful) -> None:
    tokens = await somebody.nobody.post("sessions:sign-in", somebody.credentials)
    signed_in = replace(somebody.nobody, token=tokens["accessToken"])
    code, new = await somebody.issued(), secrets.token_urlsafe()
    assert _CODE.fullmatch(code)
    await signed_in.get("caller")
    assert await somebody.reset(code.upper().replace("-", " "), new, somebody.email.upper()) == ""
    assert (await signed_in.refused("GET", "caller")).reason == "SESSION_REVOKED"
    refresh = await somebody.nobody.refused("POST", "sessions:refresh", {"refreshToken": tokens["refreshToken"]})
    assert refresh.reason == "INVALID_REFRESH_TOKEN"
    old = await somebody.nobody.refused("POST", "sessions:sign-in", somebody.credentials)
    assert old.reason == "WRONG_CREDENTIALS"
    assert (await somebody.nobody.post("sessions:sign-in", {**somebody.credentials, "password": new}))["accessToken"]
    assert await somebody.events() == [
        ("account.password_reset_issued", "spiffe://xorb/operator"),
        ("account.password_reset", f"accounts/{somebody.account}"),
    ]


async def test_a_code_is_good_once(somebody: Forgetful) -> None:
    code = await somebody.issued()
    passwords = [secrets.token_urlsafe() for _ in range(4)]
    reasons = await asyncio.gather(*(somebody.reset(code, password) for password in passwords))
    assert sorted(reasons) == ["", *["INVALID_RESET_CODE"] * 3]
    assert await somebody.reset(code, secrets.token_urlsafe()) == "INVALID_RESET_CODE"


async def test_a_new_code_voids_the_one_before(somebody: Forgetful) -> None:
    first, second = await somebody.issued(), await somebody.issued()
    assert await somebody.reset(first, secrets.token_urlsafe()) == "INVALID_RESET_CODE"
    assert await somebody.reset(second, secrets.token_urlsafe()) == ""


async def test_a_late_code_is_void(somebody: Forgetful, platform: Platform) -> None:
    code = await somebody.issued()
    database = Database.connect(platform.environment["XORB_POSTGRES_DSN"], pool=1)
    late = update(CHALLENGES).where(CHALLENGES.c.account_id == somebody.account).values(expires_at=datetime.now(UTC))
    async with database.unit(call_of(NO_ORGANIZATION)) as unit:
        await unit.execute(late)
    await database.close()
    assert await somebody.reset(code, secrets.token_urlsafe()) == "INVALID_RESET_CODE"


async def test_who_has_no_code_learns_nothing(somebody: Forgetful, platform: Platform) -> None:
    _, others = await sign_up(platform)
    code = await somebody.issued()
    answers = []
    for email, given in ((somebody.email, "k7dm-2xqa"), ("nobody@example.com", "k7dm-2xqa"), (others["email"], code)):
        body = {"email": email, "code": given, "newPassword": "password1234"}
        answers.append((await platform.rest("POST", "/v1/accounts:reset-password", body)).body)
    assert len(set(answers)) == 1
    assert await somebody.reset(code, secrets.token_urlsafe()) == ""


async def test_a_guessable_password_is_refused_and_the_code_stays_good(somebody: Forgetful) -> None:
    code = await somebody.issued()
    assert await somebody.reset(code, "password1234") == "INVALID_FIELD"
    assert await somebody.reset(code, f"{somebody.email.partition('@')[0]}!") == "INVALID_FIELD"
    assert await somebody.reset(code, secrets.token_urlsafe()) == ""


async def test_a_second_factor_is_asked_for_as_before(somebody: Forgetful) -> None:
    tokens = await somebody.nobody.post("sessions:sign-in", somebody.credentials)
    signed_in, factors = replace(somebody.nobody, token=tokens["accessToken"]), f"accounts/{somebody.account}"
    proof = {"proof": {"password": somebody.credentials["password"]}}
    begun = await signed_in.post(f"{factors}/second-factors:enroll-totp", proof)
    await signed_in.post(f"{factors}/second-factors:confirm-totp", {"code": pyotp.TOTP(begun["secret"]).now()})
    begun = await somebody.nobody.post("sessions:sign-in", somebody.credentials)
    new = secrets.token_urlsafe()
    assert await somebody.reset(await somebody.issued(), new) == ""
    # A sign-in that began with the old password ends with it.
    late = {"challenge": begun["secondFactor"]["challenge"], "totpCode": "123456"}
    assert (await somebody.nobody.refused("POST", "sessions:complete-sign-in", late)).reason == "INVALID_CHALLENGE"
    again = await somebody.nobody.post("sessions:sign-in", {**somebody.credentials, "password": new})
    assert (again["accessToken"], again["secondFactor"]["kinds"]) == ("", ["TOTP", "RECOVERY_CODE"])


async def test_guessing_is_slowed_as_at_sign_in(somebody: Forgetful) -> None:
    reasons = [await somebody.reset("a guess", secrets.token_urlsafe()) for _ in range(12)]
    assert set(reasons[:10]) == {"INVALID_RESET_CODE"}
    assert reasons[-1] == "RATE_LIMITED"


async def test_a_code_is_kept_nowhere(somebody: Forgetful, platform: Platform) -> None:
    code = await somebody.issued()
    plain = code.replace("-", "")
    database = Database.connect(platform.environment["XORB_POSTGRES_DSN"], pool=1)
    async with database.unit(call_of(NO_ORGANIZATION)) as unit:
        own = select(CHALLENGES).where(CHALLENGES.c.account_id == somebody.account)
        kept = repr((await unit.execute(own)).all())
    await database.close()
    logs = b"".join(file.read_bytes() for file in (platform.home / "logs").iterdir() if file.is_file()).decode()
    assert code not in kept + logs
    assert plain not in kept + logs


async def test_there_is_no_code_for_nobody(platform: Platform) -> None:
    with pytest.raises(StackError, match="No person's own account"):
        await recovery.issue(load(platform.environment), "nobody@example.com")
