"""The baselines of `bench.live`, as listeners: Redis's own pub/sub into queues, and one watch over gRPC alone."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
from redis.asyncio import Redis
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from bench import child
from bench.child import Arrivals
from bench.platform import told


@asynccontextmanager
async def listen(settings: Mapping[str, Any]) -> AsyncIterator[Callable[[], Arrivals]]:
    """Listens to the `channel` of `redis` with a task and queue for each of `queues`, or to `core` with a `token`."""
    seen: Arrivals = {}
    ready = asyncio.Event()
    work = _watch(settings, seen, ready) if "core" in settings else _subscribe(settings, seen, ready)
    task = asyncio.create_task(work)
    await ready.wait()
    try:
        yield lambda: seen
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _subscribe(settings: Mapping[str, Any], seen: Arrivals, ready: asyncio.Event) -> None:
    queues: list[asyncio.Queue[str]] = [asyncio.Queue() for _ in range(settings["queues"])]
    async with Redis.from_url(settings["redis"]) as redis, asyncio.TaskGroup() as group:
        for queue in queues:
            group.create_task(_take(queue, seen))
        async with redis.pubsub() as channel:
            await channel.subscribe(settings["channel"])
            ready.set()
            async for message in channel.listen():
                if message["type"] == "message":
                    name = message["data"].partition(b"\n")[0].decode()
                    for queue in queues:
                        queue.put_nowait(name)


async def _take(queue: asyncio.Queue[str], seen: Arrivals) -> None:
    while True:
        name = await queue.get()
        seen.setdefault(name, []).append(time.monotonic_ns())


async def _watch(settings: Mapping[str, Any], seen: Arrivals, ready: asyncio.Event) -> None:
    async with grpc.aio.insecure_channel(settings["core"]) as channel:
        records = finding_pb2_grpc.FindingsServiceStub(channel).WatchFindings(
            finding_pb2.WatchFindingsRequest(parent=settings["parent"]),
            metadata=(*told("edge"), ("authorization", f"Bearer {settings['token']}")),
        )
        async for record in records:
            ready.set()
            seen.setdefault(record.event.finding.title, []).append(time.monotonic_ns())


if __name__ == "__main__":
    child.run(listen)
