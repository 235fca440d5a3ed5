"""What the tests of events stand on: writers with random commit delays, and the log's own order to compare with."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from uuid import UUID

from services.mesh import identifiers, tasks
from services.mesh.database import Database
from services.mesh.events import log
from services.mesh.events.model import START, Event, LoggedEvent
from services.mesh.events.relay import Relay
from services.mesh.testing import call_of


def finding_event(organization: UUID, summary: str, kind: str = "finding.updated") -> Event:
    """Returns an event of some finding of an organization."""
    return Event(kind, f"organizations/{organization}/findings/{identifiers.new()}", summary)


async def write(database: Database, organization: UUID, *summaries: str, kind: str = "finding.updated") -> None:
    """Commits one event for each summary, each in its own transaction."""
    for summary in summaries:
        async with database.unit(call_of(organization)) as unit:
            unit.record(finding_event(organization, summary, kind))


async def write_slowly(
    database: Database,
    organizations: Sequence[UUID],
    writer: str,
    numbers: Iterable[int],
    chance: random.Random,
    longest: float,
) -> None:
    """Commits events `<writer>:<number>`; each transaction dawdles before its first write and before its end.

    Args:
        database: Where to.
        organizations: One of them is chosen for each event.
        writer: The writer's name.
        numbers: The numbers, ascending.
        chance: Decides on the organizations and the delays.
        longest: The longest delay, in seconds.
    """
    for number in numbers:
        organization = chance.choice(organizations)
        async with database.unit(call_of(organization)) as unit:
            await asyncio.sleep(chance.uniform(0, longest))
            await log.append(
                unit.connection, unit.call, organization, [finding_event(organization, f"{writer}:{number}")]
            )
            await asyncio.sleep(chance.uniform(0, longest))


async def logged(database: Database, organization: UUID) -> list[LoggedEvent]:
    """Returns all events of an organization in the log's order."""
    async with database.unit(call_of(organization)) as unit:
        return await log.read_organization(unit.connection, organization, START, 100_000)


def in_order_of_writers(summaries: Sequence[str]) -> bool:
    """Returns whether every writer's numbers ascend."""
    seen: dict[str, int] = {}
    for summary in summaries:
        writer, _, number = summary.partition(":")
        if seen.get(writer, -1) >= int(number):
            return False
        seen[writer] = int(number)
    return True


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Returns when a condition is true; fails when it isn't in time."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - elsewhere, nobody can tell us
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    """Runs a relay."""
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        await tasks.end(task)
