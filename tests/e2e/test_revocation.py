"""Access taken away through the edge: the next call is refused, and open streams end within a second and say why."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.e2e.members import Json, Member, colleague, refusal
from tests.e2e.watching import TRANSPORTS, watching

PERMISSION_DENIED, UNAUTHENTICATED = 7, 16
_SECOND = 1.0
Take = Callable[[Member, Member], Awaitable[object]]


async def _name(somebody: Member) -> str:
    account = (await somebody.get("caller"))["account"]["name"]
    return f"{somebody.organization}/members/{account.removeprefix('accounts/')}"


async def _role(owner: Member, other: Member) -> object:
    return await owner.call("PATCH", f"{await _name(other)}?updateMask=roles", {"roles": []})


async def _membership(owner: Member, other: Member) -> object:
    return await owner.call("DELETE", await _name(other))


async def _suspension(owner: Member, other: Member) -> object:
    return await owner.post(f"{await _name(other)}:suspend")


async def _organization(owner: Member, other: Member) -> object:
    return await owner.post(f"{owner.organization}:suspend")


async def _session(owner: Member, other: Member) -> object:
    return await other.post("sessions:sign-out")


TAKEN = [
    (_role, PERMISSION_DENIED, "PERMISSION_DENIED"),
    (_membership, PERMISSION_DENIED, "PERMISSION_DENIED"),
    (_suspension, PERMISSION_DENIED, "PERMISSION_DENIED"),
    (_organization, PERMISSION_DENIED, "ORGANIZATION_SUSPENDED"),
    (_session, UNAUTHENTICATED, "SESSION_REVOKED"),
]


@pytest.mark.parametrize(("take", "code", "reason"), TAKEN, ids=[take.__name__ for take, _, _ in TAKEN])
async def test_the_next_call_is_refused_and_streams_end(member: Member, take: Take, code: int, reason: str) -> None:
    viewer = await colleague(member, "viewer")
    watched = [f"{member.organization}/{of}:watch" for of in ("activity", "findings", "dashboard")]
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(watching(viewer, path, transport))
            for path in watched
            for transport in TRANSPORTS
        ]
        await take(member, viewer)
        taken = time.monotonic()
        refused = await viewer.refused("GET", f"{member.organization}/targets")
        ends = await asyncio.gather(*(stream.end() for stream in streams))
        took = time.monotonic() - taken
    assert (refused.code, refused.reason) == (code, reason)
    assert [(end["code"], _reason(end)) for end in ends] == [(code, reason)] * len(streams)
    assert took <= _SECOND


@pytest.mark.parametrize(("take", "close_code"), [(_role, 4403), (_session, 4401)], ids=["role", "session"])
async def test_a_websocket_is_closed_with_a_code(member: Member, take: Take, close_code: int) -> None:
    viewer = await colleague(member, "viewer")
    url = f"ws://{member.platform.address}/v1/{member.organization}/activity:watch"
    async with connect(url, subprotocols=[Subprotocol("xorb.v1")], proxy=None) as socket:
        await socket.send(json.dumps({"authorization": f"Bearer {viewer.token}"}))
        await socket.recv()
        await take(member, viewer)
        async with asyncio.timeout(_SECOND):
            while "end" not in json.loads(await socket.recv()):
                pass
        # The last frame and the code are there; the edge takes another moment to close the connection under them.
        with pytest.raises(ConnectionClosed) as caught:
            await asyncio.wait_for(socket.recv(), 10)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == close_code


async def test_what_is_given_back_works_again(member: Member) -> None:
    viewer = await colleague(member, "viewer")
    path = f"{member.organization}/targets"
    for _ in range(3):
        await _role(member, viewer)
        assert refusal(await viewer.respond("GET", path)).reason == "PERMISSION_DENIED"
        await member.call("PATCH", f"{await _name(viewer)}?updateMask=roles", {"roles": ["viewer"]})
        await viewer.get(path)


async def test_an_invitation_makes_a_member(member: Member) -> None:
    invited = await colleague(member)
    email = (await invited.get("caller"))["account"]["email"]
    await _membership(member, invited)
    invitation = await member.post(f"{member.organization}/invitations", {"email": email, "roles": ["analyst"]})
    joined = await invited.post(f"{invitation['name']}:accept", {"token": invitation["token"]})
    assert (joined["email"], joined["roles"]) == (email, ["analyst"])
    assert len(await invited.every(f"{member.organization}/members", "members")) == 2
    again = await invited.refused("POST", f"{invitation['name']}:accept", {"token": invitation["token"]})
    assert again.reason == "INVALID_INVITATION"


def _reason(status: Json) -> str:
    return "".join(detail.get("reason", "") for detail in status["details"])
