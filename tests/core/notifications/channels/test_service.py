"""Channels behind all layers, on a real database and Vault: their secrets are kept, and never shown."""

import base64
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import select
from xorb.core.v1 import notification_channel_pb2 as pb
from xorb.core.v1.notification_channel_pb2 import NotificationChannel

from services.core.notifications.channels import store
from services.core.notifications.channels.store import CHANNELS
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.testing import call_of
from tests.core.harness import events, new_tenant
from tests.core.notifications.conftest import Client, connect

JIRA = {"url": "https://jira.example.com/", "project": "SEC", "account": "bot@example.com", "token": "jira-token"}
SECRET = "secret-token"


async def update(client: Client, channel: NotificationChannel, *paths: str, **values: Any) -> NotificationChannel:
    request = pb.UpdateNotificationChannelRequest(
        notification_channel=NotificationChannel(name=channel.name, **values),
        update_mask=FieldMask(paths=paths) if paths else None,
    )
    return await client.tenant.call(client.channels.UpdateNotificationChannel, request)  # type: ignore[no-any-return]


async def secrets(client: Client, database: Database, channel: NotificationChannel) -> dict[str, str]:
    async with database.unit(call_of(client.tenant.organization)) as unit:
        opened = await store.opened(unit, UUID(channel.name.rpartition("/")[2]))
    assert opened is not None
    return dict(opened.secrets)


async def test_a_webhook_is_created_and_its_secret_told_once(client: Client, database: Database) -> None:
    made = await client.channel(display_name="Ours", ordered=True)
    assert (made.kind, made.origin, made.ordered) == (NotificationChannel.WEBHOOK, "https://hooks.example.com", True)
    assert len(base64.b64decode(made.signing_secret.removeprefix("whsec_"))) == 32
    got = await client.tenant.call(
        client.channels.GetNotificationChannel, pb.GetNotificationChannelRequest(name=made.name)
    )
    assert not got.signing_secret
    assert not got.webhook.url
    assert got.etag == made.etag
    assert await secrets(client, database, made) == {
        "url": f"https://hooks.example.com/in/{SECRET}",
        "signing": made.signing_secret,
    }


async def test_what_is_secret_is_in_no_row_and_no_event(client: Client, database: Database) -> None:
    made = [
        await client.channel(),
        await client.channel(jira=JIRA),
        await client.channel(slack={"url": f"https://s.example/{SECRET}"}),
    ]
    await client.tenant.call(client.channels.RotateSigningSecret, pb.RotateSigningSecretRequest(name=made[0].name))
    async with database.unit(call_of(client.tenant.organization)) as unit:
        rows = str((await unit.execute(select(CHANNELS))).all())
    told = str([event.event for event in await events(database, client.tenant.organization)])
    for text in (SECRET, "jira-token", made[0].signing_secret):
        assert text not in rows
        assert text not in told
    kinds = [event.event.type for event in await events(database, client.tenant.organization)]
    assert kinds == [*["notification_channel.created"] * 3, "notification_channel.secret_rotated"]


@pytest.mark.parametrize(
    ("channel", "field"),
    [
        ({"webhook": {"url": "http://hooks.example.com/"}}, "webhook.url"),
        ({"webhook": {"url": "https://169.254.169.254/latest"}}, "webhook.url"),
        ({"webhook": {"url": "https://10.0.0.1/"}}, "webhook.url"),
        ({"webhook": {"url": "https://[::ffff:10.0.0.1]/"}}, "webhook.url"),
        ({"webhook": {"url": "https://2130706433/"}}, "webhook.url"),
        ({"webhook": {"url": f"https://user:{SECRET}@example.com/"}}, "webhook.url"),
        ({"webhook": {"url": "file:///etc/passwd"}}, "webhook.url"),
        ({"webhook": {}}, "webhook.url"),
        ({"email": {"recipients": []}}, "email.recipients"),
        ({"email": {"recipients": ["a@example.com\r\nBcc: b@example.com"]}}, "email.recipients"),
        ({"email": {"recipients": ["nobody"]}}, "email.recipients"),
        ({"jira": {**JIRA, "project": "../x"}}, "jira.project"),
        ({"jira": {**JIRA, "token": ""}}, "jira.token"),
        ({"jira": {**JIRA, "account": ""}}, "jira.account"),
        ({"github": {"repository": "../../user", "token": "t"}}, "github.repository"),
        ({"github": {"repository": "a/b", "token": "t\r\nX: y"}}, "github.token"),
    ],
)
async def test_where_no_channel_leads(client: Client, channel: dict[str, Any], field: str) -> None:
    request = pb.CreateNotificationChannelRequest(
        parent=client.tenant.name, notification_channel=NotificationChannel(**channel)
    )
    failure = await client.tenant.refused(client.channels.CreateNotificationChannel, request)
    assert failure.reason is Reason.INVALID_FIELD
    assert [one.field for one in failure.fields] == [f"notification_channel.{field}"]
    assert SECRET not in str(failure)


async def test_what_is_left_empty_stays_unless_it_goes_elsewhere(client: Client, database: Database) -> None:
    made = await client.channel(jira=JIRA)
    renamed = await update(client, made, "display_name", display_name="Tracker")
    moved = await update(client, renamed, jira={**JIRA, "token": "", "project": "OPS"})
    assert (moved.display_name, moved.jira.project, moved.jira.token) == ("Tracker", "OPS", "")
    assert (await secrets(client, database, made))["token"] == "jira-token"
    elsewhere = pb.UpdateNotificationChannelRequest(
        notification_channel=NotificationChannel(
            name=made.name, jira={**JIRA, "token": "", "url": "https://evil.example.com"}
        )
    )
    failure = await client.tenant.refused(client.channels.UpdateNotificationChannel, elsewhere)
    assert [one.field for one in failure.fields] == ["notification_channel.jira.token"]
    other = pb.UpdateNotificationChannelRequest(
        notification_channel=NotificationChannel(name=made.name, slack={"url": "https://s.example/x"})
    )
    assert (
        await client.tenant.refused(client.channels.UpdateNotificationChannel, other)
    ).reason is Reason.INVALID_FIELD


async def test_a_rotated_secret_signs_beside_the_one_before(client: Client, database: Database) -> None:
    made = await client.channel()
    rotated = await client.tenant.call(
        client.channels.RotateSigningSecret, pb.RotateSigningSecretRequest(name=made.name)
    )
    assert rotated.signing_secret not in {"", made.signing_secret}
    assert rotated.HasField("previous_secret_expire_time")
    kept = await secrets(client, database, made)
    assert (kept["signing"], kept["previous"]) == (rotated.signing_secret, made.signing_secret)
    slack = await client.channel(slack={"url": "https://s.example/x"})
    failure = await client.tenant.refused(
        client.channels.RotateSigningSecret, pb.RotateSigningSecretRequest(name=slack.name)
    )
    assert failure.reason is Reason.ILLEGAL_TRANSITION


async def test_a_channel_that_a_rule_names_stays(client: Client) -> None:
    made = await client.channel()
    await client.rule(made)
    request = pb.DeleteNotificationChannelRequest(name=made.name)
    assert (
        await client.tenant.refused(client.channels.DeleteNotificationChannel, request)
    ).reason is Reason.RESOURCE_IN_USE
    free = await client.channel()
    await client.tenant.call(
        client.channels.DeleteNotificationChannel, pb.DeleteNotificationChannelRequest(name=free.name)
    )
    listed = await client.tenant.call(
        client.channels.ListNotificationChannels, pb.ListNotificationChannelsRequest(parent=client.tenant.name)
    )
    assert [one.name for one in listed.notification_channels] == [made.name]


async def test_a_test_is_a_delivery_of_its_own(client: Client) -> None:
    made = await client.channel()
    sent = await client.tenant.call(
        client.channels.SendTestNotification, pb.SendTestNotificationRequest(name=made.name)
    )
    (listed,) = await client.listed(filter="kind = TEST AND state = PENDING")
    assert (listed.name, listed.channel, listed.attempt_count) == (sent.notification_delivery, made.name, 0)
    disabled = await update(client, made, "disabled", disabled=True)
    failure = await client.tenant.refused(
        client.channels.SendTestNotification, pb.SendTestNotificationRequest(name=disabled.name)
    )
    assert failure.reason is Reason.ILLEGAL_TRANSITION


async def test_analysts_see_channels_and_change_none(client: Client, served: Any) -> None:
    made = await client.channel()
    analyst = connect(served, await new_tenant(client.tenant.organization, ("analyst",)))
    request = pb.GetNotificationChannelRequest(name=made.name)
    assert (await analyst.tenant.call(analyst.channels.GetNotificationChannel, request)).name == made.name
    failure = await analyst.tenant.refused(
        analyst.channels.SendTestNotification, pb.SendTestNotificationRequest(name=made.name)
    )
    assert failure.reason is Reason.PERMISSION_DENIED
