"""Starts and stops reports' workflows."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from services.core.reports.orders import ReportOrder
from services.core.reports.workflows import NAME
from services.mesh.errors import Failure, Reason
from services.mesh.temporal import TASK_QUEUE

# Whoever asks holds a connection to the database meanwhile: a Temporal that hangs must not take them all.
_PATIENCE = timedelta(seconds=5)


@dataclass(frozen=True)
class Control:
    """The way to Temporal."""

    client: Client

    async def start(self, name: str, order: ReportOrder) -> None:
        """Starts the workflow of a report; one that has been started stays as it is.

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
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            raise Failure(Reason.UNAVAILABLE, "Reports can't be rendered now. Try again in a moment.") from error

    async def stop(self, name: str) -> None:
        """Cancels the workflow of a report; one that has ended or is lost stays as it is.

        Raises:
            Failure: UNAVAILABLE.
        """
        try:
            await self.client.get_workflow_handle(name).cancel(rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Failure(Reason.UNAVAILABLE, "The rendering can't be stopped now. Try again.") from error
