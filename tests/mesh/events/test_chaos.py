"""Clients that resume see every event once and in order, whoever is killed meanwhile."""

import asyncio
import contextlib
import random
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.testing import KEYS
from tests.mesh.events.harness import eventually, logged, write_slowly
from tests.mesh.events.processes import Replaceable, Valkey
from tests.mesh.events.watching import ResumingCall, ResumingClient, ResumingSocket

RUNS, WRITERS, EVENTS_EACH, LONGEST_DELAY = 50, 4, 12, 0.04


@dataclass(frozen=True)
class World:
    """What can be killed, by name: each comes back after some seconds.

    Attributes:
        service: The service's gRPC address.
        bridge: The path of the bridge's socket.
        kills: What kills.
    """

    service: str
    bridge: str
    kills: Mapping[str, Callable[[float], Awaitable[None]]]


def killing(victim: Replaceable | Valkey) -> Callable[[float], Awaitable[None]]:
    """Returns what kills something and starts it again after some seconds."""

    async def kill(seconds: float) -> None:
        await victim.kill()
        await asyncio.sleep(seconds)
        await victim.start()

    return kill


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(dsns: dict[str, str]) -> AsyncIterator[World]:
    """A relay, a service, a bridge before it, and a Valkey that forgets, as processes."""
    with tempfile.TemporaryDirectory(prefix="xorb-") as folder:
        address, valkey = f"unix:{folder}/core.sock", Valkey(Path(folder))
        relay = {"dsn": dsns["relay"], "redis": valkey.url, "relay": f"chaos {identifiers.new()}"}
        service = {"dsn": dsns["app"], "redis": valkey.url, "address": address}
        service |= {"page_token_key": secrets.token_hex(), "signing_key": KEYS._private.private_bytes_raw().hex()}
        victims: dict[str, Replaceable | Valkey] = {
            "relay": Replaceable("relaying", relay),
            "service": Replaceable("serving", service),
            "bridge": Replaceable("bridging", {"folder": folder}),
            "redis": valkey,
        }
        try:
            for victim in victims.values():
                await victim.start()
            kills = {name: killing(victim) for name, victim in victims.items()}
            yield World(address, f"{folder}/bridge.sock", kills)
        finally:
            for victim in victims.values():
                await victim.kill() if isinstance(victim, Valkey) else await victim.close()


async def havoc(world: World, chance: random.Random) -> None:
    """Kills each once, one after the other, at random times in random order."""
    for victim in chance.sample(list(world.kills), len(world.kills)):
        await asyncio.sleep(chance.uniform(0, 0.15))
        await world.kills[victim](chance.uniform(0, 0.1))


async def story(world: World, database: Database, organization: UUID, seed: int) -> list[ResumingClient]:
    """Writes, kills and watches at once; returns the clients when they have seen as many events as there are."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    clients = [ResumingCall(world.service, organization), ResumingSocket(world.bridge, organization)]
    async with watching(clients) as until:
        await until(lambda client: client.ready.is_set())
        async with asyncio.TaskGroup() as group:
            group.create_task(havoc(world, chance))
            for writer in range(WRITERS):
                group.create_task(
                    write_slowly(database, [organization], str(writer), range(EVENTS_EACH), chance, LONGEST_DELAY)
                )
        await until(lambda client: len(client.seen) >= WRITERS * EVENTS_EACH)
    return clients


Until = Callable[[Callable[[ResumingClient], bool]], Awaitable[None]]


@contextlib.asynccontextmanager
async def watching(clients: Sequence[ResumingClient]) -> AsyncIterator[Until]:
    """Runs clients; gives what waits until something is true of each. What a client fails with is raised."""
    tasks = [asyncio.create_task(client.run()) for client in clients]

    async def until(condition: Callable[[ResumingClient], bool]) -> None:
        async def fulfilled() -> bool:
            return any(task.done() for task in tasks) or all(map(condition, clients))

        # Each process that was killed starts anew, which takes long where others want the processors, too.
        await eventually(fulfilled, seconds=120)

    try:
        yield until
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


@pytest.mark.parametrize("seed", range(RUNS))
async def test_resuming_clients_see_every_event_once_in_order(world: World, database: Database, seed: int) -> None:
    organization = identifiers.new()
    clients = await story(world, database, organization, seed)
    events = [event.id for event in await logged(database, organization)]
    assert len(events) == WRITERS * EVENTS_EACH
    for client in clients:
        assert client.seen == events
        assert client.interruptions >= 1
