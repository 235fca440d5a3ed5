"""The detection rules service."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf import empty_pb2
from xorb.intelligence.v1 import detection_rule_pb2 as pb
from xorb.intelligence.v1 import detection_rule_pb2_grpc

from services.intelligence.detection.log_sources import LogSource
from services.intelligence.detection.sigma.parsing.refusals import Refused
from services.intelligence.rules import domain, importing, reading, store, trying, wire
from services.intelligence.rules.domain import Content, DetectionRule
from services.mesh import etags, identifiers, masks
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, invalid_field, not_found
from services.mesh.filters import Field
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_CHANGES = "detectionRules"
_VERSION_ORDER = {"create_time": Field(store.VERSIONS.c.created_at, "time")}


@dataclass
class DetectionRulesServicer(detection_rule_pb2_grpc.DetectionRulesServiceServicer):
    """Serves `xorb.intelligence.v1.DetectionRulesService`.

    Args:
        database: Where rules are.
        pager: Cuts lists into pages.
    """

    database: Database
    pager: Pager

    async def CreateDetectionRule(self, request: pb.CreateDetectionRuleRequest, context: Context) -> pb.DetectionRule:
        """Creates a rule."""
        content = await _read(request.detection_rule.text)
        identifier, now = identifiers.new(), _now()
        known = domain.key(content, f"own:{identifier}")
        rule = DetectionRule(identifier, known, content, now, now, disabled=request.detection_rule.disabled)
        async with self.database.unit() as unit:
            await unit.serialize(_CHANGES)
            await _require_free(unit, rule)
            domain.require_room(await store.count(unit) + 1)
            await store.add(unit, [rule])
            return unit.reply(_record(unit, "created", rule))

    async def ImportDetectionRules(
        self, request: pb.ImportDetectionRulesRequest, context: Context
    ) -> pb.ImportDetectionRulesResponse:
        """Takes over the rules of files."""
        files = [(file.path, file.text) for file in request.files]
        drafts, refusals = await asyncio.to_thread(importing.read, files)
        async with self.database.unit() as unit:
            await unit.serialize(_CHANGES)
            known = await store.by_key(unit, [draft.key for draft in drafts])
            outcome = importing.outcome(drafts, known, _now(), disabled=request.disabled)
            domain.require_room(await store.count(unit) + len(outcome.created))
            if not request.validate_only:
                await _apply(unit, outcome)
            return unit.reply(
                pb.ImportDetectionRulesResponse(
                    created_count=len(outcome.created),
                    updated_count=len(outcome.updated),
                    unchanged_count=outcome.unchanged,
                    refusals=map(wire.refusal, refusals),
                )
            )

    async def GetDetectionRule(self, request: pb.GetDetectionRuleRequest, context: Context) -> pb.DetectionRule:
        """Returns one rule."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListDetectionRules(
        self, request: pb.ListDetectionRulesRequest, context: Context
    ) -> pb.ListDetectionRulesResponse:
        """Lists rules, a page at a time."""
        scope = f"ListDetectionRules:{request.parent}"
        wanted = PageRequest(scope, request.page_size, request.page_token, request.filter, request.order_by)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.SHORT, wanted, fields=store.FIELDS, default_order="create_time", key=store.RULES.c.id
            )
            found = [wire.message(unit.organization, store.rule(row)) for row in page.rows]
        return pb.ListDetectionRulesResponse(detection_rules=found, next_page_token=page.next_page_token)

    async def UpdateDetectionRule(self, request: pb.UpdateDetectionRuleRequest, context: Context) -> pb.DetectionRule:
        """Changes a rule."""
        given = request.detection_rule
        async with self.database.unit() as unit:
            rule = await _find_to_change(unit, given.name, given.etag)
            fields = masks.fields(given, request.update_mask, wire.message(unit.organization, rule))
            if "text" in fields:
                rule = domain.rewritten(rule, await _read(given.text), _now())
                await _require_free(unit, rule)
            if "disabled" in fields:
                rule = domain.switched(rule, _now(), disabled=given.disabled)
            await store.save(unit, [rule])
            return unit.reply(_record(unit, "updated", rule))

    async def DeleteDetectionRule(self, request: pb.DeleteDetectionRuleRequest, context: Context) -> empty_pb2.Empty:
        """Deletes a rule."""
        async with self.database.unit() as unit:
            rule = await _find_to_change(unit, request.name, request.etag)
            await store.remove(unit, rule.id)
            _record(unit, "deleted", rule)
            return unit.reply(empty_pb2.Empty())

    async def ListDetectionRuleVersions(
        self, request: pb.ListDetectionRuleVersionsRequest, context: Context
    ) -> pb.ListDetectionRuleVersionsResponse:
        """Lists the texts of a rule, a page at a time."""
        wanted = PageRequest(f"ListDetectionRuleVersions:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            rule = await _find(unit, request.parent)
            page = await self.pager.page(
                unit,
                store.versions(rule.id),
                wanted,
                fields=_VERSION_ORDER,
                default_order="create_time desc",
                key=store.VERSIONS.c.version,
            )
            found = [wire.version(request.parent, store.version(row)) for row in page.rows]
        return pb.ListDetectionRuleVersionsResponse(detection_rule_versions=found, next_page_token=page.next_page_token)

    async def TestDetectionRules(
        self, request: pb.TestDetectionRulesRequest, context: Context
    ) -> pb.TestDetectionRulesResponse:
        """Tries rules on events."""
        flat = trying.events(request.events)
        drafts = await asyncio.to_thread(importing.all_of, request.text) if request.text else []
        async with self.database.unit() as unit:
            kept = await _some(unit, request.detection_rules)
            filters = [one.content for one in await store.filters(unit)]
            named = [*([""] * len(drafts)), *(wire.name(unit.organization, one.id) for one in kept)]
        rules = [*drafts, *(one.content for one in kept)]
        if not rules:
            raise invalid_field("text", "Say which rules to try: a text, or names in detection_rules.")
        declared = LogSource(request.product or None, request.category or None, request.service or None)
        try:
            found = await asyncio.to_thread(trying.matches, rules, filters, flat, declared)
        except Refused as error:
            raise invalid_field("text", f"A rule and the filters don't fit together: {error}.") from None
        response = pb.TestDetectionRulesResponse(matches=[wire.match(one, named[one.rule]) for one in found])
        async with self.database.unit() as unit:
            return unit.reply(response)


async def _read(text: str) -> Content:
    """Returns what a request's text says; reading takes milliseconds that others needn't wait for."""
    try:
        return await asyncio.to_thread(reading.one, text)
    except Refused as error:
        raise invalid_field("detection_rule.text", f"This can't be evaluated: {error}.") from None


async def _apply(unit: Unit, outcome: domain.Outcome) -> None:
    await store.add(unit, outcome.created)
    await store.save(unit, outcome.updated)
    for verb, rules in (("created", outcome.created), ("updated", outcome.updated)):
        for rule in rules:
            _record(unit, verb, rule)


async def _some(unit: Unit, given: Sequence[str]) -> list[DetectionRule]:
    wanted: list[UUID] = wire.identifiers(unit.organization, given)
    found = await store.some(unit, wanted)
    for one in wanted:
        if one not in found:
            raise not_found(wire.name(unit.organization, one))
    return [found[one] for one in wanted]


async def _require_free(unit: Unit, rule: DetectionRule) -> None:
    other = (await store.by_key(unit, [rule.key])).get(rule.key)
    if other is not None and other.id != rule.id:
        raise Failure(
            Reason.ALREADY_EXISTS,
            f"There is a rule with the id {rule.content.rule_id} already: {wire.name(unit.organization, other.id)}.",
        )


def _record(unit: Unit, verb: str, rule: DetectionRule) -> pb.DetectionRule:
    """Records what happened to a rule, and returns its message."""
    message = wire.message(unit.organization, rule)
    unit.record(wire.changed(verb, message))
    return message


async def _find(unit: Unit, name: str) -> DetectionRule:
    found = await store.get(unit, wire.identifier(name))
    if found is None:
        raise not_found(name)
    return found


async def _find_to_change(unit: Unit, name: str, etag: str) -> DetectionRule:
    await unit.serialize(_CHANGES)
    found = await _find(unit, name)
    etags.require(etag, wire.etag(found))
    return found


def _now() -> datetime:
    return datetime.now(UTC)
