"""Runs a workflow on a real Temporal with a test's activities, and replays what Temporal has kept of it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.worker import Replayer

from services.mesh import identifiers, temporal

Act = Callable[[WorkflowHandle[Any, Any]], Awaitable[None]]
"""What a test does to a workflow while it runs."""


async def history(
    address: str,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., Any]],
    name: str,
    order: object,
    act: Act,
) -> WorkflowHistory:
    """What Temporal has kept of a workflow that ran to its end: the first one of a name, where it goes on as others."""
    client, queue = await Client.connect(address), f"replaying-{identifiers.new()}"
    async with temporal.worker(client, workflows, activities, task_queue=queue):
        started = await client.start_workflow(name, order, id=f"replaying/{identifiers.new()}", task_queue=queue)
        await act(started)
        await started.result()
    return await client.get_workflow_handle(started.id, run_id=started.first_execution_run_id).fetch_history()


async def replayed(workflows: Sequence[type], kept: WorkflowHistory) -> None:
    """Replays a history as workers run; NondeterminismError where the workflow does something else."""
    await Replayer(workflows=workflows, workflow_runner=temporal.workflow_runner()).replay_workflow(kept)
