"""RunRetest, which waits for its turn and is cancelled, replayed from what Temporal has kept of it."""

from typing import Any

from temporalio import activity
from temporalio.client import WorkflowHandle

from services.core.findings.retests.orders import RetestOrder, Turn
from services.core.findings.retests.workflows import CONCLUDE, NAME, TAKE_TURN, RunRetest
from tests.mesh.replaying import history, replayed


async def test_what_it_did_is_what_it_does(database_environment: dict[str, str]) -> None:
    done: list[str] = []

    @activity.defn(name=TAKE_TURN)
    async def take_turn(order: RetestOrder) -> Turn:
        done.append("turn")
        return Turn(wait_seconds=0.1 if len(done) < 2 else 900.0)

    @activity.defn(name=CONCLUDE)
    async def conclude(order: RetestOrder) -> None:
        done.append("conclusion")

    async def cancel(running: WorkflowHandle[Any, Any]) -> None:
        await running.signal(RunRetest.cancel)

    address = database_environment["XORB_TEMPORAL_ADDRESS"]
    kept = await history(address, [RunRetest], [take_turn, conclude], NAME, RetestOrder("acme", "one"), cancel)
    assert done[-1] == "conclusion"
    await replayed([RunRetest], kept)
