"""What notifications say: the body of a webhook, which all other kinds of messages are made from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.core.notifications.rules import wire
from services.core.notifications.rules.domain import Rule
from services.mesh import names
from services.mesh.events.model import LoggedEvent

LISTED = 200
"""How many events a digest lists; the others are counted."""


def of_event(event: LoggedEvent, facts: Mapping[str, object], rule: Rule) -> dict[str, Any]:
    """Returns what is said of one event."""
    data = {
        **brief(event, facts),
        "organization": _organization(event),
        "rule": wire.name(event.organization, rule.id),
        "actor": event.actor,
        "snapshot": wire.shown(event),
    }
    return {"type": event.event.type, "timestamp": event.time.isoformat(), "data": data}


def brief(event: LoggedEvent, facts: Mapping[str, object]) -> dict[str, Any]:
    """Returns what a digest says of one event."""
    shown = {name: facts[name] for name in ("severity", "state", "title", "asset", "location") if name in facts}
    return {
        "event": str(event.id),
        "type": event.event.type,
        "time": event.time.isoformat(),
        "resource": event.event.resource,
        "summary": event.event.summary,
        **shown,
    }


def of_digest(
    organization: str, rule: Rule, due: datetime, items: Sequence[Mapping[str, Any]], count: int
) -> dict[str, Any]:
    """Returns what a digest says.

    Args:
        organization: The organization's identifier.
        rule: Whose digest.
        due: When it was due.
        items: The first events, as `brief` has them.
        count: How many there were in all.
    """
    data = {
        "organization": f"organizations/{organization}",
        "rule": names.join("organizations", organization, "notificationRules", rule.id),
        "summary": summary(rule, count),
        "count": count,
        "events": list(items),
    }
    return {"type": "digest", "timestamp": due.isoformat(), "data": data}


def summary(rule: Rule, count: int) -> str:
    """Returns a digest's one line."""
    events = "1 event" if count == 1 else f"{count:,} events"
    return f"{events} by {rule.display_name or 'a rule without a name'}"


def _organization(event: LoggedEvent) -> str:
    return names.join("organizations", event.organization)
