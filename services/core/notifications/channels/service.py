"""The notification channels service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from google.protobuf import empty_pb2
from xorb.core.v1 import notification_channel_pb2 as pb
from xorb.core.v1 import notification_channel_pb2_grpc

from services.core.notifications import positions
from services.core.notifications.channels import domain, store, wire
from services.core.notifications.channels.domain import SIGNING, TOKEN, Channel, Kind, Opened
from services.core.notifications.channels.endpoints import Endpoints
from services.core.notifications.deliveries import store as deliveries
from services.core.notifications.deliveries import wire as delivered
from services.core.notifications.deliveries.domain import test
from services.core.notifications.rules import store as rules
from services.mesh import etags, identifiers, masks, texts
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, invalid_field, not_found
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_QUOTA = "notificationChannels"


@dataclass
class ChannelsServicer(notification_channel_pb2_grpc.NotificationChannelsServiceServicer):
    """Serves `xorb.core.v1.NotificationChannelsService`.

    Args:
        database: Where channels are.
        pager: Cuts lists into pages.
        endpoints: Where channels may lead.
    """

    database: Database
    pager: Pager
    endpoints: Endpoints

    async def CreateNotificationChannel(
        self, request: pb.CreateNotificationChannelRequest, context: Context
    ) -> pb.NotificationChannel:
        """Creates a channel."""
        given, now = request.notification_channel, _now()
        kind = wire.kind(given)
        secrets = wire.secrets(kind, given)
        settings, origin = self.endpoints.read(kind, wire.settings(kind, given), secrets)
        if kind is Kind.WEBHOOK:
            secrets[SIGNING] = domain.signing_secret()
        title = texts.one_line(given.display_name)
        channel = Channel(identifiers.new(), title, kind, given.disabled, given.ordered, settings, origin, now, now)
        async with self.database.unit() as unit:
            await unit.serialize(_QUOTA)
            domain.require_room(await store.count(unit))
            await positions.begin(unit)
            await store.add(unit, channel, secrets)
            return unit.reply(_record(unit, "created", channel, secrets.get(SIGNING, "")), sealed=True)

    async def GetNotificationChannel(
        self, request: pb.GetNotificationChannelRequest, context: Context
    ) -> pb.NotificationChannel:
        """Returns one channel."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListNotificationChannels(
        self, request: pb.ListNotificationChannelsRequest, context: Context
    ) -> pb.ListNotificationChannelsResponse:
        """Lists channels, a page at a time."""
        scope = f"ListNotificationChannels:{request.parent}"
        wanted = PageRequest(scope, request.page_size, request.page_token, request.filter, request.order_by)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=store.FIELDS, default_order="create_time", key=store.CHANNELS.c.id
            )
            found = [wire.message(unit.organization, store.channel(row)) for row in page.rows]
        return pb.ListNotificationChannelsResponse(notification_channels=found, next_page_token=page.next_page_token)

    async def UpdateNotificationChannel(
        self, request: pb.UpdateNotificationChannelRequest, context: Context
    ) -> pb.NotificationChannel:
        """Changes a channel."""
        given = request.notification_channel
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, given.name, given.etag)
            fields = masks.fields(given, request.update_mask, wire.message(unit.organization, current.channel))
            changed, secrets = self._changed(current, given, fields)
            changed = domain.touched(changed, _now())
            await store.save(unit, changed, secrets)
            return unit.reply(_record(unit, "updated", changed))

    async def DeleteNotificationChannel(
        self, request: pb.DeleteNotificationChannelRequest, context: Context
    ) -> empty_pb2.Empty:
        """Deletes a channel."""
        async with self.database.unit() as unit:
            current = (await _find_to_change(unit, request.name, request.etag)).channel
            if await rules.names_channel(unit, current.id):
                raise Failure(Reason.RESOURCE_IN_USE, "A rule names the channel. Change the rule first.")
            await store.remove(unit, current.id)
            _record(unit, "deleted", current)
            return unit.reply(empty_pb2.Empty())

    async def RotateSigningSecret(
        self, request: pb.RotateSigningSecretRequest, context: Context
    ) -> pb.NotificationChannel:
        """Gives a webhook another secret."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.name, "")
            channel, secrets = domain.rotate(current.channel, current.secrets, _now())
            await store.save(unit, channel, secrets)
            return unit.reply(_record(unit, "secret_rotated", channel, secrets[SIGNING]), sealed=True)

    async def SendTestNotification(
        self, request: pb.SendTestNotificationRequest, context: Context
    ) -> pb.SendTestNotificationResponse:
        """Sends a test by a channel."""
        async with self.database.unit() as unit:
            channel = await _find(unit, request.name)
            domain.require_enabled(channel)
            made = test(identifiers.new(), channel.id, unit.organization, await positions.newest(unit), _now())
            await deliveries.add(unit, [made])
            # It is this event that wakes what sends.
            _record(unit, "tested", channel)
            name = delivered.name(unit.organization, made.id)
            return unit.reply(pb.SendTestNotificationResponse(notification_delivery=name))

    def _changed(
        self, current: Opened, given: pb.NotificationChannel, fields: frozenset[str]
    ) -> tuple[Channel, Mapping[str, str] | None]:
        """Returns a channel with those fields as a request gives them, and its secrets where they are others."""
        channel, changed = current.channel, dict[str, object]()
        if "display_name" in fields:
            changed["display_name"] = texts.one_line(given.display_name)
        for field in fields & {"disabled", "ordered"}:
            changed[field] = getattr(given, field)
        if not fields & wire.ENDPOINTS:
            return replace(channel, **changed), None  # type: ignore[arg-type]  # each has its field's type
        if wire.kind(given) is not channel.kind:
            raise invalid_field("notification_channel", "of what kind a channel is stays as it is; create another one")
        sent = wire.secrets(channel.kind, given)
        secrets = {**current.secrets, **sent}
        settings, origin = self.endpoints.read(channel.kind, wire.settings(channel.kind, given), secrets)
        if origin != channel.origin and TOKEN in current.secrets and TOKEN not in sent:
            # One tracker's token isn't sent to another.
            self.endpoints.read(channel.kind, wire.settings(channel.kind, given), {})
        return replace(channel, settings=settings, origin=origin, **changed), secrets  # type: ignore[arg-type]  # idem


def _record(unit: Unit, verb: str, channel: Channel, secret: str = "") -> pb.NotificationChannel:
    """Records what happened to a channel, and returns its message, with a secret that was just made."""
    message = wire.message(unit.organization, channel, secret)
    unit.record(wire.changed(verb, message))
    return message


async def _find(unit: Unit, name: str) -> Channel:
    found = await store.get(unit, wire.identifier(name))
    if found is None:
        raise not_found(name)
    return found


async def _find_to_change(unit: Unit, name: str, etag: str) -> Opened:
    identifier = wire.identifier(name)
    await unit.serialize(name)
    found = await store.opened(unit, identifier)
    if found is None:
        raise not_found(name)
    etags.require(etag, wire.etag(found.channel))
    return found


def _now() -> datetime:
    return datetime.now(UTC)
