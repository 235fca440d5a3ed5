"""What Temporal runs, and has run, of one organization: ended, and forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.client import WorkflowExecution as Listed
from temporalio.service import RPCError, RPCStatusCode

CANCEL = "cancel"
"""The signal by which a workflow comes to an early end of its own; one that doesn't know it is terminated."""

_PATIENCE = timedelta(seconds=5)
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Executions:
    """The workflows whose identifiers begin with a resource's name.

    Args:
        client: A connected client.
        own_end: Seconds that they have to come to an end of their own.
    """

    client: Client
    own_end: float = 10.0

    async def stop(self, prefix: str, *, apart_from: str, wanted: Callable[[], Awaitable[bool]]) -> bool:
        """Ends what runs, and what would run by a schedule; returns False where it was given up.

        Args:
            prefix: What identifiers begin with.
            apart_from: The identifier that is left alone.
            wanted: Says whether this is to go on. It is asked after each look at what runs and before that is touched,
                so nothing is that was started when it wasn't wanted any more.

        Raises:
            RPCError: Temporal is away.
        """
        schedules = [one.id async for one in await self.client.list_schedules() if one.id.startswith(prefix)]
        running = f'WorkflowId STARTS_WITH "{prefix}" AND ExecutionStatus = "Running"'
        ending = await self._listed(running, apart_from)
        if not await wanted():
            return False
        for schedule in schedules:
            await _gone(self.client.get_schedule_handle(schedule).delete())
        for one in ending:
            await _gone(self.client.get_workflow_handle(one.id, run_id=one.run_id).signal(CANCEL))
        until = asyncio.get_running_loop().time() + self.own_end
        while ending := await self._listed(running, apart_from):
            if not await wanted():
                return False
            if asyncio.get_running_loop().time() > until:
                for one in ending:
                    await _gone(self.client.get_workflow_handle(one.id, run_id=one.run_id).terminate("deleted"))
            await asyncio.sleep(_LOOK_SECONDS)
        return True

    async def forget(self, prefix: str, *, apart_from: str) -> None:
        """Removes the histories of what has run, with all that passed between workflows and activities.

        Raises:
            RPCError: Temporal is away.
        """
        for one in await self._listed(f'WorkflowId STARTS_WITH "{prefix}"', apart_from):
            execution = WorkflowExecution(workflow_id=one.id, run_id=one.run_id)
            request = DeleteWorkflowExecutionRequest(namespace=self.client.namespace, workflow_execution=execution)
            await _gone(self.client.workflow_service.delete_workflow_execution(request, timeout=_PATIENCE))

    async def _listed(self, query: str, apart_from: str) -> list[Listed]:
        return [one async for one in self.client.list_workflows(query) if one.id != apart_from]


async def _gone(asked: Awaitable[object]) -> None:
    """Waits for an answer; what is there no more is fine, too."""
    try:
        await asked
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
