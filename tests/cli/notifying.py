"""Notifications in the small platform."""

import uuid
from typing import Any

from google.protobuf import empty_pb2
from xorb.core.v1 import notification_channel_pb2 as channel_pb2
from xorb.core.v1 import (
    notification_channel_pb2_grpc,
    notification_delivery_pb2_grpc,
    notification_rule_pb2_grpc,
)
from xorb.core.v1 import notification_delivery_pb2 as delivery_pb2
from xorb.core.v1 import notification_rule_pb2 as rule_pb2

from tests.cli.platform import ORGANIZATION, Platform, page

SECRET = "whsec_bmV3"


class Channels(notification_channel_pb2_grpc.NotificationChannelsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.kept: list[channel_pb2.NotificationChannel] = []

    def CreateNotificationChannel(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        made = request.notification_channel
        made.name = f"{request.parent}/notificationChannels/{uuid.uuid4()}"
        made.kind = channel_pb2.NotificationChannel.Kind.Value(made.WhichOneof("endpoint").upper())
        self.kept.append(made)
        answer = channel_pb2.NotificationChannel()
        answer.CopyFrom(made)
        answer.signing_secret = SECRET if made.HasField("webhook") else ""
        return answer

    def ListNotificationChannels(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.kept, channel_pb2.ListNotificationChannelsResponse(), "notification_channels")

    def UpdateNotificationChannel(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        found = next(one for one in self.kept if one.name == request.notification_channel.name)
        request.update_mask.MergeMessage(request.notification_channel, found)
        return found

    def DeleteNotificationChannel(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        self.kept[:] = [one for one in self.kept if one.name != request.name]
        return empty_pb2.Empty()

    def RotateSigningSecret(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return channel_pb2.NotificationChannel(name=request.name, signing_secret=SECRET)

    def SendTestNotification(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        name = f"{ORGANIZATION}/notificationDeliveries/{uuid.uuid4()}"
        return channel_pb2.SendTestNotificationResponse(notification_delivery=name)


class Rules(notification_rule_pb2_grpc.NotificationRulesServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.kept: list[rule_pb2.NotificationRule] = []

    def CreateNotificationRule(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        request.notification_rule.name = f"{request.parent}/notificationRules/{uuid.uuid4()}"
        self.kept.append(request.notification_rule)
        return request.notification_rule

    def ListNotificationRules(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.kept, rule_pb2.ListNotificationRulesResponse(), "notification_rules")

    def DeleteNotificationRule(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        self.kept[:] = [one for one in self.kept if one.name != request.name]
        return empty_pb2.Empty()


class Deliveries(notification_delivery_pb2_grpc.NotificationDeliveriesServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        dead = delivery_pb2.NotificationDelivery.DEAD
        name = f"{ORGANIZATION}/notificationDeliveries/{uuid.UUID(int=9)}"
        self.kept = [delivery_pb2.NotificationDelivery(name=name, state=dead, last_error="it answered with 410")]

    def ListNotificationDeliveries(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.kept, delivery_pb2.ListNotificationDeliveriesResponse(), "notification_deliveries")

    def RetryNotificationDelivery(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return delivery_pb2.NotificationDelivery(name=request.name, state=delivery_pb2.NotificationDelivery.PENDING)
