"""Requests without a pause while something happens to the platform, each of which has to succeed."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import grpc
import grpc.aio
from xorb.core.v1 import organization_pb2, organization_pb2_grpc, target_pb2, target_pb2_grpc
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from services.mesh import tasks
from tests.e2e.members import Member

REQUESTS = int(os.environ.get("XORB_TEST_MESH_REQUESTS", "2000"))
"""How many requests there are at least, for each thing that happens; the long run has 10,000."""

_CALLERS = 8
_SECONDS = 30.0
_EVERY = 10

Request = Callable[[int], Awaitable[object]]


@dataclass
class Load:
    """What has come of it until now."""

    succeeded: int = 0
    failures: list[str] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def answered(self) -> int:
        """How many have been answered, well or not."""
        return self.succeeded + len(self.failures)

    async def reach(self, requests: int) -> None:
        """Wait until as many have been answered; assert that none has failed."""
        while self.answered < requests:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), _SECONDS)
        assert self.failures == []

    async def run(self, request: Request, numbers: "itertools.count[int]") -> None:
        """Send request after request."""
        while True:
            try:
                await request(next(numbers))
                self.succeeded += 1
            except (grpc.aio.AioRpcError, AssertionError, OSError, TimeoutError) as error:
                self.failures.append(repr(error))
            self._news.set()


@asynccontextmanager
async def under(request: Request, callers: int = _CALLERS) -> AsyncIterator[Load]:
    """Sends requests by several callers at once as long as the context lasts."""
    load, numbers = Load(), itertools.count()
    running = [asyncio.create_task(load.run(request, numbers)) for _ in range(callers)]
    try:
        yield load
    finally:
        for task in running:
            await tasks.end(task)


def mixed(member: Member) -> Request:
    """Reads from both planes over gRPC and, now and then, a change, which nobody may send twice."""
    channel = member.platform.channel
    organizations = organization_pb2_grpc.OrganizationsServiceStub(channel)
    targets = target_pb2_grpc.TargetsServiceStub(channel)
    identity = identity_pb2_grpc.IdentityServiceStub(channel)

    async def request(number: int) -> None:
        more = {"metadata": member.metadata, "timeout": _SECONDS}
        if number % _EVERY == 0:
            target = target_pb2.Target(host=f"host-{number}.example.com")
            await targets.CreateTarget(
                target_pb2.CreateTargetRequest(parent=member.organization, target=target), **more
            )
        elif number % 2:
            await organizations.GetOrganization(
                organization_pb2.GetOrganizationRequest(name=member.organization), **more
            )
        else:
            await identity.GetCaller(identity_pb2.GetCallerRequest(), **more)

    return request
