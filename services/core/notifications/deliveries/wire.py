"""Deliveries on the wire."""

from uuid import UUID

from xorb.core.v1 import notification_delivery_pb2 as pb

from services.core.notifications.deliveries.domain import Delivery
from services.mesh import names
from services.mesh.events.model import Event

PATTERN = "organizations/{organization}/notificationDeliveries/{notification_delivery}"


def identifier(name: str) -> UUID:
    """Returns the delivery that a name is of.

    Raises:
        Failure: INVALID_NAME.
    """
    return names.parse(PATTERN, name)[1]


def name(organization: UUID, delivery: UUID) -> str:
    """Returns a delivery's resource name."""
    return names.join("organizations", organization, "notificationDeliveries", delivery)


def message(organization: UUID, delivery: Delivery) -> pb.NotificationDelivery:
    """Returns a delivery as the contract has it."""
    rule = names.join("organizations", organization, "notificationRules", delivery.rule) if delivery.rule else ""
    return pb.NotificationDelivery(
        name=name(organization, delivery.id),
        kind=delivery.kind.name,
        state=delivery.state.name,
        channel=names.join("organizations", organization, "notificationChannels", delivery.channel),
        rule=rule,
        event_id=str(delivery.event) if delivery.event else "",
        event_type=delivery.event_type,
        resource=delivery.resource,
        summary=delivery.summary,
        event_count=delivery.event_count,
        attempt_count=delivery.attempts,
        last_error=delivery.last_error,
        next_attempt_time=delivery.next_at,
        create_time=delivery.created_at,
        deliver_time=delivery.delivered_at,
    )


def changed(verb: str, shown: pb.NotificationDelivery) -> Event:
    """Returns the event of a change, with the delivery after it."""
    summary = f"Notification of {shown.event_type} was {verb.replace('_', ' ')}"
    kind = shown.DESCRIPTOR.full_name
    return Event(f"notification_delivery.{verb}", shown.name, summary, shown.SerializeToString(), kind)
