"""Administrators see where members are signed in to their organization, and end that."""

import asyncio
import time
from contextlib import AsyncExitStack

from tests.e2e.members import Json, Member, colleague, join
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
