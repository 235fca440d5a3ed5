"""Engagements on the wire."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from xorb.common.v1 import watch_pb2
from xorb.core.v1 import engagement_pb2

from services.core.engagements.domain import BudgetPolicy, Contact, Engagement, Terms
from services.executors import addresses
from services.executors.domain import OutOfScope
from services.mesh import calendars, etags, names
from services.mesh.errors import invalid_field, not_found
from services.mesh.events.model import LoggedEvent
from services.mesh.texts import one_line, storable
from services.mesh.windows import Calendar

PATTERN = "organizations/{organization}/engagements/{engagement}"
SNAPSHOT = engagement_pb2.Engagement.DESCRIPTOR.full_name
_TARGET = "organizations/{organization}/targets/{target}"
_MEMBER = "organizations/{organization}/members/{member}"
_CALENDAR = frozenset({"time_zone", "windows", "blackouts", "weekly_blackouts"})
_SEALED: tuple[Literal["rules_of_engagement", "contacts", "emergency_stop_reason"], ...] = (
    "rules_of_engagement",
    "contacts",
    "emergency_stop_reason",
)


def name(organization: UUID, engagement: UUID) -> str:
    """Returns an engagement's resource name."""
    return names.join("organizations", organization, "engagements", engagement)


def target_name(organization: UUID, target: UUID) -> str:
    """Returns a target's resource name."""
    return names.join("organizations", organization, "targets", target)


def member_name(organization: UUID, member: UUID) -> str:
    """Returns a member's resource name."""
    return names.join("organizations", organization, "members", member)


def etag(engagement: Engagement) -> str:
    """Returns an engagement's etag."""
    return etags.etag(engagement.id, engagement.revision)


def message(organization: UUID, engagement: Engagement) -> engagement_pb2.Engagement:
    """Returns an engagement as the contract has it."""
    terms = engagement.terms
    return engagement_pb2.Engagement(
        name=name(organization, engagement.id),
        display_name=terms.display_name,
        description=terms.description,
        state=engagement.state.name,
        targets=[target_name(organization, target) for target in terms.targets],
        excluded_hosts=terms.excluded_hosts,
        excluded_paths=terms.excluded_paths,
        excluded_addresses=terms.excluded_addresses,
        requests_per_second=terms.requests_per_second,
        rules_of_engagement=terms.rules,
        contacts=[
            engagement_pb2.Contact(display_name=one.display_name, email=one.email, phone=one.phone)
            for one in terms.contacts
        ],
        time_zone=terms.calendar.zone,
        windows=[calendars.period(one) for one in terms.calendar.windows],
        blackouts=[calendars.period(one) for one in terms.calendar.blackouts],
        weekly_blackouts=[calendars.weekly(one) for one in terms.calendar.weekly],
        testers=[member_name(organization, tester) for tester in terms.testers],
        hours_budget=terms.hours_budget,
        hours_used=engagement.hours_used,
        credits_budget=terms.credits_budget,
        credits_used=engagement.credits_used,
        budget_policy=terms.budget_policy.name,
        budget_spent=engagement.budget_spent,
        creator=engagement.creator,
        create_time=engagement.created_at,
        update_time=engagement.updated_at,
        start_time=engagement.started_at,
        close_time=engagement.closed_at,
        etag=etag(engagement),
        emergency_stop_time=engagement.stop.time if engagement.stop else None,
        emergency_stop_actor=engagement.stop.actor if engagement.stop else "",
        emergency_stop_reason=engagement.stop.reason if engagement.stop else "",
    )


def logged(organization: UUID, engagement: Engagement) -> engagement_pb2.Engagement:
    """Returns an engagement as its events have it: without what is stored sealed only, for the log is kept as it is."""
    shown = message(organization, engagement)
    for field in _SEALED:
        shown.ClearField(field)
    return shown


def terms(organization: UUID, sent: engagement_pb2.Engagement, current: Terms, changed: frozenset[str]) -> Terms:
    """Returns the terms in a request: the current ones with the fields that it changes.

    Raises:
        Failure: INVALID_FIELD, INVALID_NAME; a part of it can't be understood. NOT_FOUND; another organization's.
    """
    values = {
        _OWN_NAMES.get(name, name): read(organization, sent) for name, read in _READERS.items() if name in changed
    }
    if changed & _CALENDAR:
        values["calendar"] = _calendar(sent, current, changed)
    return replace(current, **values)


def identifiers(organization: UUID, pattern: str, texts: Iterable[str]) -> tuple[UUID, ...]:
    """Returns the identifiers in names of the organization's resources.

    Raises:
        Failure: INVALID_NAME; a name isn't of the pattern. NOT_FOUND; it is another organization's.
    """
    found = []
    for text in texts:
        owner, identifier = names.parse(pattern, text)
        if owner != organization:
            raise not_found(text)
        found.append(identifier)
    return tuple(found)


def present(event: LoggedEvent) -> engagement_pb2.EngagementEvent:
    """Returns a logged event as a watch shows it."""
    return engagement_pb2.EngagementEvent(metadata=metadata(event), engagement=snapshot(event))


def metadata(event: LoggedEvent) -> watch_pb2.EventMetadata:
    """Returns what, when and who."""
    return watch_pb2.EventMetadata(
        event_id=str(event.id), type=event.event.type, time=event.time, resource=event.event.resource, actor=event.actor
    )


def snapshot(event: LoggedEvent) -> engagement_pb2.Engagement:
    """Returns the engagement of a logged event, as it was after the change."""
    return engagement_pb2.Engagement.FromString(event.event.snapshot)


def filterable(event: LoggedEvent) -> dict[str, object]:
    """Returns what the filter of a watch compares, by name."""
    shown = snapshot(event)
    return {
        "type": event.event.type,
        "state": shown.state,
        "display_name": shown.display_name,
        "targets": list(shown.targets),
        "testers": list(shown.testers),
        "create_time": calendars.moment(shown.create_time),
        "update_time": calendars.moment(shown.update_time),
    }


def _title(text: str) -> str:
    title = one_line(text)
    if not title:
        raise invalid_field("engagement.display_name", "give it a name")
    return title


def _contact(sent: engagement_pb2.Contact) -> Contact:
    return Contact(one_line(sent.display_name), sent.email, one_line(sent.phone))


def _host(text: str) -> str:
    try:
        host = addresses.parse_host(text.removeprefix("*."))
    except OutOfScope as error:
        raise invalid_field("engagement.excluded_hosts", str(error)) from error
    if not isinstance(host, str):
        raise invalid_field("engagement.excluded_hosts", f"{text} is an address; put it into excluded_addresses")
    return host


def _blocks(texts: Iterable[str]) -> tuple[str, ...]:
    blocks = set()
    for text in texts:
        try:
            blocks.add(ip_network(text.strip()))
        except ValueError as error:
            shown = f"{text[:60]!r} is neither an address nor a block such as 192.0.2.0/28"
            raise invalid_field("engagement.excluded_addresses", shown) from error
    fours = collapse_addresses(block for block in blocks if isinstance(block, IPv4Network))
    sixes = collapse_addresses(block for block in blocks if isinstance(block, IPv6Network))
    return tuple(str(block) for block in (*fours, *sixes))


def _calendar(sent: engagement_pb2.Engagement, current: Terms, changed: frozenset[str]) -> Calendar:
    now = current.calendar
    read = calendars.calendar("engagement", sent.time_zone, sent.windows, sent.blackouts, sent.weekly_blackouts)
    return Calendar(
        windows=read.windows if "windows" in changed else now.windows,
        blackouts=read.blackouts if "blackouts" in changed else now.blackouts,
        weekly=read.weekly if "weekly_blackouts" in changed else now.weekly,
        zone=read.zone if "time_zone" in changed else now.zone,
    )


_READERS: Mapping[str, Callable[[UUID, engagement_pb2.Engagement], Any]] = MappingProxyType(
    {
        "display_name": lambda _, sent: _title(sent.display_name),
        "description": lambda _, sent: storable(sent.description),
        "targets": lambda organization, sent: identifiers(organization, _TARGET, sent.targets),
        "excluded_hosts": lambda _, sent: tuple(sorted({_host(text) for text in sent.excluded_hosts})),
        "excluded_paths": lambda _, sent: tuple(sorted({storable(text) for text in sent.excluded_paths})),
        "excluded_addresses": lambda _, sent: _blocks(sent.excluded_addresses),
        "requests_per_second": lambda _, sent: sent.requests_per_second,
        "rules_of_engagement": lambda _, sent: storable(sent.rules_of_engagement),
        "contacts": lambda _, sent: tuple(_contact(one) for one in sent.contacts),
        "testers": lambda organization, sent: identifiers(organization, _MEMBER, sent.testers),
        "hours_budget": lambda _, sent: sent.hours_budget,
        "credits_budget": lambda _, sent: sent.credits_budget,
        "budget_policy": lambda _, sent: BudgetPolicy(sent.budget_policy or BudgetPolicy.WARN),
    }
)
_OWN_NAMES: Mapping[str, str] = MappingProxyType({"rules_of_engagement": "rules"})
