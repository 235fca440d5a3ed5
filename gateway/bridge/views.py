"""Watches of several users who are shown the same: one call is told for all of them.

Each token has a silent call of its own, by which the service says that its user may watch, and which view the user has;
it ends when the user no longer may. For each view there is one call that is told, with the token of one of the users
(see `services.mesh.events.sharing`). When that one's user is out, the call is opened anew with another's, right after
the last frame.
"""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

from google.rpc import code_pb2

from gateway.bridge import problems
from gateway.bridge.frames import Frame
from gateway.bridge.problems import Problem
from gateway.bridge.routes import Route
from gateway.bridge.sharing import Greeting, Listener, SharedStreams
from gateway.bridge.upstream import CallRequest, SilentCall, Upstream
from services.mesh.events.sharing import CHANGED, SHARE

_OF_ONE_USER = frozenset({code_pb2.UNAUTHENTICATED, code_pb2.PERMISSION_DENIED})


@dataclass(frozen=True)
class View:
    """What several users are shown: a request, less who asks, and the service's name for what they may see."""

    route: Route
    content: bytes
    name: str


@dataclass(eq=False)
class Member:
    """One token among those of a view; a listener of the view's stream.

    Attributes:
        request: What its call is opened with.
        listener: Who gets the frames.
        ended: Done when the view's stream has ended, or the listener takes no more.
    """

    request: CallRequest
    listener: Listener
    ended: asyncio.Future[Problem | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def deliver(self, frame: Frame) -> bool:
        """Hands on a frame."""
        taken = self.listener.deliver(frame)
        if not taken:
            self.finish(None)
        return taken

    def finish(self, ended: Problem | None) -> None:
        """Notes the end; the first counts."""
        if not self.ended.done():
            self.ended.set_result(ended)


class Views:
    """Feeds streams that are shared by token, from streams that are shared by view.

    Args:
        upstream: The services.
        greeting: Makes what a later member of a view gets first.
    """

    def __init__(self, upstream: Upstream, greeting: Greeting[CallRequest]) -> None:
        self._upstream = upstream
        self._members: dict[View, list[Member]] = {}
        self._streams: SharedStreams[View] = SharedStreams(
            self._tell, lambda view, resume_token: greeting(self._members[view][0].request, resume_token)
        )

    def __len__(self) -> int:
        """How many views are watched."""
        return len(self._streams)

    async def feed(self, request: CallRequest, listener: Listener) -> None:
        """Feeds a listener with what the request asks for, until either has had enough.

        Raises:
            Problem: The call failed, or the view's.
        """
        async with self._upstream.silent(request) as call:
            name = await call.view()
            if name is None:
                # The method can't be shared: it tells this caller itself.
                async with aclosing(call.frames) as frames:
                    async for frame in frames:
                        if not listener.deliver(frame):
                            return
                return
            await self._belong(View(request.route, request.content, name), Member(request, listener), call)

    async def _belong(self, view: View, member: Member, call: SilentCall) -> None:
        """Keeps a member in its view until its call ends, or it has had enough."""
        self._members.setdefault(view, []).append(member)
        self._streams.join(view, member)
        ending = asyncio.create_task(call.ended())
        try:
            waited: list[asyncio.Future[Problem | None]] = [ending, member.ended]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            problem = ending.result() if ending.done() else member.ended.result()
            if problem is not None:
                raise problem
        finally:
            ending.cancel()
            self._members[view].remove(member)
            await self._streams.leave(view, member)
            if view in self._members and not self._members[view]:
                del self._members[view]

    async def _tell(self, view: View, listener: Listener) -> None:
        """Feeds a view's stream with the call of one member after the other, each until its user is out."""
        resume_token = ""
        refused: set[CallRequest] = set()
        while (request := self._next(view, refused)) is not None:
            try:
                shared = request.resumed(resume_token, (SHARE, view.name))
                async with aclosing(self._upstream.frames(shared)) as frames:
                    async for frame in frames:
                        resume_token = frame.resume_token or resume_token
                        if not listener.deliver(frame):
                            return
            except Problem as problem:
                refused.add(request)
                if not _is_of_one_user(problem) or self._next(view, refused) is None:
                    raise
            else:
                return

    def _next(self, view: View, refused: set[CallRequest]) -> CallRequest | None:
        members = self._members.get(view, ())
        return next((member.request for member in members if member.request not in refused), None)


def _is_of_one_user(problem: Problem) -> bool:
    """Returns whether the problem is one user's, and may not be another's of the same view."""
    status = problem.status
    return status.code in _OF_ONE_USER or CHANGED in problems.info_of(status).metadata
