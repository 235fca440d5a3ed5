"""Starts re-tests' workflows, and ends them early."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from services.core.findings.retests.orders import RetestOrder
from services.core.findings.retests.workflows import NAME, RunRetest
from services.mesh.errors import Failure, Reason
from services.mesh.temporal import TASK_QUEUE

# Whoever asks holds a connection to the database meanwhile: a Temporal that hangs must not take them all.
_PATIENCE = timedelta(seconds=5)


class Control(Protocol):
    """The way to re-tests' workflows."""

    async def start(self, name: str, order: RetestOrder) -> None:
        """Starts the workflow of a re-test; raises UNAVAILABLE."""

    async def cancel(self, name: str) -> None:
        """Ends the workflow of a re-test, if it runs; raises UNAVAILABLE."""


@dataclass(frozen=True)
class WorkflowControl:
    """The way to Temporal."""

    client: Client

    async def start(self, name: str, order: RetestOrder) -> None:
        """Starts the workflow of a re-test.

        Raises:
            Failure: UNAVAILABLE.
        """
        try:
            await self.client.start_workflow(
                NAME,
                order,
                id=name,
                task_queue=TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                rpc_timeout=_PATIENCE,
            )
        except RPCError as error:
            raise Failure(Reason.UNAVAILABLE, "Re-tests can't be started now. Try again in a moment.") from error

    async def cancel(self, name: str) -> None:
        """Ends the workflow of a re-test; one that has ended stays as it is.

        Raises:
            Failure: UNAVAILABLE.
        """
        try:
            await self.client.get_workflow_handle(name).signal(RunRetest.cancel, rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Failure(Reason.UNAVAILABLE, "The re-test can't be reached now. Try again in a moment.") from error
