"""The notification rules service."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from google.protobuf import empty_pb2
from xorb.core.v1 import notification_rule_pb2 as pb
from xorb.core.v1 import notification_rule_pb2_grpc

from services.core.notifications.channels import store as channels
from services.core.notifications.rules import domain, facts, store, wire
from services.core.notifications.rules.domain import Criteria, Rule, Schedule
from services.mesh import etags, identifiers, masks, texts
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_QUOTA = "notificationRules"
_CRITERIA = frozenset({"event_types", "minimum_severity", "targets", "states", "filter"})
_SCHEDULE = frozenset({"frequency", "time_zone", "hour", "weekday"})


@dataclass
class RulesServicer(notification_rule_pb2_grpc.NotificationRulesServiceServicer):
    """Serves `xorb.core.v1.NotificationRulesService`.

    Args:
        database: Where rules are.
        pager: Cuts lists into pages.
    """

    database: Database
    pager: Pager

    async def CreateNotificationRule(
        self, request: pb.CreateNotificationRuleRequest, context: Context
    ) -> pb.NotificationRule:
        """Creates a rule."""
        given, now = request.notification_rule, _now()
        mutable = frozenset(field.name for field in given.DESCRIPTOR.fields)
        async with self.database.unit() as unit:
            bare = Rule(identifiers.new(), "", False, Criteria(()), (), Schedule(), (), now, now)
            rule = await _changed(unit, bare, given, mutable)
            await unit.serialize(_QUOTA)
            domain.require_room(await store.count(unit))
            await store.add(unit, rule)
            return unit.reply(_record(unit, "created", rule))

    async def GetNotificationRule(
        self, request: pb.GetNotificationRuleRequest, context: Context
    ) -> pb.NotificationRule:
        """Returns one rule."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListNotificationRules(
        self, request: pb.ListNotificationRulesRequest, context: Context
    ) -> pb.ListNotificationRulesResponse:
        """Lists rules, a page at a time."""
        scope = f"ListNotificationRules:{request.parent}"
        wanted = PageRequest(scope, request.page_size, request.page_token, request.filter, request.order_by)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=store.FIELDS, default_order="create_time", key=store.RULES.c.id
            )
            found = [wire.message(unit.organization, store.rule(row)) for row in page.rows]
        return pb.ListNotificationRulesResponse(notification_rules=found, next_page_token=page.next_page_token)

    async def UpdateNotificationRule(
        self, request: pb.UpdateNotificationRuleRequest, context: Context
    ) -> pb.NotificationRule:
        """Changes a rule."""
        given = request.notification_rule
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, given.name, given.etag)
            fields = masks.fields(given, request.update_mask, wire.message(unit.organization, current))
            changed = domain.touched(await _changed(unit, current, given, fields), _now())
            await store.save(unit, changed)
            return unit.reply(_record(unit, "updated", changed))

    async def DeleteNotificationRule(
        self, request: pb.DeleteNotificationRuleRequest, context: Context
    ) -> empty_pb2.Empty:
        """Deletes a rule."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.name, request.etag)
            await store.remove(unit, current.id)
            _record(unit, "deleted", current)
            return unit.reply(empty_pb2.Empty())


async def _changed(unit: Unit, current: Rule, given: pb.NotificationRule, fields: frozenset[str]) -> Rule:
    """Returns a rule with those fields as a request gives them; it tells of what its caller may read."""
    wanted, times = wire.criteria(unit.organization, given), wire.schedule(given)
    parts: dict[str, object] = {
        "criteria": replace(current.criteria, **{name: getattr(wanted, name) for name in fields & _CRITERIA}),
        "schedule": replace(current.schedule, **{name: getattr(times, name) for name in fields & _SCHEDULE}),
        "readable": domain.readable(unit.call.caller.permissions),
    }
    if "display_name" in fields:
        parts["display_name"] = texts.one_line(given.display_name)
    if "disabled" in fields:
        parts["disabled"] = given.disabled
    if "channels" in fields:
        parts["channels"] = wire.channels(unit.organization, given)
    rule = domain.checked(replace(current, **parts))  # type: ignore[arg-type]  # each has its field's type
    facts.predicate(rule.criteria.filter)
    known = await channels.known(unit, rule.channels)
    for channel, name in zip(rule.channels, wire.message(unit.organization, rule).channels, strict=True):
        if channel not in known:
            raise not_found(name)
    return rule


def _record(unit: Unit, verb: str, rule: Rule) -> pb.NotificationRule:
    """Records what happened to a rule, and returns its message."""
    message = wire.message(unit.organization, rule)
    unit.record(wire.changed(verb, message))
    return message


async def _find(unit: Unit, name: str) -> Rule:
    found = await store.get(unit, wire.identifier(name))
    if found is None:
        raise not_found(name)
    return found


async def _find_to_change(unit: Unit, name: str, etag: str) -> Rule:
    await unit.serialize(name)
    found = await _find(unit, name)
    etags.require(etag, wire.etag(found))
    return found


def _now() -> datetime:
    return datetime.now(UTC)
