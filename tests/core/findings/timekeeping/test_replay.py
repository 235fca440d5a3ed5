"""KeepTime, which sleeps, is woken before its time and is stopped, replayed from what Temporal has kept of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.client import WorkflowHandle

from services.core.findings.timekeeping.workflows import NAME, TICK, KeepTime, TimeOrder
from tests.mesh.events.harness import eventually
from tests.mesh.replaying import history, replayed


def after(seconds: float) -> str:
    """A moment from now, ISO 8601."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def test_what_it_did_is_what_it_does(database_environment: dict[str, str]) -> None:
    looks: list[str] = []

    @activity.defn(name=TICK)
    async def tick(organization: str) -> str:
        looks.append(organization)
        return after(0.1 if len(looks) < 2 else 600)

    async def looked(times: int) -> None:
        async def enough() -> bool:
            return len(looks) >= times

        await eventually(enough, 20)

    async def wake_and_stop(running: WorkflowHandle[Any, Any]) -> None:
        await looked(2)
        await running.signal(KeepTime.wake, after(0))
        await looked(3)
        await running.signal(KeepTime.cancel)

    address, order = database_environment["XORB_TEMPORAL_ADDRESS"], TimeOrder("acme", [after(0)])
    kept = await history(address, [KeepTime], [tick], NAME, order, wake_and_stop)
    # Stopped in its sleep, it looks once more.
    assert looks in (["acme"] * 3, ["acme"] * 4)
    await replayed([KeepTime], kept)


async def test_nothing_to_wait_for_ends_it(database_environment: dict[str, str]) -> None:
    @activity.defn(name=TICK)
    async def tick(organization: str) -> str:
        return ""

    async def leave(running: WorkflowHandle[Any, Any]) -> None:
        """It ends by itself."""

    address = database_environment["XORB_TEMPORAL_ADDRESS"]
    kept = await history(address, [KeepTime], [tick], NAME, TimeOrder("acme"), leave)
    await replayed([KeepTime], kept)
