"""Detection rules behind all layers, on a real database."""

import json
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.intelligence.v1 import detection_rule_pb2 as pb
from xorb.intelligence.v1.detection_rule_pb2 import DetectionRule
from xorb.intelligence.v1.detection_rule_pb2_grpc import DetectionRulesServiceStub

from services.mesh.database import Database
from services.mesh.errors import Reason
from tests.core.harness import Tenant, events, new_tenant
from tests.intelligence.rules.texts import CORRELATION, FILTER, FIRST, SECOND, THIRD, whoami

Rules = DetectionRulesServiceStub
EVENT = {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Image": "C:\\Windows\\whoami.exe"}


async def create(rules: Rules, tenant: Tenant, text: str, **rule: Any) -> DetectionRule:
    made = DetectionRule(text=text, **rule)
    request = pb.CreateDetectionRuleRequest(parent=tenant.name, detection_rule=made)
    return await tenant.call(rules.CreateDetectionRule, request)  # type: ignore[no-any-return]


async def take(rules: Rules, tenant: Tenant, *texts: str, **request: Any) -> pb.ImportDetectionRulesResponse:
    files = [pb.DetectionRuleFile(path=f"{place}.yml", text=text) for place, text in enumerate(texts)]
    asked = pb.ImportDetectionRulesRequest(parent=tenant.name, files=files, **request)
    return await tenant.call(rules.ImportDetectionRules, asked)  # type: ignore[no-any-return]


async def listed(rules: Rules, tenant: Tenant, **request: Any) -> list[DetectionRule]:
    asked = pb.ListDetectionRulesRequest(parent=tenant.name, **request)
    return list((await tenant.call(rules.ListDetectionRules, asked)).detection_rules)


def counts(response: pb.ImportDetectionRulesResponse) -> tuple[int, int, int, int]:
    return response.created_count, response.updated_count, response.unchanged_count, len(response.refusals)


async def test_a_rule_is_created_read_changed_and_deleted(rules: Rules, tenant: Tenant, database: Database) -> None:
    made = await create(rules, tenant, whoami())
    assert (made.kind, made.rule_id, made.level, made.version) == (DetectionRule.RULE, FIRST, DetectionRule.HIGH, 1)
    assert await tenant.call(rules.GetDetectionRule, pb.GetDetectionRuleRequest(name=made.name)) == made
    change = pb.UpdateDetectionRuleRequest(detection_rule=DetectionRule(name=made.name, text=whoami(level="low")))
    changed = await tenant.call(rules.UpdateDetectionRule, change)
    assert (changed.level, changed.version) == (DetectionRule.LOW, 2)
    switch = pb.UpdateDetectionRuleRequest(
        detection_rule=DetectionRule(name=made.name, disabled=True, etag=changed.etag),
        update_mask=FieldMask(paths=["disabled"]),
    )
    switched = await tenant.call(rules.UpdateDetectionRule, switch)
    assert (switched.disabled, switched.version, switched.text) == (True, 2, whoami(level="low"))
    assert (await tenant.refused(rules.UpdateDetectionRule, switch)).reason is Reason.ETAG_MISMATCH
    versions = await tenant.call(rules.ListDetectionRuleVersions, pb.ListDetectionRuleVersionsRequest(parent=made.name))
    assert [one.name for one in versions.detection_rule_versions] == [
        f"{made.name}/detectionRuleVersions/{number}" for number in (2, 1)
    ]
    assert [one.text for one in versions.detection_rule_versions] == [whoami(level="low"), whoami()]
    await tenant.call(rules.DeleteDetectionRule, pb.DeleteDetectionRuleRequest(name=made.name))
    asked = pb.GetDetectionRuleRequest(name=made.name)
    assert (await tenant.refused(rules.GetDetectionRule, asked)).reason is Reason.NOT_FOUND
    kinds = [event.event.type for event in await events(database, tenant.organization)]
    assert kinds == [f"detection_rule.{verb}" for verb in ("created", "updated", "updated", "deleted")]


async def test_the_log_holds_no_texts(rules: Rules, tenant: Tenant, database: Database) -> None:
    await create(rules, tenant, whoami())
    (event,) = await events(database, tenant.organization)
    shown = DetectionRule.FromString(event.event.snapshot)
    assert (shown.title, shown.text) == ("Who am I", "")


@pytest.mark.parametrize("text", ["", "title: [", whoami().replace("condition: selection", "condition: absent")])
async def test_what_can_not_be_evaluated_is_refused(rules: Rules, tenant: Tenant, text: str) -> None:
    request = pb.CreateDetectionRuleRequest(parent=tenant.name, detection_rule=DetectionRule(text=text))
    assert (await tenant.refused(rules.CreateDetectionRule, request)).reason is Reason.INVALID_FIELD
    made = await create(rules, tenant, whoami())
    mask = FieldMask(paths=["text"])
    change = pb.UpdateDetectionRuleRequest(detection_rule=DetectionRule(name=made.name, text=text), update_mask=mask)
    assert (await tenant.refused(rules.UpdateDetectionRule, change)).reason is Reason.INVALID_FIELD


async def test_an_identifier_is_there_once(rules: Rules, tenant: Tenant) -> None:
    await create(rules, tenant, whoami(FIRST))
    other = await create(rules, tenant, whoami(SECOND))
    request = pb.CreateDetectionRuleRequest(parent=tenant.name, detection_rule=DetectionRule(text=whoami(FIRST)))
    assert (await tenant.refused(rules.CreateDetectionRule, request)).reason is Reason.ALREADY_EXISTS
    change = pb.UpdateDetectionRuleRequest(detection_rule=DetectionRule(name=other.name, text=whoami(FIRST)))
    assert (await tenant.refused(rules.UpdateDetectionRule, change)).reason is Reason.ALREADY_EXISTS
    await create(rules, await new_tenant(), whoami(FIRST))


async def test_an_import_takes_what_is_new_or_changed(rules: Rules, tenant: Tenant) -> None:
    bad = whoami(THIRD).replace("condition: selection", "condition: absent")
    dry = await take(rules, tenant, whoami(FIRST), f"{whoami(SECOND)}---\n{bad}", validate_only=True)
    assert counts(dry) == (2, 0, 0, 1)
    assert not await listed(rules, tenant)
    first = await take(rules, tenant, whoami(FIRST), f"{whoami(SECOND)}---\n{bad}", disabled=True)
    assert counts(first) == (2, 0, 0, 1)
    assert [(one.path, one.rule_id) for one in first.refusals] == [("1.yml", THIRD)]
    again = await take(rules, tenant, whoami(FIRST), whoami(SECOND, level="low"))
    assert counts(again) == (0, 1, 1, 0)
    found = await listed(rules, tenant, order_by="rule_id")
    assert [(one.rule_id, one.version, one.disabled, one.path) for one in found] == [
        (FIRST, 1, True, "0.yml"),
        (SECOND, 2, True, "1.yml"),
    ]
    assert not any(one.text for one in found)


async def test_lists_are_filtered_and_sorted(rules: Rules, tenant: Tenant) -> None:
    texts = [whoami(FIRST, level="low"), whoami(SECOND, level="critical"), FILTER.format(id=THIRD, rule=FIRST)]
    await take(rules, tenant, *texts)
    grave = await listed(rules, tenant, filter='level >= HIGH AND tags:"attack.t1033"')
    assert [one.rule_id for one in grave] == [SECOND]
    assert [one.rule_id for one in await listed(rules, tenant, filter="kind = FILTER")] == [THIRD]
    assert [one.rule_id for one in await listed(rules, tenant, order_by="level desc")] == [SECOND, FIRST, THIRD]


async def test_a_trial_says_what_a_match_stands_on(rules: Rules, tenant: Tenant) -> None:
    kept = await create(rules, tenant, whoami(FIRST))
    request = pb.TestDetectionRulesRequest(
        parent=tenant.name,
        text=whoami(SECOND, tool="id"),
        detection_rules=[kept.name],
        events=[json.dumps(EVENT), json.dumps(EVENT | {"Image": "/bin/ls"})],
    )
    (match,) = (await tenant.call(rules.TestDetectionRules, request)).matches
    assert (match.event, match.detection_rule, match.rule_id) == (0, kept.name, FIRST)
    told = [(one.selection, one.field, one.test, one.value) for one in match.reasons if one.selection]
    assert told == [("selection", "Image", "is *\\whoami.exe", EVENT["Image"])]


async def test_a_filter_leaves_out_what_it_says(rules: Rules, tenant: Tenant) -> None:
    kept = await create(rules, tenant, whoami(FIRST))
    await create(rules, tenant, FILTER.format(id=SECOND, rule=FIRST))
    await create(rules, tenant, CORRELATION.format(id=THIRD, rule=FIRST))
    admin = EVENT | {"User": "ACME\\admin"}
    request = pb.TestDetectionRulesRequest(
        parent=tenant.name, detection_rules=[kept.name], events=[json.dumps(EVENT), json.dumps(admin)]
    )
    assert [one.event for one in (await tenant.call(rules.TestDetectionRules, request)).matches] == [0]


@pytest.mark.parametrize("event", ["{", "[]", "1"])
async def test_an_event_is_a_json_object(rules: Rules, tenant: Tenant, event: str) -> None:
    request = pb.TestDetectionRulesRequest(parent=tenant.name, text=whoami(), events=[event])
    assert (await tenant.refused(rules.TestDetectionRules, request)).reason is Reason.INVALID_FIELD


async def test_a_trial_needs_rules_that_are_here(rules: Rules, tenant: Tenant) -> None:
    stranger = await create(rules, await new_tenant(), whoami())
    request = pb.TestDetectionRulesRequest(parent=tenant.name, events=["{}"])
    assert (await tenant.refused(rules.TestDetectionRules, request)).reason is Reason.INVALID_FIELD
    request.detection_rules.append(stranger.name)
    assert (await tenant.refused(rules.TestDetectionRules, request)).reason is Reason.NOT_FOUND
