"""Wakes the workflows of notifications: by a signal that starts them where they have ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from services.core.notifications import store
from services.core.notifications.orders import (
    ChannelOrder,
    OrganizationOrder,
    channel_workflow,
    organization_workflow,
)
from services.core.notifications.workflows import DELIVER, NOTIFY, QUEUE, WAKE
from services.mesh.events.follower import Connection
from services.mesh.events.model import LoggedEvent

LOST: tuple[type[Exception], ...] = (RPCError,)
"""What is raised where Temporal is away."""
NAME = "notifications"
"""The cursor of what follows the log for notifications."""
_PATIENCE = timedelta(seconds=5)


@dataclass(frozen=True)
class Waking:
    """The way to Temporal."""

    client: Client

    async def organizations(self, connection: Connection, events: Sequence[LoggedEvent]) -> None:
        """Wakes the workflows of the organizations that have channels and are in a page of the log.

        Raises:
            RPCError: Temporal is away.
        """
        concerned = await store.concerned(connection, {event.organization for event in events})
        for organization in sorted(concerned):
            order = OrganizationOrder(str(organization))
            await self._wake(NOTIFY, order, organization_workflow(order.organization))

    async def channel(self, order: ChannelOrder) -> None:
        """Wakes what sends by a channel.

        Raises:
            RPCError: Temporal is away.
        """
        await self._wake(DELIVER, order, channel_workflow(order))

    async def _wake(self, name: str, order: OrganizationOrder | ChannelOrder, identifier: str) -> None:
        await self.client.start_workflow(
            name, order, id=identifier, task_queue=QUEUE, start_signal=WAKE, rpc_timeout=_PATIENCE
        )
