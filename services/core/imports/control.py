"""Starts imports' workflows, and tells them to stop."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from services.core.imports.orders import ImportOrder
from services.core.imports.workflows import NAME, ImportFile
from services.mesh.errors import Failure, Reason
from services.mesh.temporal import TASK_QUEUE

# Whoever asks holds a connection to the database meanwhile: a Temporal that hangs must not take them all.
_PATIENCE = timedelta(seconds=5)


@dataclass(frozen=True)
class Control:
    """The way to Temporal."""

    client: Client

    async def start(self, name: str, order: ImportOrder) -> None:
        """Starts the workflow of an import; one that has been started stays as it is.

        Raises:
            Failure: UNAVAILABLE.
        """
        try:
            await self.client.start_workflow(
                NAME,
                order,
                id=name,
                task_queue=TASK_QUEUE,
                # One that waited in vain for the state of a call that failed has ended, and another may begin.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                rpc_timeout=_PATIENCE,
            )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            raise Failure(Reason.UNAVAILABLE, "Imports can't be started now. Try again in a moment.") from error

    async def cancel(self, name: str) -> None:
        """Tells an import's workflow to stop; one that doesn't run any more has nothing to stop.

        Raises:
            Failure: UNAVAILABLE.
        """
        try:
            await self.client.get_workflow_handle(name).signal(ImportFile.cancel, rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Failure(Reason.UNAVAILABLE, "The import can't be reached now. Try again in a moment.") from error
