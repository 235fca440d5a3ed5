"""Saves histories of RunScan from a real platform, for the replay test: `python -m tests.e2e.histories`.

To be run after a change of the workflow that is meant to be incompatible, and only then.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from stack.testing import EVERYTHING, embedded
from tests.e2e.members import Member, join
from tests.e2e.platform import connected
from tests.e2e.scans import ended, order, reached, tasks
from tests.e2e.slow_site import slow_site

FOLDER = Path(__file__).parents[1] / "core" / "scans" / "histories"
_IDENTITY = "a worker"
_LEFT_OUT = {"workerVersion", "binaryChecksum", "stackTrace"}


async def main() -> None:
    """Runs a scan for each history and writes what Temporal kept of it."""
    async with embedded(*EVERYTHING) as environment, connected(environment) as platform:
        for name, act in HISTORIES.items():
            member = await join(platform)
            scan = await act(member)
            await ended(member, scan)
            workflow = (await platform.temporal()).get_workflow_handle(scan)
            await workflow.result()
            text = json.dumps(scrubbed(json.loads((await workflow.fetch_history()).to_json())), indent=1)
            (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def scrubbed(content: Any) -> Any:
    """A history without what it tells of the machine that it is from; none of it takes part in a replay."""
    if isinstance(content, dict):
        kept = {key: scrubbed(value) for key, value in content.items() if key not in _LEFT_OUT}
        return kept | {"identity": _IDENTITY} if "identity" in kept else kept
    return [scrubbed(value) for value in content] if isinstance(content, list) else content


async def _straight(member: Member) -> str:
    return await order(member, await member.demo_target())


async def _paused(member: Member) -> str:
    async with slow_site(1.0) as slow:
        scan = await order(member, await member.demo_target(), ports=[*member.platform.demo_ports, slow.port])
        await reached(member, scan, lambda now: "ports" in tasks(now, "RUNNING"))
        await member.post(f"{scan}:pause")
        await reached(member, scan, lambda now: "ports" in tasks(now, "DONE"))
        slow.seconds = 0.0
        await member.post(f"{scan}:resume")
        await ended(member, scan)
    return scan


async def _cancelled(member: Member) -> str:
    scan = await order(member, await member.demo_target())
    await reached(member, scan, lambda now: "tls" in tasks(now, "RUNNING"))
    await member.post(f"{scan}:cancel")
    return scan


async def _cancelled_at_once(member: Member) -> str:
    scan = await _straight(member)
    await member.post(f"{scan}:cancel")
    return scan


async def _worker_killed(member: Member) -> str:
    scan = await _straight(member)
    await reached(member, scan, lambda now: "tls" in tasks(now, "RUNNING"))
    await member.platform.restarted(member.platform.kill("orchestrator"))
    return scan


HISTORIES: dict[str, Callable[[Member], Awaitable[str]]] = {
    "straight": _straight,
    "paused": _paused,
    "cancelled": _cancelled,
    "cancelled_at_once": _cancelled_at_once,
    "worker_killed": _worker_killed,
}

if __name__ == "__main__":
    asyncio.run(main())
