"""Passwords on the whole platform: chosen at sign-up, changed by their owner, and by nobody else."""

import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import update

from services.mesh.calls import NO_ORGANIZATION
from services.mesh.database import Database
from services.mesh.testing import call_of
from services.security.identity.store import ACCOUNTS
from stack import recovery
from stack.settings import load, project_root
from tests.e2e.members import Json, Member, refusal, sign_up
from tests.e2e.platform import Platform, connected


@dataclass(frozen=True)
class Signed:
    """An account that is signed in, and with what."""

    member: Member
    account: str
    refresh_token: str
    credentials: Json

    @property
    def sessions(self) -> str:
        return f"{self.account}/sessions"

    def change(self, current: str, new: str) -> tuple[str, str, Json]:
        """A request to change the password."""
        return "POST", f"{self.account}:change-password", {"currentPassword": current, "newPassword": new}


@pytest.fixture(scope="module")
async def platform(platform_environment: dict[str, str]) -> AsyncIterator[Platform]:
    async with connected(platform_environment) as platform:
        yield platform


@pytest.fixture
async def somebody(platform: Platform) -> Signed:
    _, credentials = await sign_up(platform)
    return await _sign_in(platform, credentials)


async def _sign_in(platform: Platform, credentials: Json) -> Signed:
    nobody = Member(platform, "", "")
    tokens = await nobody.post("sessions:sign-in", credentials)
    return Signed(
        replace(nobody, token=tokens["accessToken"]), tokens["account"]["name"], tokens["refreshToken"], credentials
    )


async def test_a_password_is_changed_by_who_knows_it(platform: Platform, somebody: Signed) -> None:
    old, new = (
        somebody.credentials["password"],
        "  Ünüsual passphrase \t of 64 characters and more, nothing of it cut off  ",
    )
    await somebody.member.call(*somebody.change(old, new))
    nobody = Member(platform, "", "")
    for wrong in (old, new.strip(), new.lower(), new[:64]):
        refused = await nobody.refused("POST", "sessions:sign-in", {**somebody.credentials, "password": wrong})
        assert refused.reason == "WRONG_CREDENTIALS"
    await nobody.post("sessions:sign-in", {**somebody.credentials, "password": new})


async def test_a_change_ends_the_other_sessions_and_not_this_one(platform: Platform, somebody: Signed) -> None:
    other = await _sign_in(platform, somebody.credentials)
    await other.member.get("caller")
    await somebody.member.call(*somebody.change(somebody.credentials["password"], secrets.token_urlsafe()))
    assert (await other.member.refused("GET", "caller")).reason == "SESSION_REVOKED"
    refresh = await other.member.refused("POST", "sessions:refresh", {"refreshToken": other.refresh_token})
    assert refresh.reason == "INVALID_REFRESH_TOKEN"
    assert [one["current"] for one in (await somebody.member.get(somebody.sessions))["sessions"]] == [True]


async def test_a_change_ends_what_has_begun_with_the_old_one(platform: Platform, somebody: Signed) -> None:
    old, nobody = somebody.credentials["password"], Member(platform, "", "")
    enrolled = await somebody.member.post(
        f"{somebody.account}/second-factors:enroll-totp", {"proof": {"password": old}}
    )
    await somebody.member.post(
        f"{somebody.account}/second-factors:confirm-totp", {"code": pyotp.TOTP(enrolled["secret"]).now()}
    )
    begun = await nobody.post("sessions:sign-in", somebody.credentials)
    code = (await recovery.issue(load(platform.environment), str(somebody.credentials["email"]))).splitlines()[0]
    await somebody.member.call(*somebody.change(old, secrets.token_urlsafe()))
    late = {"challenge": begun["secondFactor"]["challenge"], "totpCode": "123456"}
    assert (await nobody.refused("POST", "sessions:complete-sign-in", late)).reason == "INVALID_CHALLENGE"
    reset = {"email": somebody.credentials["email"], "code": code, "newPassword": secrets.token_urlsafe()}
    assert (await nobody.refused("POST", "accounts:reset-password", reset)).reason == "INVALID_RESET_CODE"


async def test_without_the_current_password_nothing_changes(platform: Platform, somebody: Signed) -> None:
    other = await _sign_in(platform, somebody.credentials)
    refused = await somebody.member.refused(*somebody.change("a wrong password", secrets.token_urlsafe()))
    assert (refused.status, refused.reason) == (401, "WRONG_CREDENTIALS")
    await other.member.get("caller")
    await _sign_in(platform, somebody.credentials)


async def test_nobody_changes_anothers(platform: Platform, somebody: Signed) -> None:
    _, credentials = await sign_up(platform)
    other = await _sign_in(platform, credentials)
    refused = await other.member.refused(*somebody.change(somebody.credentials["password"], secrets.token_urlsafe()))
    assert refused.reason == "NOT_FOUND"
    stranger = replace(other.member, token="")
    refused = await stranger.refused(*somebody.change(somebody.credentials["password"], secrets.token_urlsafe()))
    assert refused.reason == "UNAUTHENTICATED"
    await _sign_in(platform, somebody.credentials)


@pytest.mark.parametrize("password", ["password1234", "shorter", "x" * 257, "XORB-xorb-xorb!"])
async def test_a_guessable_password_is_refused_wherever_it_is_set(
    platform: Platform, somebody: Signed, password: str
) -> None:
    refused = await somebody.member.refused(*somebody.change(somebody.credentials["password"], password))
    assert (refused.reason, set(refused.fields)) == ("INVALID_FIELD", {"new_password"})
    request = {"email": f"{secrets.token_hex(8)}@example.com", "password": password}
    at_sign_up = refusal(await platform.rest("POST", "/v1/accounts:sign-up", request))
    assert (at_sign_up.reason, set(at_sign_up.fields)) == ("INVALID_FIELD", {"password"})
    for words in (refused, at_sign_up):
        assert password not in words.message


async def test_the_current_password_is_no_new_one(somebody: Signed) -> None:
    current = somebody.credentials["password"]
    refused = await somebody.member.refused(*somebody.change(current, current))
    assert set(refused.fields) == {"new_password"}


async def test_a_password_of_long_ago_is_good(platform: Platform, somebody: Signed) -> None:
    account = UUID(somebody.account.removeprefix("accounts/"))
    database = Database.connect(platform.environment["XORB_POSTGRES_DSN"], pool=1)
    aged = update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(created_at=datetime(1999, 12, 31, tzinfo=UTC))
    async with database.unit(call_of(NO_ORGANIZATION, account)) as unit:
        await unit.execute(aged)
    await database.close()
    await _sign_in(platform, somebody.credentials)


def test_nobody_has_an_account_from_the_beginning() -> None:
    versions = (project_root() / "services/migrations/versions").glob("*.py")
    made = {
        name
        for file in versions
        for name in re.findall(r"insert\s+into\s+(\w+)", file.read_text("utf-8"), re.IGNORECASE)
    }
    assert made.isdisjoint({"accounts", "sessions", "memberships", "roles", "invitations"})


async def test_no_reply_has_a_password_or_its_hash(platform: Platform, somebody: Signed) -> None:
    await somebody.member.post("organizations", {"displayName": "Engines"})
    tokens = await Member(platform, "", "").post("sessions:sign-in", somebody.credentials)
    inside = Member(platform, tokens["organization"], tokens["accessToken"])
    for path in ("caller", somebody.sessions, f"{inside.organization}/members", f"{inside.organization}/activities"):
        text = (await inside.respond("GET", path)).body.decode()
        assert "argon2" not in text
        assert somebody.credentials["password"] not in text


async def test_a_stolen_token_guesses_no_more_than_a_stranger(somebody: Signed) -> None:
    reasons = [
        (await somebody.member.refused(*somebody.change("a guess", "whatever it may be"))).reason for _ in range(12)
    ]
    assert set(reasons[:10]) == {"WRONG_CREDENTIALS"}
    assert reasons[-1] == "RATE_LIMITED"
