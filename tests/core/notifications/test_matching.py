"""From events to deliveries and digests, on a real database: each once, in order, and nothing that isn't asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from xorb.core.v1 import finding_pb2
from xorb.core.v1.notification_rule_pb2 import NotificationRule

from services.core.notifications import matching
from services.core.notifications.deliveries import store
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.events.model import Event
from services.mesh.testing import call_of
from tests.core.harness import new_tenant
from tests.core.notifications.conftest import Client, connect


async def happened(database: Database, organization: UUID, kind: str = "finding.created", **finding: Any) -> str:
    """Records an event of a finding; returns its name."""
    name = f"organizations/{organization}/findings/{identifiers.new()}"
    found = finding_pb2.Finding(name=name, title="Weak TLS", severity=finding_pb2.HIGH, state=finding_pb2.Finding.OPEN)
    found.MergeFrom(finding_pb2.Finding(**finding))
    async with database.unit(call_of(organization)) as unit:
        unit.record(Event(kind, name, "Weak TLS was seen", found.SerializeToString(), found.DESCRIPTOR.full_name))
    return name


async def matched(client: Client, database: Database, now: datetime | None = None) -> datetime | None:
    """Matches all that has happened; returns when the next digest is due."""
    moment, more = now or datetime.now(UTC), True
    while more:
        async with database.unit(call_of(client.tenant.organization)) as unit:
            more = await matching.match(unit, moment)
    async with database.unit(call_of(client.tenant.organization)) as unit:
        return await matching.digest(unit, moment)


async def test_what_rules_ask_for_is_delivered_once_and_in_order(client: Client, database: Database) -> None:
    first, second = await client.channel(), await client.channel()
    rule = await client.rule(first, second, minimum_severity=finding_pb2.MEDIUM, filter='asset:"example.com"')
    organization = client.tenant.organization
    wanted = [await happened(database, organization, asset=f"{number}.example.com") for number in range(5)]
    await happened(database, organization, asset="example.com", severity=finding_pb2.LOW)
    await happened(database, organization, asset="example.org")
    await happened(database, organization, "finding.seen", asset="example.com")
    await matched(client, database)
    await matched(client, database)
    sent = await client.listed(filter=f'channel = "{first.name}"', order_by="create_time")
    assert [one.resource for one in sent] == wanted or sorted(one.resource for one in sent) == sorted(wanted)
    assert {one.rule for one in sent} == {rule.name}
    assert len(await client.listed()) == 10
    async with database.unit(call_of(organization)) as unit:
        due = await store.due(unit, UUID(first.name.rpartition("/")[2]), datetime.now(UTC), 100)
    assert [one.resource for one in due] == wanted
    assert due[0].content["data"]["snapshot"]["asset"] == "0.example.com"
    assert due[0].content["data"]["severity"] == "HIGH"


async def test_what_nobody_asked_for_is_not_kept(client: Client, database: Database) -> None:
    channel = await client.channel(disabled=True)
    await client.rule(channel)
    await client.rule(await client.channel(), disabled=True)
    await happened(database, client.tenant.organization)
    await matched(client, database)
    assert await client.listed() == []


async def test_another_organization_is_told_nothing(client: Client, database: Database, served: Any) -> None:
    other = connect(served, await new_tenant())
    await other.rule(await other.channel())
    await client.rule(await client.channel())
    await happened(database, client.tenant.organization)
    await matched(other, database)
    await matched(client, database)
    assert await other.listed() == []
    assert len(await client.listed()) == 1


async def test_a_rule_tells_nothing_of_what_its_maker_may_not_read(
    client: Client, database: Database, served: Any
) -> None:
    manager = connect(served, await new_tenant(client.tenant.organization, ("security_manager",)))
    await manager.rule(await manager.channel(), event_types=["*"])
    organization = client.tenant.organization
    async with database.unit(call_of(organization)) as unit:
        unit.record(Event("audit.exported", f"organizations/{organization}", "Somebody took the audit trail"))
    await happened(database, organization)
    await matched(client, database)
    assert [one.event_type for one in await client.listed()] == ["finding.created"]


async def test_a_digest_has_all_that_happened_until_it_is_due(client: Client, database: Database) -> None:
    channel = await client.channel()
    await client.rule(channel, frequency=NotificationRule.HOURLY, display_name="Hourly")
    made = [await happened(database, client.tenant.organization) for _ in range(3)]
    due = await matched(client, database)
    assert due is not None
    assert timedelta(0) < due - datetime.now(UTC) <= timedelta(hours=1)
    assert (due.minute, due.second) == (0, 0)
    assert await client.listed() == []
    assert await matched(client, database, due) is None
    (digest,) = await client.listed()
    assert (digest.event_type, digest.event_count, digest.summary) == ("digest", 3, "3 events by Hourly")
    await matched(client, database, due)
    assert len(await client.listed()) == 1
    async with database.unit(call_of(client.tenant.organization)) as unit:
        (kept,) = await store.due(unit, UUID(channel.name.rpartition("/")[2]), due, 10)
    assert [one["resource"] for one in kept.content["data"]["events"]] == made


async def test_an_issue_is_of_a_finding_and_of_nothing_else(client: Client, database: Database) -> None:
    tracker = await client.channel(github={"repository": "example/site", "token": "t"})
    await client.rule(tracker, event_types=["*"], frequency=NotificationRule.DAILY)
    finding = await happened(database, client.tenant.organization)
    async with database.unit(call_of(client.tenant.organization)) as unit:
        unit.record(Event("scan.started", f"{client.tenant.name}/scans/x", "A scan has started"))
    await matched(client, database)
    assert [one.resource for one in await client.listed()] == [finding]
