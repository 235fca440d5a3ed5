"""Waking KeepTime: by whoever makes something due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from temporalio.client import Client
from temporalio.service import RPCError

from services.core.findings.timekeeping.workflows import NAME, TimeOrder, identifier
from services.mesh.errors import Failure, Reason
from services.mesh.temporal import TASK_QUEUE

_PATIENCE = timedelta(seconds=5)

SOON = timedelta(seconds=1)
"""After which a transaction that is about to commit has: what it makes due at once is looked for then."""


class Timekeeper(Protocol):
    """Looks after an organization's time."""

    async def wake(self, organization: UUID, at: datetime) -> None:
        """Asks for a look at a moment; raises UNAVAILABLE."""


@dataclass(frozen=True)
class WorkflowTimekeeper:
    """Timekeeping as a Temporal workflow.

    Args:
        client: Temporal.
    """

    client: Client

    async def wake(self, organization: UUID, at: datetime) -> None:
        """Asks for a look at a moment.

        Raises:
            Failure: UNAVAILABLE; Temporal is away.
        """
        try:
            await self.client.start_workflow(
                NAME,
                TimeOrder(str(organization)),
                id=identifier(organization),
                task_queue=TASK_QUEUE,
                start_signal="wake",
                start_signal_args=[at.isoformat()],
                rpc_timeout=_PATIENCE,
            )
        except RPCError as error:
            raise Failure(Reason.UNAVAILABLE, "Time can't be kept now. Try again in a moment.") from error
