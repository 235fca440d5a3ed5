"""RunScan on a real Temporal: what it waits for, and when it is woken."""

from typing import Any

from temporalio import activity
from temporalio.client import WorkflowHandle

from services.core.scans.orders import Ending, Plan, ScanOrder, TaskOrder, TaskResult
from services.core.scans.workflows import EXECUTE, FINISH, NAME, PLAN, RunScan
from tests.mesh.replaying import history, replayed

_ORDER = ScanOrder("acme", "one")
_HOUR = 3600.0


async def test_a_scan_woken_before_it_waits_asks_again_at_once(database_environment: dict[str, str]) -> None:
    """The window opens while what asked about it is still on its way back with what it was told before."""
    started: list[WorkflowHandle[Any, Any]] = []
    asked: list[str] = []

    async def wait_unless_asked_before(question: str) -> float:
        asked.append(question)
        if asked.count(question) > 1:
            return 0.0
        await started[0].signal(RunScan.wake)
        return _HOUR

    @activity.defn(name=PLAN)
    async def plan(order: ScanOrder) -> Plan:
        if not started:
            raise RuntimeError("the test has no hold of the scan yet")
        hold = await wait_unless_asked_before(PLAN)
        return Plan([] if hold else [TaskOrder(order, "http", "target", "discovery")], hold)

    @activity.defn(name=EXECUTE)
    async def execute(order: TaskOrder) -> TaskResult:
        return TaskResult(order.target, hold_seconds=await wait_unless_asked_before(EXECUTE))

    @activity.defn(name=FINISH)
    async def finish(ending: Ending) -> None:
        asked.append(ending.state)

    async def take_hold(running: WorkflowHandle[Any, Any]) -> None:
        started.append(running)

    address = database_environment["XORB_TEMPORAL_ADDRESS"]
    kept = await history(address, [RunScan], [plan, execute, finish], NAME, _ORDER, take_hold)
    assert asked == [PLAN, PLAN, EXECUTE, EXECUTE, "SUCCEEDED"]
    await replayed([RunScan], kept)
