"""Starts scans' workflows and sends them signals."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from services.core.scans.domain import State
from services.core.scans.orders import ScanOrder
from services.core.scans.workflows import NAME, RunScan
from services.mesh.errors import Failure, Reason
from services.mesh.temporal import TASK_QUEUE

# Whoever asks holds a connection to the database meanwhile: a Temporal that hangs must not take them all.
_PATIENCE = timedelta(seconds=5)
_SIGNALS = {State.PAUSED: RunScan.pause, State.RUNNING: RunScan.resume, State.CANCELLED: RunScan.cancel}


@dataclass(frozen=True)
class Control:
    """The way to Temporal."""

    client: Client

    async def start(self, name: str, order: ScanOrder) -> None:
        """Starts the workflow of a scan; one that has been started stays as it is.

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
            raise Failure(Reason.UNAVAILABLE, "Scans can't be started now. Try again in a moment.") from error

    async def wake(self, name: str) -> None:
        """Has a scan that waits for a window ask at once whether it may go on; without Temporal it does so in time."""
        with contextlib.suppress(RPCError):
            await self.client.get_workflow_handle(name).signal(RunScan.wake, rpc_timeout=_PATIENCE)

    async def tell(self, name: str, state: State) -> bool:
        """Tells a scan's workflow to pause, to go on or to stop; returns False where no workflow runs any more.

        Raises:
            Failure: UNAVAILABLE.
        """
        try:
            await self.client.get_workflow_handle(name).signal(_SIGNALS[state], rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Failure(Reason.UNAVAILABLE, "The scan can't be reached now. Try again in a moment.") from error
            return False
        return True
