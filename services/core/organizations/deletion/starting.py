"""Deletions: started when they are asked for, before their time of grace."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from temporalio.client import Client
from temporalio.service import RPCError

from services.core.organizations.deletion.orders import DeletionOrder, name
from services.core.organizations.deletion.workflows import NAME
from services.core.organizations.domain import Organization
from services.mesh.errors import Failure, Reason
from services.mesh.temporal import TASK_QUEUE

_PATIENCE = timedelta(seconds=5)


class Deletions(Protocol):
    """Deletes organizations after a time of grace."""

    grace: timedelta

    async def start(self, organization: Organization, actor: str) -> None:
        """Starts the deletion of an organization that was marked as deleted; raises UNAVAILABLE."""


@dataclass
class DeletionWorkflows:
    """Deletions as Temporal workflows.

    Args:
        client: Temporal.
        grace: How long a deletion can be undone.
    """

    client: Client
    grace: timedelta

    async def start(self, organization: Organization, actor: str) -> None:
        """Starts a deletion; its first step waits for the transaction that marks the organization.

        Raises:
            Failure: UNAVAILABLE; Temporal is away.
        """
        assert organization.deleted_at  # noqa: S101 - the caller has just set it
        requested = organization.deleted_at.isoformat()
        order = DeletionOrder(str(organization.id), actor, requested, self.grace.total_seconds())
        identifier = name(organization.id, requested)
        try:
            await self.client.start_workflow(NAME, order, id=identifier, task_queue=TASK_QUEUE, rpc_timeout=_PATIENCE)
        except RPCError as error:
            raise Failure(Reason.UNAVAILABLE, "A deletion can't be started now. Try again in a moment.") from error
