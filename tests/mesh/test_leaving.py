"""How a process takes its leave: until callers know, and no longer than it must."""

import asyncio
from datetime import timedelta

from services.mesh.leaving import Leaving

LONG = timedelta(seconds=30)


async def test_nobody_is_told_before_it_leaves() -> None:
    leaving = Leaving(LONG)
    assert not leaving.tell()
    task = asyncio.create_task(leaving.wait())
    await asyncio.sleep(0)
    # That somebody asked before doesn't count: they heard that it serves.
    assert leaving.begun
    assert not task.done()
    assert leaving.tell()
    await asyncio.wait_for(task, 5)


async def test_when_nobody_asks_it_waits_no_longer_than_it_was_told() -> None:
    leaving = Leaving(timedelta(seconds=0.05))
    await asyncio.wait_for(leaving.wait(), 5)
    assert leaving.begun


async def test_whoever_asked_has_time_to_go_elsewhere() -> None:
    leaving = Leaving(LONG)
    task = asyncio.create_task(leaving.wait())
    await asyncio.sleep(0)
    leaving.tell()
    await asyncio.sleep(0.1)
    assert not task.done()
    await asyncio.wait_for(task, 5)
