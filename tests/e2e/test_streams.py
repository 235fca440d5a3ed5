"""Readers that stall or leave cost a bounded amount, and nothing that stays.

`XORB_STALLED_READERS` and `XORB_CANCELLED_STREAMS` are how many; `make streams` takes 1,000 and 50,000.
"""

import asyncio
import os
import time

import pytest

from stack.polling import until
from tests.e2e.members import Json, Member
from tests.e2e.platform import Platform
from tests.e2e.scans import ended, findings, order
from tests.e2e.streams import grown, memory, open_streams, opened
from tests.e2e.watching import watching

STALLED = int(os.environ.get("XORB_STALLED_READERS", "150"))
CANCELLED = int(os.environ.get("XORB_CANCELLED_STREAMS", "1500"))
CHANGES = 40
_AT_ONCE = 60
_MOST = 256
_STAYS = 32
_SECONDS = 60 + STALLED / 5

# Some four hundred streams a second are opened and given up on two processors that have nothing else to do.
pytestmark = pytest.mark.timeout(180 + STALLED / 2 + CANCELLED / 50)


async def test_cancelled_streams_leave_nothing(member: Member) -> None:
    platform, path = member.platform, f"{member.organization}/activity:watch"
    open_before = await open_streams(platform)
    await _cancel(member, path, CANCELLED // 5)
    await _back_to(platform, open_before)
    before = memory(platform)
    begun = time.monotonic()
    most = await _cancel(member, path, CANCELLED)
    seconds = time.monotonic() - begun
    await _back_to(platform, open_before)
    growth = grown(before, memory(platform))
    print(f"{CANCELLED} cancelled streams in {seconds:.0f} s: {growth:.0f} MiB more than before")  # noqa: T201  idem
    assert growth < _STAYS
    assert most > open_before


async def test_stalled_readers_take_little_and_hold_up_nobody(member: Member) -> None:
    platform, path = member.platform, f"{member.organization}/findings:watch"
    finding = await _finding(member)
    open_before = await open_streams(platform)
    before = memory(platform)
    peak = 0.0
    async with opened(member, path, STALLED):

        async def all_open() -> bool:
            return await open_streams(platform) >= open_before + STALLED

        await until(all_open, _SECONDS)
        async with watching(member, path, "grpc") as watch:
            for number in range(CHANGES):
                begun = time.monotonic()
                await _change(member, finding, number)
                await watch.count("finding.updated", number + 1)
                assert time.monotonic() - begun < 10
                if number % 5 == 4:
                    peak = max(peak, grown(before, memory(platform)))
        peak = max(peak, grown(before, memory(platform)))
    print(f"{STALLED} stalled readers: {peak:.0f} MiB over the baseline")  # noqa: T201  a figure to report
    assert peak < _MOST
    await _back_to(platform, open_before)


async def _cancel(member: Member, path: str, count: int) -> int:
    """Some are given up before the service has heard of them, some after, some in between.

    Returns the most that were seen open in a service.
    """
    most = 0
    for first in range(0, count, _AT_ONCE):
        async with opened(member, path, min(_AT_ONCE, count - first)):
            await asyncio.sleep((first // _AT_ONCE) % 3 * 0.05)
            if first // _AT_ONCE % 12 == 2:
                most = max(most, await open_streams(member.platform))
    return most


async def _back_to(platform: Platform, count: int) -> None:
    async def is_back() -> bool:
        return await open_streams(platform) <= count

    await until(is_back, 60)


async def _finding(member: Member) -> Json:
    await ended(member, await order(member, await member.demo_target()))
    return (await findings(member))[0]


async def _change(member: Member, finding: Json, number: int) -> None:
    """A change that makes a large event."""
    description = f"{number} ".ljust(20_000, "x")
    await member.call("PATCH", f"{finding['name']}?updateMask=description", {"description": description})
