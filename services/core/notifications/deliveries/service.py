"""The notification deliveries service."""

from dataclasses import dataclass
from datetime import UTC, datetime

from xorb.core.v1 import notification_delivery_pb2 as pb
from xorb.core.v1 import notification_delivery_pb2_grpc

from services.core.notifications.deliveries import domain, store, wire
from services.core.notifications.deliveries.domain import Delivery
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest


@dataclass
class DeliveriesServicer(notification_delivery_pb2_grpc.NotificationDeliveriesServiceServicer):
    """Serves `xorb.core.v1.NotificationDeliveriesService`.

    Args:
        database: Where deliveries are.
        pager: Cuts lists into pages.
    """

    database: Database
    pager: Pager

    async def GetNotificationDelivery(
        self, request: pb.GetNotificationDeliveryRequest, context: Context
    ) -> pb.NotificationDelivery:
        """Returns one delivery."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListNotificationDeliveries(
        self, request: pb.ListNotificationDeliveriesRequest, context: Context
    ) -> pb.ListNotificationDeliveriesResponse:
        """Lists deliveries, a page at a time."""
        scope = f"ListNotificationDeliveries:{request.parent}"
        wanted = PageRequest(scope, request.page_size, request.page_token, request.filter, request.order_by)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit,
                store.ALL,
                wanted,
                fields=store.FIELDS,
                default_order="create_time desc",
                key=store.DELIVERIES.c.id,
            )
            found = [wire.message(unit.organization, store.delivery(row)) for row in page.rows]
        return pb.ListNotificationDeliveriesResponse(
            notification_deliveries=found, next_page_token=page.next_page_token
        )

    async def RetryNotificationDelivery(
        self, request: pb.RetryNotificationDeliveryRequest, context: Context
    ) -> pb.NotificationDelivery:
        """Sends a delivery once more."""
        async with self.database.unit() as unit:
            await unit.serialize(request.name)
            changed = domain.again(await _find(unit, request.name), datetime.now(UTC))
            await store.save(unit, changed)
            message = wire.message(unit.organization, changed)
            # It is this event that wakes what sends.
            unit.record(wire.changed("retried", message))
            return unit.reply(message)


async def _find(unit: Unit, name: str) -> Delivery:
    found = await store.get(unit, wire.identifier(name))
    if found is None:
        raise not_found(name)
    return found
