"""A client that resumes sees every event once and in order, whoever is killed meanwhile."""

import asyncio
import contextlib
import random
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
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
from tests.mesh.events.watching import ResumingClient

RUNS, WRITERS, EVENTS_EACH, LONGEST_DELAY = 50, 4, 12, 0.04


@dataclass(frozen=True)
class World:
    """What can be killed, by name: each comes back after some seconds."""

    address: str
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
    """A relay, a service and a Valkey that forgets, as processes."""
    with tempfile.TemporaryDirectory(prefix="xorb-") as folder:
        address, valkey = f"unix:{folder}/core.sock", Valkey(Path(folder))
        relay = {"dsn": dsns["relay"], "redis": valkey.url, "relay": f"chaos {identifiers.new()}"}
        service = {"dsn": dsns["app"], "redis": valkey.url, "address": address}
        service |= {"page_token_key": secrets.token_hex(), "signing_key": KEYS._private.private_bytes_raw().hex()}
        victims: dict[str, Replaceable | Valkey] = {
            "relay": Replaceable("relaying", relay),
            "service": Replaceable("serving", service),
            "redis": valkey,
        }
        try:
            for victim in victims.values():
                await victim.start()
            yield World(address, {name: killing(victim) for name, victim in victims.items()})
        finally:
            for victim in victims.values():
                await victim.kill() if isinstance(victim, Valkey) else await victim.close()


async def havoc(world: World, chance: random.Random) -> None:
    """Kills each once and one of the quick to start again, one after the other, at random times in random order."""
    victims = [*world.kills, chance.choice(["relay", "redis"])]
    chance.shuffle(victims)
    for victim in victims:
        await asyncio.sleep(chance.uniform(0, 0.15))
        await world.kills[victim](chance.uniform(0, 0.1))


async def story(world: World, database: Database, organization: UUID, seed: int) -> ResumingClient:
    """Writes, kills and watches at the same time; returns the client when it has seen as many events as there are."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    client = ResumingClient(world.address, organization)
    watching = asyncio.create_task(client.run())
    try:

        async def ready() -> bool:
            return watching.done() or client.ready.is_set()

        await eventually(ready)
        async with asyncio.TaskGroup() as group:
            group.create_task(havoc(world, chance))
            for writer in range(WRITERS):
                group.create_task(
                    write_slowly(database, [organization], str(writer), range(EVENTS_EACH), chance, LONGEST_DELAY)
                )

        async def complete() -> bool:
            return watching.done() or len(client.seen) >= WRITERS * EVENTS_EACH

        await eventually(complete)
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    return client


@pytest.mark.parametrize("seed", range(RUNS))
async def test_a_resuming_client_sees_every_event_once_in_order(world: World, database: Database, seed: int) -> None:
    organization = identifiers.new()
    client = await story(world, database, organization, seed)
    assert client.seen == [event.id for event in await logged(database, organization)]
    assert len(client.seen) == WRITERS * EVENTS_EACH
    assert client.interruptions >= 1
