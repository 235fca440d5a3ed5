"""Several users' sockets on one watch: who is told, and what becomes of the others when one is out."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest_asyncio
from google.rpc import code_pb2
from websockets.asyncio.client import ClientConnection

from services.mesh.events.sharing import SHARE, SILENT, VIEW
from tests.gateway.bridge.site import TOKEN, Record, Site, Watches, closing, open_site, receive, rich, until

USERS = ("ada.token.x", "bob.token.x", "eve.token.x")


@dataclass
class SharedWatches(Watches):
    """Shares its watch among users of one view; eve has another one.

    Attributes:
        out: Who may no longer watch.
        silent: Who has a silent call now.
        telling: Whose call is told now, with the resume token that it was opened with.
    """

    out: set[str] = field(default_factory=set)
    silent: list[str] = field(default_factory=list)
    telling: list[tuple[str, str]] = field(default_factory=list)

    async def refuse(self, user: str) -> None:
        async with self.wake:
            self.out.add(user)
            self.wake.notify_all()

    async def WatchFindings(self, request: Any, context: Any) -> AsyncIterator[Record]:
        metadata = dict(context.invocation_metadata())
        user = metadata["authorization"].removeprefix("Bearer ")
        if user in self.out:
            await self._abort(context)
        if metadata[SHARE] == SILENT:
            self.silent.append(user)
            try:
                await context.send_initial_metadata(((VIEW, self._view(user)),))
                async with self.wake:
                    await self.wake.wait_for(lambda: user in self.out)
            finally:
                self.silent.remove(user)
        else:
            assert metadata[SHARE] == self._view(user)
            self.telling.append(told := (user, request.resume_token))
            try:
                async for record in self._tell(request, user):
                    yield record
            finally:
                self.telling.remove(told)
        await self._abort(context)

    def _view(self, user: str) -> str:
        return "other" if user == USERS[2] else "view"

    async def _abort(self, context: Any) -> None:
        await context.abort_with_status(rich(code_pb2.PERMISSION_DENIED, "PERMISSION_DENIED", "You are out."))

    async def _tell(self, request: Any, user: str) -> AsyncIterator[Record]:
        position = int(request.resume_token or len(self.log))
        yield Record(checkpoint={}, resume_token=str(position))
        while user not in self.out:
            while position < len(self.log):
                position += 1
                yield Record(event={"finding": {"title": self.log[position - 1]}}, resume_token=str(position))
            async with self.wake:
                await self.wake.wait_for(lambda: user in self.out or len(self.log) > position)  # noqa: B023 - at once


@pytest_asyncio.fixture
async def watches() -> SharedWatches:
    return SharedWatches()


@pytest_asyncio.fixture
async def site(watches: SharedWatches) -> AsyncIterator[Site]:
    async with open_site(watches=watches) as opened:
        yield opened


async def titles(socket: ClientConnection, count: int) -> list[str]:
    """The titles of the next events; checkpoints don't count."""
    found: list[str] = []
    while len(found) < count:
        [frame] = await receive(socket)
        found += [frame["event"]["finding"]["title"]] if "event" in frame else []
    return found


async def checkpoint(socket: ClientConnection) -> str:
    [frame] = await receive(socket)
    assert "checkpoint" in frame
    return str(frame["resumeToken"])


async def test_one_call_is_told_for_all_users_of_a_view(site: Site, watches: SharedWatches) -> None:
    ada, bob, eve = USERS
    async with site.connect(token=ada) as first, site.connect(token=bob) as second, site.connect(token=eve) as third:
        for socket in (first, second, third):
            assert await checkpoint(socket) == "0"
        await watches.publish("1", "2")
        for socket in (first, second, third):
            assert await titles(socket, 2) == ["1", "2"]
        assert sorted(watches.silent) == sorted(USERS)
        assert len(watches.telling) == 2
        assert (eve, "") in watches.telling
        async with site.connect(token=bob) as late:
            assert await checkpoint(late) == "2"
            assert len(watches.silent) == 3
            await watches.publish("3")
            assert await titles(late, 1) == ["3"]
    await site.quiet()
    assert (watches.silent, watches.telling, len(site.bridge.views)) == ([], [], 0)


async def test_when_the_told_user_is_out_another_one_is_told_on(site: Site, watches: SharedWatches) -> None:
    ada, bob, _ = USERS
    async with site.connect(token=ada) as first:
        await checkpoint(first)
        async with site.connect(token=bob) as second:
            await checkpoint(second)
            await watches.publish("1")
            assert [await titles(socket, 1) for socket in (first, second)] == [["1"], ["1"]]
            await watches.refuse(ada)
            assert await closing(first) == (4403, "PERMISSION_DENIED")
            await until(lambda: watches.telling == [(bob, "1")])
            await watches.publish("2", "3")
            assert await titles(second, 2) == ["2", "3"]
    await site.quiet()


async def test_who_is_out_but_not_told_leaves_the_others_alone(site: Site, watches: SharedWatches) -> None:
    ada, bob, _ = USERS
    async with site.connect(token=ada) as first:
        await checkpoint(first)
        async with site.connect(token=bob) as second:
            await checkpoint(second)
            await watches.refuse(bob)
            assert await closing(second) == (4403, "PERMISSION_DENIED")
        await watches.publish("1")
        assert await titles(first, 1) == ["1"]
        assert watches.telling == [(ada, "")]
    await site.quiet()


async def test_the_told_user_may_leave(site: Site, watches: SharedWatches) -> None:
    ada, bob, _ = USERS
    async with AsyncExitStack() as held:
        async with site.connect(token=ada) as first:
            await checkpoint(first)
            second = await held.enter_async_context(site.connect(token=bob))
            await checkpoint(second)
        await until(lambda: watches.silent == [bob])
        await watches.publish("1")
        assert await titles(second, 1) == ["1"]
        assert watches.telling == [(ada, "")]
    await site.quiet()
    async with site.connect(token=TOKEN) as again:
        assert await checkpoint(again) == "1"


async def test_a_user_who_is_out_is_told_nothing(site: Site, watches: SharedWatches) -> None:
    ada, bob, _ = USERS
    await watches.refuse(bob)
    async with site.connect(token=ada) as first, site.connect(token=bob) as second:
        await checkpoint(first)
        await watches.publish("1")
        assert await closing(second) == (4403, "PERMISSION_DENIED")
        assert await titles(first, 1) == ["1"]
    await site.quiet()
