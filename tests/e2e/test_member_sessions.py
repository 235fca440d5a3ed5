"""Administrators see where members are signed in to their organization, and end that."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import update

from services.mesh.calls import NO_ORGANIZATION
from services.mesh.database import Database
from services.mesh.testing import call_of
from services.security.identity.domain import RECENT
from services.security.identity.store import SESSIONS
from tests.e2e.members import PASSWORD, Json, Member, colleague, join
from tests.e2e.watching import TRANSPORTS, watching

_SECOND = 1.0


async def sessions_of(administrator: Member, member: Member) -> list[Json]:
    """What an administrator sees of a member's sessions."""
    account = (await member.get("caller"))["account"]["name"].removeprefix("accounts/")
    path = f"{administrator.organization}/members/{account}/memberSessions"
    return await administrator.every(path, "sessions")


async def test_an_administrator_ends_a_members_session(member: Member) -> None:
    administrator, viewer = await colleague(member, "administrator"), await colleague(member, "viewer")
    (session,) = await sessions_of(administrator, viewer)
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(watching(viewer, f"{member.organization}/findings:watch", transport))
            for transport in TRANSPORTS
        ]
        ended = await administrator.post(f"{session['name']}:revoke")
        at = time.monotonic()
        refused = await viewer.refused("GET", f"{member.organization}/targets")
        ends = await asyncio.gather(*(stream.end() for stream in streams))
        took = time.monotonic() - at
    assert ended["endTime"] >= session["createTime"]
    assert (refused.status, refused.reason) == (401, "SESSION_REVOKED")
    assert [end["code"] for end in ends] == [16] * len(TRANSPORTS)
    assert took <= _SECOND
    assert (await administrator.refused("POST", f"{session['name']}:revoke", {})).reason == "NOT_FOUND"


async def test_ones_own_other_session_takes_a_recent_sign_in_here_too(member: Member) -> None:
    caller = await member.get("caller")
    credentials = {"email": caller["account"]["email"], "password": PASSWORD, "organization": member.organization}
    stolen = replace(member, token=(await member.post("sessions:sign-in", credentials))["accessToken"])
    found = await sessions_of(stolen, stolen)
    own, other = ([one["name"] for one in found if one.get("current") is current] for current in (True, False))
    database = Database.connect(member.platform.environment["XORB_POSTGRES_DSN"], pool=1)
    aged = update(SESSIONS).where(SESSIONS.c.id == UUID(own[0].rpartition("/")[2]))
    async with database.unit(call_of(NO_ORGANIZATION)) as unit:
        await unit.execute(aged.values(created_at=datetime.now(UTC) - RECENT))
    await database.close()
    assert (await stolen.refused("POST", f"{other[0]}:revoke", {})).reason == "REAUTHENTICATION_REQUIRED"
    await member.get("caller")
    await stolen.post(f"{own[0]}:revoke")


async def test_only_who_may_sees_sessions(member: Member) -> None:
    viewer, auditor = await colleague(member, "viewer"), await colleague(member, "auditor")
    (session,) = await sessions_of(auditor, viewer)
    path = session["name"].rpartition("/")[0]
    assert (await viewer.refused("GET", path)).reason == "PERMISSION_DENIED"
    assert (await auditor.refused("POST", f"{session['name']}:revoke", {})).reason == "PERMISSION_DENIED"


async def test_sessions_elsewhere_are_not_seen(member: Member) -> None:
    other = await join(member.platform)
    (session,) = await sessions_of(other, other)
    foreign = session["name"].replace(other.organization, member.organization)
    assert (await member.refused("POST", f"{foreign}:revoke", {})).reason == "NOT_FOUND"
    assert (await member.refused("GET", foreign.rpartition("/")[0])).reason == "NOT_FOUND"
    await other.get("caller")
