"""The activity service."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from types import MappingProxyType

from google.protobuf.message import Message
from xorb.core.v1 import activity_pb2, activity_pb2_grpc

from services.core.activity import store, wire
from services.mesh import calls
from services.mesh.database import Database
from services.mesh.events import visibility
from services.mesh.events.log import EVENT_LOG
from services.mesh.events.model import LoggedEvent
from services.mesh.events.watch import Watcher
from services.mesh.filters import Field
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_NOUNS = (
    "acceptance",
    "account",
    "api_key",
    "attachment",
    "deadline",
    "detection_rule",
    "engagement",
    "finding",
    "finding_view",
    "invitation",
    "member",
    "notification_channel",
    "notification_delivery",
    "notification_rule",
    "note",
    "organization",
    "rate_limit",
    "retest",
    "role",
    "scan",
    "scan_schedule",
    "service_account",
    "target",
)
_FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "type": Field(EVENT_LOG.c.type, "text"),
        "resource": Field(EVENT_LOG.c.resource, "text"),
        "actor": Field(EVENT_LOG.c.actor, "text"),
        "time": Field(EVENT_LOG.c.occurred_at, "time"),
    }
)


@dataclass
class ActivityServicer(activity_pb2_grpc.ActivityServiceServicer):
    """Serves `xorb.core.v1.ActivityService`."""

    database: Database
    pager: Pager
    watcher: Watcher

    async def ListActivity(
        self, request: activity_pb2.ListActivityRequest, context: Context
    ) -> activity_pb2.ListActivityResponse:
        """Lists what happened, as far as the caller may see it."""
        permissions = calls.current().caller.permissions
        wanted = PageRequest(
            scope=f"ListActivity:{request.parent}",
            size=request.page_size,
            token=request.page_token,
            filter=request.filter,
        )
        async with self.database.unit() as unit:
            nouns = [noun for noun in _NOUNS if visibility.visible(f"{noun}.", permissions)]
            page = await self.pager.page(
                unit,
                store.events(unit, nouns),
                wanted,
                fields=_FIELDS,
                default_order="time desc",
                key=EVENT_LOG.c.id,
            )
        events = [wire.row(row) for row in page.mappings]
        return activity_pb2.ListActivityResponse(events=events, next_page_token=page.next_page_token)

    async def WatchActivity(
        self, request: activity_pb2.WatchActivityRequest, context: Context
    ) -> AsyncIterator[Message]:
        """Tells what happens, as far as the caller may see it."""
        call = calls.current()
        records = self.watcher.watch(
            response_class=activity_pb2.WatchActivityResponse,
            parent=request.parent,
            filter=request.filter,
            resume_token=request.resume_token,
            accept=lambda event: visibility.visible(event.event.type, call.caller.permissions),
            present=wire.event,
            names=_named,
            fields=_FIELDS,
        )
        async with aclosing(records):
            async for record in records:
                yield record


def _named(event: LoggedEvent) -> Mapping[str, object]:
    return {
        "type": event.event.type,
        "resource": event.event.resource,
        "actor": event.actor,
        "time": event.time,
    }
