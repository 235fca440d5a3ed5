"""A delivery in words for people, whatever they read it with; each form escapes it in its own way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.core.notifications.deliveries.domain import Delivery, Kind
from services.mesh.texts import clipped, one_line

_SHOWN = 20
_LONGEST = 500
_LABELS = ("severity", "state", "title", "asset", "location")


@dataclass(frozen=True, slots=True)
class Notice:
    """What people read.

    Attributes:
        title: One line.
        facts: Labels and values, a line each.
        lines: The events of a digest, as far as there is room.
        more: How many events there are besides.
        link: Where to read more; empty for nowhere.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    more: int = 0
    link: str = ""

    def text(self) -> str:
        """Returns it as plain text."""
        facts = [f"{label}: {value}" for label, value in self.facts]
        lines = [f"- {line}" for line in self.lines]
        more = [f"and {self.more:,} more"] if self.more else []
        return "\n".join([self.title, "", *facts, *lines, *more, *([f"\n{self.link}"] if self.link else [])])


def notice(delivery: Delivery, web_address: str) -> Notice:
    """Returns a delivery in words.

    Args:
        delivery: What to tell.
        web_address: The base URL of the pages that browsers show.
    """
    data: Mapping[str, Any] = delivery.content["data"]
    title = _line(delivery.summary)
    if delivery.kind is not Kind.DIGEST:
        facts = [(label.capitalize(), _line(str(data[label]))) for label in _LABELS if data.get(label)]
        if data.get("resource"):
            facts.append(("Resource", _line(str(data["resource"]))))
        return Notice(title, tuple(facts), link=_link(web_address, delivery.resource))
    events = data["events"][:_SHOWN]
    lines = tuple(_line(_event(event)) for event in events)
    return Notice(title, (), lines, delivery.event_count - len(lines), _link(web_address, str(data["organization"])))


def _event(event: Mapping[str, Any]) -> str:
    grave = f"[{event['severity']}] " if event.get("severity") else ""
    return f"{grave}{event['summary']}"


def _link(web_address: str, resource: str) -> str:
    return f"{web_address.rstrip('/')}/{resource}" if resource else ""


def _line(text: str) -> str:
    return clipped(one_line(text), _LONGEST)
