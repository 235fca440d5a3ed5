"""The engagements service."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf import empty_pb2
from xorb.core.v1 import engagement_pb2, engagement_pb2_grpc

from services.core.engagements import changes, domain, store, wire
from services.core.engagements.changes import Known, Scans, find_to_change, saved
from services.core.engagements.checklists import store as checklists
from services.core.engagements.domain import State, Terms
from services.core.engagements.efforts import store as efforts
from services.core.engagements.efforts import wire as effort_wire
from services.core.engagements.tables import ENGAGEMENTS, FIELDS, WATCH_FIELDS
from services.core.engagements.timeline import store as timeline
from services.core.engagements.timeline import wire as activity
from services.mesh import calls, identifiers, masks, names
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.events.model import LoggedEvent
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest
from services.mesh.texts import storable

_EVERYTHING = frozenset(field.name for field in engagement_pb2.Engagement.DESCRIPTOR.fields)


@dataclass
class EngagementsServicer(engagement_pb2_grpc.EngagementsServiceServicer):
    """Serves `xorb.core.v1.EngagementsService`.

    Args:
        database: Where engagements are.
        pager: Cuts lists into pages.
        watcher: Tells of events.
        known: Knows of targets and members.
        scans: The scans of engagements.
    """

    database: Database
    pager: Pager
    watcher: Watcher
    known: Known
    scans: Scans

    async def CreateEngagement(
        self, request: engagement_pb2.CreateEngagementRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Drafts an engagement."""
        call = calls.current()
        terms = wire.terms(call.organization, request.engagement, Terms(""), _EVERYTHING)
        engagement = domain.draft(identifiers.new(), terms, call.caller.subject, _now())
        async with self.database.unit() as unit:
            await unit.serialize(changes.TOPIC)
            await self.known.require(unit, terms)
            await store.add(unit, engagement)
            return changes.recorded(unit, engagement, "created")

    async def GetEngagement(
        self, request: engagement_pb2.GetEngagementRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Returns one engagement."""
        organization, identifier = names.parse(wire.PATTERN, request.name)
        async with self.database.unit() as unit:
            row = await store.get(unit, identifier)
        if row is None:
            raise not_found(request.name)
        return wire.message(organization, await store.engagement(row, self.database.open))

    async def ListEngagements(
        self, request: engagement_pb2.ListEngagementsRequest, context: Context
    ) -> engagement_pb2.ListEngagementsResponse:
        """Lists engagements, a page at a time."""
        wanted = PageRequest(
            f"ListEngagements:{request.parent}", request.page_size, request.page_token, request.filter, request.order_by
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=FIELDS, default_order="create_time desc", key=ENGAGEMENTS.c.id
            )
        found = [await store.engagement(row, self.database.open) for row in page.rows]
        return engagement_pb2.ListEngagementsResponse(
            engagements=[wire.message(unit.organization, one) for one in found], next_page_token=page.next_page_token
        )

    async def UpdateEngagement(
        self, request: engagement_pb2.UpdateEngagementRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Changes what was agreed."""
        async with self.database.unit() as unit:
            current = await find_to_change(unit, request.engagement.name, request.engagement.etag)
            shown = wire.message(unit.organization, current)
            fields = masks.fields(request.engagement, request.update_mask, shown)
            terms = wire.terms(unit.organization, request.engagement, current.terms, fields)
            await self.known.require(unit, terms, current.terms)
            await self.scans.wake(unit, current.id)
            changed = domain.change(current, terms, _now())
            reply = await saved(unit, changed, "updated")
            changes.warn(unit, current, changed)
            return reply

    async def DeleteEngagement(
        self, request: engagement_pb2.DeleteEngagementRequest, context: Context
    ) -> empty_pb2.Empty:
        """Removes a draft."""
        async with self.database.unit() as unit:
            engagement = await find_to_change(unit, request.name, request.etag)
            domain.require_removable(engagement)
            await store.require_unscheduled(unit, engagement.id)
            await checklists.remove(unit, engagement.id)
            await efforts.remove(unit, engagement.id)
            await store.remove(unit, engagement.id)
            changes.recorded(unit, engagement, "deleted")
            return unit.reply(empty_pb2.Empty())

    async def ScopeEngagement(
        self, request: engagement_pb2.ScopeEngagementRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Takes an engagement to scoping."""
        return await self._move(request.name, request.etag, State.SCOPING, "scoped")

    async def ScheduleEngagement(
        self, request: engagement_pb2.ScheduleEngagementRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Says that the scope is agreed."""
        return await self._move(request.name, request.etag, State.SCHEDULED, "scheduled")

    async def StartEngagement(
        self, request: engagement_pb2.StartEngagementRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Begins with the tests."""
        return await self._move(request.name, request.etag, State.IN_PROGRESS, "started")

    async def RemediateEngagement(
        self, request: engagement_pb2.RemediateEngagementRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Says that the tests are done."""
        return await self._move(request.name, request.etag, State.REMEDIATION, "tested")

    async def CloseEngagement(
        self, request: engagement_pb2.CloseEngagementRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Closes an engagement for good."""
        return await self._move(request.name, request.etag, State.CLOSED, "closed")

    async def StopEngagement(
        self, request: engagement_pb2.StopEngagementRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Halts every scan of an engagement, and lets none begin."""
        async with self.database.unit() as unit:
            current = await find_to_change(unit, request.name)
            halt = domain.Stop(_now(), unit.actor, storable(request.reason))
            stopped = await saved(unit, domain.stop(current, halt), "stopped")
            # After the engagement's row is written: who orders a scan now waits, and then sees the stop.
            await self.scans.halt(unit, current.id, "Halted by an emergency stop.")
            return stopped

    async def ReleaseEngagement(
        self, request: engagement_pb2.ReleaseEngagementRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Lets scans begin again."""
        async with self.database.unit() as unit:
            current = await find_to_change(unit, request.name, request.etag)
            return await saved(unit, domain.release(current, _now()), "released")

    async def RecordEffort(
        self, request: engagement_pb2.RecordEffortRequest, context: Context
    ) -> engagement_pb2.Engagement:
        """Adds to what was used."""
        async with self.database.unit() as unit:
            current = await find_to_change(unit, request.name)
            used = domain.use(current, request.hours, request.credits, _now())
            await efforts.add(unit, effort_wire.effort(current.id, request, unit.actor, used.updated_at))
            reply = await saved(unit, used, "charged")
            changes.warn(unit, current, used)
            return reply

    async def ListEffortEntries(
        self, request: engagement_pb2.ListEffortEntriesRequest, context: Context
    ) -> engagement_pb2.ListEffortEntriesResponse:
        """Lists what was used, a page at a time."""
        wanted = PageRequest(
            f"ListEffortEntries:{request.parent}", request.page_size, request.page_token, request.filter
        )
        async with self.database.unit() as unit:
            listed = efforts.of_engagement(unit, await _existing(unit, request.parent))
            page = await self.pager.page(
                unit, listed, wanted, fields=efforts.FIELDS, default_order="create_time desc", key=efforts.ENTRIES.c.id
            )
        found = [await efforts.effort(row, self.database.open) for row in page.rows]
        return engagement_pb2.ListEffortEntriesResponse(
            effort_entries=[effort_wire.message(unit.organization, one) for one in found],
            next_page_token=page.next_page_token,
        )

    async def WatchEngagements(
        self, request: engagement_pb2.WatchEngagementsRequest, context: Context
    ) -> AsyncIterator[engagement_pb2.WatchEngagementsResponse]:
        """Tells of every new and changed engagement."""
        records = self.watcher.watch(
            response_class=engagement_pb2.WatchEngagementsResponse,
            parent=request.parent,
            accept=_is_of_engagement,
            present=wire.present,
            names=wire.filterable,
            fields=WATCH_FIELDS,
            filter=request.filter,
            resume_token=request.resume_token,
        )
        async with aclosing(records):
            async for record in records:
                yield record

    async def ListEngagementActivity(
        self, request: engagement_pb2.ListEngagementActivityRequest, context: Context
    ) -> engagement_pb2.ListEngagementActivityResponse:
        """Lists what happened in an engagement, the newest first."""
        wanted = PageRequest(
            f"ListEngagementActivity:{request.parent}", request.page_size, request.page_token, request.filter
        )
        async with self.database.unit() as unit:
            identifier = await _existing(unit, request.parent)
            listed = await timeline.events(unit, identifier, request.parent, _seen())
            page = await self.pager.page(
                unit, listed, wanted, fields=timeline.FIELDS, default_order="time desc", key=timeline.KEY
            )
        events = [activity.row(row) for row in page.mappings]
        return engagement_pb2.ListEngagementActivityResponse(events=events, next_page_token=page.next_page_token)

    async def WatchEngagement(
        self, request: engagement_pb2.WatchEngagementRequest, context: Context
    ) -> AsyncIterator[engagement_pb2.WatchEngagementResponse]:
        """Tells what happens in an engagement."""
        async with self.database.unit() as unit:
            await _existing(unit, request.parent)
        call = calls.current()
        records = self.watcher.watch(
            response_class=engagement_pb2.WatchEngagementResponse,
            parent=request.parent,
            accept=lambda event: activity.belongs(request.parent, event, activity.seen(call.caller.permissions)),
            present=activity.event,
            names=activity.filterable,
            fields=timeline.FIELDS,
            filter=request.filter,
            resume_token=request.resume_token,
        )
        async with aclosing(records):
            async for record in records:
                yield record

    async def _move(self, name: str, etag: str, state: State, verb: str) -> engagement_pb2.Engagement:
        async with self.database.unit() as unit:
            current = await find_to_change(unit, name, etag)
            return await saved(unit, domain.move(current, state, _now()), verb)


async def _existing(unit: Unit, name: str) -> UUID:
    _, identifier = names.parse(wire.PATTERN, name)
    if await store.get(unit, identifier) is None:
        raise not_found(name)
    return identifier


def _seen() -> frozenset[str]:
    return activity.seen(calls.current().caller.permissions)


def _is_of_engagement(event: LoggedEvent) -> bool:
    return event.event.snapshot_type == wire.SNAPSHOT


def _now() -> datetime:
    return datetime.now(UTC)
