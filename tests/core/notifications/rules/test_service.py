"""Rules behind all layers, on a real database."""

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import select
from xorb.core.v1 import finding_pb2
from xorb.core.v1 import notification_rule_pb2 as pb
from xorb.core.v1.notification_rule_pb2 import NotificationRule

from services.core.notifications.rules.store import RULES
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.testing import call_of
from tests.core.harness import events, new_tenant
from tests.core.notifications.conftest import Client, connect


async def test_a_rule_is_created_read_changed_and_deleted(client: Client, database: Database) -> None:
    channel = await client.channel()
    target = f"{client.tenant.name}/targets/{identifiers.new()}"
    made = await client.rule(
        channel,
        display_name=" Grave\n ones ",
        event_types=["finding.created", "finding.reopened", "finding.created"],
        minimum_severity=finding_pb2.HIGH,
        targets=[target],
        states=["open"],
        filter='asset:"example.com"',
        frequency=NotificationRule.DAILY,
        time_zone="Europe/Berlin",
        hour=9,
    )
    assert (made.display_name, list(made.event_types)) == ("Grave ones", ["finding.created", "finding.reopened"])
    assert (list(made.states), made.hour, made.weekday) == (["OPEN"], 9, NotificationRule.MONDAY)
    request = pb.UpdateNotificationRuleRequest(
        notification_rule=NotificationRule(name=made.name, minimum_severity=finding_pb2.SEVERITY_UNSPECIFIED),
        update_mask=FieldMask(paths=["minimum_severity", "hour"]),
    )
    changed = await client.tenant.call(client.rules.UpdateNotificationRule, request)
    assert (changed.minimum_severity, changed.hour, changed.time_zone) == (0, 0, "Europe/Berlin")
    assert changed.etag != made.etag
    stale = pb.DeleteNotificationRuleRequest(name=made.name, etag=made.etag)
    assert (await client.tenant.refused(client.rules.DeleteNotificationRule, stale)).reason is Reason.ETAG_MISMATCH
    await client.tenant.call(client.rules.DeleteNotificationRule, pb.DeleteNotificationRuleRequest(name=made.name))
    listed = await client.tenant.call(
        client.rules.ListNotificationRules, pb.ListNotificationRulesRequest(parent=client.tenant.name)
    )
    assert list(listed.notification_rules) == []
    kinds = [event.event.type for event in await events(database, client.tenant.organization)]
    assert kinds[1:] == [f"notification_rule.{verb}" for verb in ("created", "updated", "deleted")]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"event_types": []}, Reason.INVALID_FIELD),
        ({"event_types": ["Finding Created"]}, Reason.INVALID_FIELD),
        ({"event_types": ["notification_delivery.died"]}, Reason.INVALID_FIELD),
        ({"filter": "severity >="}, Reason.INVALID_FILTER),
        ({"filter": "password = 1"}, Reason.INVALID_FILTER),
        ({"time_zone": "Europe/Atlantis"}, Reason.INVALID_FIELD),
        ({"time_zone": "../../../etc/passwd"}, Reason.INVALID_FIELD),
        ({"states": ["a b"]}, Reason.INVALID_FIELD),
        ({"channels": []}, Reason.INVALID_FIELD),
        ({"channels": ["x"]}, Reason.INVALID_NAME),
        ({"targets": ["x"]}, Reason.INVALID_NAME),
    ],
)
async def test_what_is_no_rule(client: Client, rule: dict[str, Any], reason: Reason) -> None:
    channel = await client.channel()
    wanted = {"event_types": ["*"], "channels": [channel.name], **rule}
    request = pb.CreateNotificationRuleRequest(parent=client.tenant.name, notification_rule=NotificationRule(**wanted))
    assert (await client.tenant.refused(client.rules.CreateNotificationRule, request)).reason is reason


async def test_what_is_anothers_is_not_there(client: Client, served: Any) -> None:
    other = connect(served, await new_tenant())
    theirs, here = await other.channel(), await client.channel()
    for wanted in (
        {"channels": [theirs.name]},
        {"channels": [f"{client.tenant.name}/notificationChannels/{identifiers.new()}"]},
        {"channels": [here.name], "targets": [f"{other.tenant.name}/targets/{identifiers.new()}"]},
    ):
        rule = NotificationRule(event_types=["*"], **wanted)  # type: ignore[arg-type]  # each has its field's type
        request = pb.CreateNotificationRuleRequest(parent=client.tenant.name, notification_rule=rule)
        assert (await client.tenant.refused(client.rules.CreateNotificationRule, request)).reason is Reason.NOT_FOUND


async def test_a_rule_tells_nothing_that_who_made_it_may_not_read(client: Client, database: Database) -> None:
    await client.rule(await client.channel())
    async with database.unit(call_of(client.tenant.organization)) as unit:
        (readable,) = (await unit.execute(select(RULES.c.readable))).scalars()
    assert {"findings.read", "audit.read"} <= set(readable)
    assert all(one.endswith(".read") for one in readable)
