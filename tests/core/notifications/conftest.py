"""Clients of the notification services behind all layers, on real components."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc.aio
import pytest_asyncio
from xorb.core.v1 import notification_channel_pb2 as channel_pb2
from xorb.core.v1 import (
    notification_channel_pb2_grpc,
    notification_delivery_pb2_grpc,
    notification_rule_pb2_grpc,
)
from xorb.core.v1 import notification_delivery_pb2 as delivery_pb2
from xorb.core.v1 import notification_rule_pb2 as rule_pb2
from xorb.core.v1.notification_channel_pb2 import NotificationChannel
from xorb.core.v1.notification_delivery_pb2 import NotificationDelivery
from xorb.core.v1.notification_rule_pb2 import NotificationRule

from services.core.notifications.channels.endpoints import Endpoints
from services.core.notifications.channels.service import ChannelsServicer
from services.core.notifications.deliveries.service import DeliveriesServicer
from services.core.notifications.rules.service import RulesServicer
from services.mesh.database import Database
from services.mesh.outbound import Reach
from services.mesh.pages import Pager
from services.mesh.testing import serving
from tests.core.harness import Tenant, new_tenant


@dataclass(frozen=True)
class Client:
    """An organization's calls."""

    tenant: Tenant
    channels: notification_channel_pb2_grpc.NotificationChannelsServiceStub
    rules: notification_rule_pb2_grpc.NotificationRulesServiceStub
    deliveries: notification_delivery_pb2_grpc.NotificationDeliveriesServiceStub

    async def channel(self, **channel: Any) -> NotificationChannel:
        """Creates a channel, a webhook to nowhere where nothing else is said."""
        if not {"slack", "teams", "email", "jira", "github", "webhook"} & channel.keys():
            channel["webhook"] = {"url": "https://hooks.example.com/in/secret-token"}
        made = NotificationChannel(**channel)
        request = channel_pb2.CreateNotificationChannelRequest(parent=self.tenant.name, notification_channel=made)
        return await self.tenant.call(self.channels.CreateNotificationChannel, request)  # type: ignore[no-any-return]

    async def rule(self, *channels: NotificationChannel, **rule: Any) -> NotificationRule:
        """Creates a rule that tells of new findings by these channels, where nothing else is said."""
        wanted = {"event_types": ["finding.created"], "channels": [channel.name for channel in channels], **rule}
        request = rule_pb2.CreateNotificationRuleRequest(
            parent=self.tenant.name, notification_rule=NotificationRule(**wanted)
        )
        return await self.tenant.call(self.rules.CreateNotificationRule, request)  # type: ignore[no-any-return]

    async def listed(self, **request: Any) -> list[NotificationDelivery]:
        """Returns deliveries, the latest first."""
        asked = delivery_pb2.ListNotificationDeliveriesRequest(parent=self.tenant.name, **request)
        response = await self.tenant.call(self.deliveries.ListNotificationDeliveries, asked)
        return list(response.notification_deliveries)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(database: Database) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the services."""
    pager = Pager("k" * 32)

    def register(server: grpc.aio.Server) -> None:
        channels = ChannelsServicer(database, pager, Endpoints(Reach(loopback=True)))
        rules, deliveries = RulesServicer(database, pager), DeliveriesServicer(database, pager)
        notification_channel_pb2_grpc.add_NotificationChannelsServiceServicer_to_server(channels, server)
        notification_rule_pb2_grpc.add_NotificationRulesServiceServicer_to_server(rules, server)
        notification_delivery_pb2_grpc.add_NotificationDeliveriesServiceServicer_to_server(deliveries, server)

    async with serving(register, [], database) as channel:
        yield channel


def connect(channel: grpc.aio.Channel, tenant: Tenant) -> Client:
    """Returns a tenant's client."""
    return Client(
        tenant,
        notification_channel_pb2_grpc.NotificationChannelsServiceStub(channel),
        notification_rule_pb2_grpc.NotificationRulesServiceStub(channel),
        notification_delivery_pb2_grpc.NotificationDeliveriesServiceStub(channel),
    )


@pytest_asyncio.fixture(loop_scope="session")
async def client(served: grpc.aio.Channel) -> Client:
    """A client of an organization of the test's own."""
    return connect(served, await new_tenant())
