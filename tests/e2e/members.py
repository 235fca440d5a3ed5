"""People of an organization, and what they do over REST."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from services.core.organizations.store import MEMBERSHIPS
from services.mesh.database import Database
from services.mesh.testing import call_of
from stack import http
from stack.demo_target import CHALLENGE
from stack.polling import until
from tests.e2e.platform import Platform

Json = dict[str, Any]
_BACK_SECONDS = 60
PASSWORD = secrets.token_urlsafe(18)


@dataclass(frozen=True)
class Refusal:
    """An error of the platform, as REST tells it."""

    status: int
    code: int
    reason: str
    message: str
    details: list[Json] = field(default_factory=list)

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields that are wrong, and why."""
        violations = [one for detail in self.details for one in detail.get("fieldViolations", ())]
        return {one["field"]: one["description"] for one in violations}


@dataclass(frozen=True)
class Member:
    """Somebody signed in, with an organization's resource name; empty for none."""

    platform: Platform
    organization: str
    token: str = field(repr=False)

    @property
    def identifier(self) -> UUID:
        """The organization's identifier."""
        return UUID(self.organization.removeprefix("organizations/"))

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes with a gRPC call."""
        return (("authorization", f"Bearer {self.token}"),)

    async def respond(self, method: str, path: str, body: object = None) -> http.Response:
        """The response to a request of the member, whatever it is; the path begins after `/v1/`."""
        return await self.platform.rest(method, f"/v1/{path}", body, token=self.token)

    async def call(self, method: str, path: str, body: object = None) -> Json:
        """The content of a successful response."""
        response = await self.respond(method, path, body)
        assert response.status == 200, response.body
        return response.json()

    async def answered(self, path: str) -> None:
        """Wait until a GET succeeds: the edge needs a moment to see that a service is back."""

        async def is_answered() -> bool:
            return (await self.respond("GET", path)).status == 200

        await until(is_answered, _BACK_SECONDS)

    async def get(self, path: str) -> Json:
        """The content of a successful GET."""
        return await self.call("GET", path)

    async def post(self, path: str, body: object = None) -> Json:
        """The content of a successful POST."""
        return await self.call("POST", path, {} if body is None else body)

    async def refused(self, method: str, path: str, body: object = None) -> Refusal:
        """The error that a request is refused with."""
        return refusal(await self.respond(method, path, body))

    async def every(self, path: str, field_name: str) -> list[Json]:
        """All entries of a list, page after page."""
        found: list[Json] = []
        separator, token = "&" if "?" in path else "?", ""
        while True:
            page = await self.get(f"{path}{separator}pageSize=100&pageToken={token}")
            found += page[field_name]
            token = page["nextPageToken"]
            if not token:
                return found

    async def target(self, **fields: object) -> Json:
        """A new target, not verified."""
        return await self.post(f"{self.organization}/targets", fields or {"host": "127.0.0.1"})

    async def demo_target(self) -> str:
        """The name of a new target that is the demo target, verified by what its owner published there."""
        target = await self.target(host="127.0.0.1")
        folder = self.platform.home / "demo-target"
        (folder / CHALLENGE).write_text(target["verificationToken"], encoding="utf-8")
        verified = await self.post(f"{target['name']}:verify")
        assert verified["verificationState"] == "VERIFIED"
        return str(target["name"])


def refusal(response: http.Response) -> Refusal:
    """The error in a response, which is JSON and a `google.rpc.Status`, exactly."""
    assert response.status >= 400, response.body
    assert response.headers["content-type"] == "application/json"
    content = response.json()
    assert set(content) == {"code", "message", "details"}
    assert content["message"]
    reasons = [detail["reason"] for detail in content["details"] if "reason" in detail]
    return Refusal(response.status, content["code"], "".join(reasons), content["message"], content["details"])


async def sign_up(platform: Platform) -> tuple[UUID, Json]:
    """A new account, and what it signs in with."""
    credentials = {"email": f"{secrets.token_hex(8)}@example.com", "password": PASSWORD}
    account = await Member(platform, "", "").post("accounts:sign-up", credentials)
    return UUID(account["name"].removeprefix("accounts/")), credentials


async def join(platform: Platform) -> Member:
    """Somebody new, who signs up, founds an organization and works in it."""
    _, credentials = await sign_up(platform)
    session = await Member(platform, "", "").post("sessions:sign-in", credentials)
    somebody = Member(platform, "", session["accessToken"])
    await somebody.post("organizations", {"displayName": "Analytical Engines"})
    session = await somebody.post("sessions:refresh", {"refreshToken": session["refreshToken"]})
    return Member(platform, session["organization"], session["accessToken"])


async def colleague(member: Member, *roles: str) -> Member:
    """Somebody else of the same organization, with other roles."""
    account, credentials = await sign_up(member.platform)
    row = {
        "organization_id": member.identifier,
        "account_id": account,
        "roles": list(roles),
        "joined_at": datetime.now(UTC),
    }
    database = Database.connect(member.platform.environment["XORB_POSTGRES_DSN"])
    async with database.unit(call_of(member.identifier)) as unit:
        await unit.execute(insert(MEMBERSHIPS), row)
    await database.close()
    nobody = Member(member.platform, "", "")
    session = await nobody.post("sessions:sign-in", {**credentials, "organization": member.organization})
    return Member(member.platform, member.organization, session["accessToken"])
