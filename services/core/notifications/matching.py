"""From events to deliveries: each event of an organization's log is matched once, in order, with its rules.

Position and deliveries are written in one transaction, so nothing is left out and nothing is made twice; a delivery's
identifier comes from event, rule and channel all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.core.notifications import contents, store
from services.core.notifications.channels import store as channels
from services.core.notifications.channels.domain import TRACKERS, Channel
from services.core.notifications.deliveries import store as deliveries
from services.core.notifications.deliveries.domain import Delivery, Kind, identity
from services.core.notifications.rules import store as rules
from services.core.notifications.rules import wire
from services.core.notifications.rules.domain import Frequency, Rule
from services.core.notifications.rules.facts import predicate
from services.core.notifications.rules.store import Item
from services.mesh.database import Unit
from services.mesh.events import log
from services.mesh.events.model import LoggedEvent
from services.mesh.events.visibility import permission
from services.mesh.filters import Predicate

PAGE = 200
_FINDING = "finding."


@dataclass(frozen=True)
class _Reader:
    """A rule that is ready to be asked."""

    rule: Rule
    filter: Predicate

    def tells(self, event: LoggedEvent, facts: Mapping[str, object]) -> bool:
        """Returns whether it tells of an event."""
        rule = self.rule
        readable = permission(event.event.type) in rule.readable
        return readable and rule.criteria.meets(facts) and self.filter(facts)


async def match(unit: Unit, now: datetime) -> bool:
    """Matches the next events of the organization; returns whether there may be more."""
    position = await store.position(unit)
    if position is None:
        return False
    events = await log.read_organization(unit.connection, unit.organization, position, PAGE)
    if not events:
        return False
    readers = [_Reader(rule, predicate(rule.criteria.filter)) for rule in await rules.enabled(unit)]
    wanted = sorted({channel for reader in readers for channel in reader.rule.channels})
    known = await channels.known(unit, wanted)
    made, held = _told(events, readers, {key: one for key, one in known.items() if not one.disabled}, now)
    await deliveries.add(unit, made)
    await rules.hold(unit, held)
    await store.move(unit, events[-1].position)
    return len(events) == PAGE


async def digest(unit: Unit, now: datetime) -> datetime | None:
    """Makes deliveries of the digests that are due; returns when the next one is, None where nothing waits."""
    for due in await rules.due_digests(unit, now):
        rule_id, channel_id, moment = due
        rule = await rules.get(unit, rule_id)
        items, count = await rules.take(unit, due, contents.LISTED)
        if rule is not None and items:
            await deliveries.add(unit, [_digest(unit.organization, rule, channel_id, moment, items, count, now)])
    return await rules.next_due(unit)


def _told(
    events: Sequence[LoggedEvent], readers: Sequence[_Reader], known: Mapping[UUID, Channel], now: datetime
) -> tuple[list[Delivery], list[Item]]:
    made: list[Delivery] = []
    held: list[Item] = []
    for event in events:
        facts = wire.facts(event)
        for rule in [reader.rule for reader in readers if reader.tells(event, facts)]:
            for channel in [known[one] for one in rule.channels if one in known]:
                tracked = channel.kind in TRACKERS
                if tracked and not event.event.type.startswith(_FINDING):
                    continue
                if tracked or rule.schedule.frequency is Frequency.IMMEDIATE:
                    made.append(_delivery(event, facts, rule, channel.id, now))
                else:
                    due, brief = rule.schedule.due(event.time), contents.brief(event, facts)
                    held.append(Item(rule.id, channel.id, event.id, due, event.position, brief))
    return made, held


def _delivery(event: LoggedEvent, facts: Mapping[str, object], rule: Rule, channel: UUID, now: datetime) -> Delivery:
    return Delivery(
        id=identity(event.id, rule.id, channel),
        channel=channel,
        rule=rule.id,
        kind=Kind.EVENT,
        event=event.id,
        event_type=event.event.type,
        resource=event.event.resource,
        summary=event.event.summary,
        event_count=1,
        content=contents.of_event(event, facts, rule),
        place=event.position,
        created_at=now,
        next_at=now,
    )


def _digest(
    organization: UUID, rule: Rule, channel: UUID, due: datetime, items: Sequence[Item], count: int, now: datetime
) -> Delivery:
    briefs = [item.content for item in items]
    return Delivery(
        id=identity("digest", rule.id, channel, items[0].event),
        channel=channel,
        rule=rule.id,
        kind=Kind.DIGEST,
        event=None,
        event_type="digest",
        resource="",
        summary=contents.summary(rule, count),
        event_count=count,
        content=contents.of_digest(str(organization), rule, due, briefs, count),
        place=items[-1].place,
        created_at=now,
        next_at=now,
    )
