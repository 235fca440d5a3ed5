"""What runs of an organization is ended, and what has run is forgotten; one workflow is left alone, and others' are."""

import os

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from services.mesh import identifiers
from services.mesh.executions import Executions
from tests.mesh.events.harness import eventually

_NOBODYS = "nobody-works-on-this"


async def _wanted() -> bool:
    return True


async def test_what_runs_is_ended_and_forgotten(database_environment: dict[str, str]) -> None:
    client = await Client.connect(database_environment["XORB_TEMPORAL_ADDRESS"])
    prefix, other = (f"organizations/{identifiers.new()}/" for _ in range(2))
    own, run, others = f"{prefix}deletions/1", f"{prefix}scans/1", f"{other}scans/1"
    for name in (own, run, others):
        await client.start_workflow("Sleep", id=name, task_queue=_NOBODYS)

    async def status(name: str) -> WorkflowExecutionStatus | None:
        return (await client.get_workflow_handle(name).describe()).status

    async def listed() -> bool:
        found = [one.id async for one in client.list_workflows(f'WorkflowId STARTS_WITH "{prefix}"')]
        return set(found) == {own, run}

    async def forgotten() -> bool:
        try:
            await status(run)
        except RPCError as error:
            return error.status is RPCStatusCode.NOT_FOUND
        return False

    await eventually(listed, seconds=10)
    executions = Executions(client, own_end=0.0)
    assert await executions.stop(prefix, apart_from=own, wanted=_wanted)
    assert await status(run) is WorkflowExecutionStatus.TERMINATED
    await executions.forget(prefix, apart_from=own)
    if os.environ.get("XORB_TEST_FORGETTING") == "on":
        # Temporal takes its time, half a minute of it.
        await eventually(forgotten, seconds=60)
    for name in (own, others):
        assert await status(name) is WorkflowExecutionStatus.RUNNING
        await client.get_workflow_handle(name).terminate()


async def test_what_was_started_after_the_stop_was_given_up_runs_on(database_environment: dict[str, str]) -> None:
    client = await Client.connect(database_environment["XORB_TEMPORAL_ADDRESS"])
    prefix = f"organizations/{identifiers.new()}/"
    before, after = f"{prefix}scans/1", f"{prefix}scans/2"
    looks = 0

    async def listed() -> bool:
        return bool([one async for one in client.list_workflows(f'WorkflowId = "{before}"')])

    async def wanted() -> bool:
        nonlocal looks
        looks += 1
        if looks == 2:
            # Undone at this moment, after the look at what runs; somebody starts something at once.
            await client.start_workflow("Sleep", id=after, task_queue=_NOBODYS)
        return looks < 2

    await client.start_workflow("Sleep", id=before, task_queue=_NOBODYS)
    await eventually(listed, seconds=10)
    assert not await Executions(client, own_end=0.0).stop(prefix, apart_from="", wanted=wanted)
    handles = [client.get_workflow_handle(name) for name in (before, after)]
    assert [(await one.describe()).status for one in handles] == [WorkflowExecutionStatus.RUNNING] * 2
    for one in handles:
        await one.terminate()
