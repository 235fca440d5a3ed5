"""From a commit to its frame at each of many WebSockets, through the whole platform.

The clock starts right before the writer sends COMMIT, and stops when a socket of the listeners' process has read the
frame. What is compared: Redis's own pub/sub, published to at the same rate and put into as many queues; and a watch
over gRPC, which goes neither through the bridge nor through Envoy.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from redis.asyncio import Redis

from bench import child
from bench.load import percentile
from bench.members import access_tokens
from bench.platform import Platform, running
from bench.report import emit
from bench.tenants import Tenant, tenant
from bench.usage import processor_seconds
from services.mesh.calls import Call
from services.mesh.database import Database
from services.mesh.events import log
from services.mesh.events.model import Event

SOCKETS = (1, 100, 1000)
EVENTS = 300
SPACING = 0.05
AIM_P99_MS = 25.0
_WARM_UP = 10
_CHANNEL = "bench"
_ON_THE_WAY = ("postgres", "relay", "valkey", "core", "bridge", "mesh", "envoy")

_NOBODY: Mapping[str, int] = MappingProxyType({})

Publish = Callable[[str], Awaitable[int]]
"""Publishes an event of this name and returns when its clock began, in nanoseconds."""


@dataclass(frozen=True)
class Writer:
    """Commits events to an organization's log, and publishes the same to Redis's pub/sub for comparison."""

    database: Database
    redis: Redis
    someone: Tenant

    async def commit(self, name: str) -> int:
        """Commits a change of the finding, and returns when the COMMIT was sent."""
        organization = self.someone.organization
        async with self.database.unit(Call("bench", organization=organization)) as unit:
            await log.append(unit.connection, unit.call, organization, [self._event(name)])
            return time.monotonic_ns()

    async def publish(self, name: str) -> int:
        """Publishes the same to a channel, its name in front."""
        sent = time.monotonic_ns()
        await self.redis.publish(_CHANNEL, f"{name}\n".encode() + self._event(name).snapshot)
        return sent

    def _event(self, name: str) -> Event:
        finding = type(self.someone.finding)()
        finding.CopyFrom(self.someone.finding)
        finding.title = name
        kind = finding.DESCRIPTOR.full_name
        return Event("finding.updated", finding.name, name, finding.SerializeToString(), kind)


async def main() -> None:
    """Measures each number of sockets, with one user's token for all and with a user for each."""
    async with running() as platform, Redis.from_url(platform.environment["XORB_REDIS_URL"]) as redis:
        someone = await tenant(platform, findings=1)
        database = Database.connect(platform.environment["XORB_POSTGRES_DSN"])
        writer = Writer(database, redis, someone)
        for sockets in SOCKETS:
            await _sockets(platform, writer, sockets, "one user")
            if sockets > 1:
                await _sockets(platform, writer, sockets, "a user each")
            await _queues(platform, writer, sockets)
        await _watch(platform, writer)
        await database.close()


async def _sockets(platform: Platform, writer: Writer, sockets: int, users: str) -> None:
    organization = writer.someone.organization
    tokens = await access_tokens(platform, organization, 1 if users == "one user" else sockets)
    path = f"/v1/organizations/{organization}/findings:watch"
    settings = {"port": platform.gateway, "path": path, "tokens": tokens, "sockets": sockets}
    figures = await _measure("bench.sockets", settings, writer.commit, sockets, platform.pids)
    emit("live", sockets=sockets, users=users, **figures, aim_p99_ms=AIM_P99_MS)


async def _queues(platform: Platform, writer: Writer, queues: int) -> None:
    settings = {"redis": platform.environment["XORB_REDIS_URL"], "channel": _CHANNEL, "queues": queues}
    emit("live_redis_pubsub", queues=queues, **await _measure("bench.fanout", settings, writer.publish, queues))


async def _watch(platform: Platform, writer: Writer) -> None:
    someone = writer.someone
    parent = f"organizations/{someone.organization}"
    settings = {"core": platform.address, "parent": parent, "token": someone.token}
    emit("live_grpc_watch", watches=1, **await _measure("bench.fanout", settings, writer.commit, 1))


async def _measure(
    module: str, settings: Mapping[str, Any], publish: Publish, listeners: int, pids: Mapping[str, int] = _NOBODY
) -> dict[str, Any]:
    """Returns the latencies of events at listeners, how many were missing, and what each process spent on an event."""
    on_the_way = {name: pid for name, pid in pids.items() if name in _ON_THE_WAY}
    async with child.listening(module, settings) as process:
        before = processor_seconds(on_the_way)
        sent = {f"bench {number}": 0 for number in range(-_WARM_UP, EVENTS)}
        for name in sent:
            due = asyncio.get_running_loop().time() + SPACING
            sent[name] = await publish(name)
            await asyncio.sleep(due - asyncio.get_running_loop().time())
        await asyncio.sleep(1)
        after = processor_seconds(on_the_way)
        seen = await child.arrivals(process)
    counted = list(sent)[_WARM_UP:]
    latencies = tuple((arrived - sent[name]) / 1e6 for name in counted for arrived in seen.get(name, ()))
    return {
        "p50_ms": percentile(latencies, 0.5),
        "p99_ms": percentile(latencies, 0.99),
        "longest_ms": max(latencies, default=0.0),
        "events": EVENTS,
        "missing": EVENTS * listeners - len(latencies),
        "processor_ms_per_event": {
            name: round(1000 * (after[name] - before[name]) / len(sent), 2) for name in on_the_way
        },
    }


if __name__ == "__main__":
    asyncio.run(main())
