"""Rules on the wire, and events as rules see them."""

from functools import cache
from typing import Any
from uuid import UUID

from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.message import DecodeError, Message
from xorb.core.v1 import finding_pb2
from xorb.core.v1 import notification_rule_pb2 as pb

from services.core.notifications.rules.domain import Criteria, Frequency, Rule, Schedule
from services.core.notifications.rules.facts import SHOWN
from services.mesh import etags, names
from services.mesh.errors import not_found
from services.mesh.events.model import Event, LoggedEvent

PATTERN = "organizations/{organization}/notificationRules/{notification_rule}"
_CHANNEL = "organizations/{organization}/notificationChannels/{notification_channel}"
_TARGET = "organizations/{organization}/targets/{target}"
_MONDAY = 1


def identifier(name: str) -> UUID:
    """Returns the rule that a name is of.

    Raises:
        Failure: INVALID_NAME.
    """
    return names.parse(PATTERN, name)[1]


def name(organization: UUID, rule: UUID) -> str:
    """Returns a rule's resource name."""
    return names.join("organizations", organization, "notificationRules", rule)


def etag(rule: Rule) -> str:
    """Returns a rule's etag."""
    return etags.etag(rule.id, rule.revision)


def message(organization: UUID, rule: Rule) -> pb.NotificationRule:
    """Returns a rule as the contract has it."""
    criteria, schedule = rule.criteria, rule.schedule
    return pb.NotificationRule(
        name=name(organization, rule.id),
        display_name=rule.display_name,
        disabled=rule.disabled,
        event_types=criteria.event_types,
        minimum_severity=finding_pb2.Severity.Name(criteria.minimum_severity),
        targets=criteria.targets,
        states=criteria.states,
        filter=criteria.filter,
        channels=[names.join("organizations", organization, "notificationChannels", one) for one in rule.channels],
        frequency=schedule.frequency.name,
        time_zone=schedule.time_zone,
        hour=schedule.hour,
        weekday=pb.NotificationRule.Weekday.Name(schedule.weekday),
        create_time=rule.created_at,
        update_time=rule.updated_at,
        etag=etag(rule),
    )


def criteria(organization: UUID, given: pb.NotificationRule) -> Criteria:
    """Returns of what a rule in a request tells.

    Raises:
        Failure: INVALID_NAME; NOT_FOUND for another organization's target.
    """
    for target in given.targets:
        _own(organization, _TARGET, target)
    return Criteria(
        tuple(dict.fromkeys(one.strip() for one in given.event_types)),
        int(given.minimum_severity),
        tuple(dict.fromkeys(given.targets)),
        tuple(dict.fromkeys(one.strip().upper() for one in given.states)),
        given.filter,
    )


def channels(organization: UUID, given: pb.NotificationRule) -> tuple[UUID, ...]:
    """Returns the channels of a rule in a request, each once.

    Raises:
        Failure: INVALID_NAME; NOT_FOUND for another organization's.
    """
    return tuple(dict.fromkeys(_own(organization, _CHANNEL, one) for one in given.channels))


def schedule(given: pb.NotificationRule) -> Schedule:
    """Returns when a rule in a request tells."""
    frequency = Frequency(given.frequency or Frequency.IMMEDIATE)
    return Schedule(frequency, given.time_zone or "UTC", given.hour, given.weekday or _MONDAY)


def changed(verb: str, shown: pb.NotificationRule) -> Event:
    """Returns the event of a change, with the rule after it."""
    summary = f"Notification rule {shown.display_name} was {verb}".replace("  ", " ")
    kind = shown.DESCRIPTOR.full_name
    return Event(f"notification_rule.{verb}", shown.name, summary, shown.SerializeToString(), kind)


def facts(event: LoggedEvent) -> dict[str, object]:
    """Returns what rules may ask of an event; what its resource doesn't have is left out."""
    found: dict[str, object] = {
        "type": event.event.type,
        "resource": event.event.resource,
        "actor": event.actor,
        "summary": event.event.summary,
        "time": event.time,
    }
    snapshot = resource(event)
    fields = snapshot.DESCRIPTOR.fields_by_name if snapshot is not None else {}
    for field in SHOWN:
        if field in fields:
            value = _plain(fields[field], getattr(snapshot, field))
            if value is not None:
                found[field] = value
    return found


def shown(event: LoggedEvent) -> dict[str, Any]:
    """Returns the resource of an event as JSON, as REST shows it; empty where the event has none."""
    snapshot = resource(event)
    return {} if snapshot is None else dict(json_format.MessageToDict(snapshot))


def resource(event: LoggedEvent) -> Message | None:
    """Returns the resource of an event as it was after it; None where it has none that this version knows."""
    made = _class(event.event.snapshot_type) if event.event.snapshot_type else None
    if made is None:
        return None
    try:
        return made.FromString(event.event.snapshot)
    except DecodeError:
        return None


@cache
def _class(name: str) -> type[Message] | None:
    try:
        found = descriptor_pool.Default().FindMessageTypeByName(name)
    except KeyError:
        return None
    return message_factory.GetMessageClass(found)


def _plain(field: Any, value: Any) -> object | None:  # noqa: ANN401 - protobuf's own
    """Returns a field's value as filters compare it; None for one that isn't set, or is no single value."""
    if field.message_type is not None or field.is_repeated:
        return None
    if field.enum_type is not None:
        return str(field.enum_type.values_by_number[value].name) if value else None
    return value if value or not isinstance(value, str) else None


def _own(organization: UUID, pattern: str, text: str) -> UUID:
    owner, found = names.parse(pattern, text)
    if owner != organization:
        raise not_found(text)
    return found
