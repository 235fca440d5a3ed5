"""The checklists service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from xorb.core.v1 import checklist_pb2, checklist_pb2_grpc

from services.core.engagements import changes, domain
from services.core.engagements import store as engagements
from services.core.engagements import wire as engagement_wire
from services.core.engagements.checklists import catalogue, store, wire
from services.core.engagements.checklists.catalogue import Methodology
from services.core.engagements.checklists.domain import Item, change
from services.core.engagements.checklists.tables import DEFAULT_ORDER, FIELDS, ITEMS
from services.mesh import etags, identifiers, masks, names
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest


@dataclass
class ChecklistsServicer(checklist_pb2_grpc.ChecklistsServiceServicer):
    """Serves `xorb.core.v1.ChecklistsService`.

    Args:
        database: Where checklists are.
        pager: Cuts lists into pages.
        missing_members: Returns those of some accounts that aren't members.
        missing_findings: Returns those of some findings that there aren't.
    """

    database: Database
    pager: Pager
    missing_members: changes.Missing
    missing_findings: changes.Missing

    async def AddChecklist(
        self, request: checklist_pb2.AddChecklistRequest, context: Context
    ) -> checklist_pb2.ChecklistProgress:
        """Adds the items of a methodology."""
        methodology = Methodology(request.methodology)
        async with self.database.unit() as unit:
            engagement = await changes.find_to_change(unit, request.parent)
            domain.require_open(engagement)
            await store.add(
                unit,
                [
                    Item(identifiers.new(), engagement.id, methodology.value, entry.code, place, _now())
                    for place, entry in catalogue.up_to(methodology, request.level)
                ],
            )
            summary = f"{methodology.name} is a checklist of engagement {engagement.terms.display_name}"
            unit.record(Event("engagement.checklist_added", request.parent, summary))
            return unit.reply(wire.progress(await store.counts(unit, engagement.id)))

    async def GetChecklistItem(
        self, request: checklist_pb2.GetChecklistItemRequest, context: Context
    ) -> checklist_pb2.ChecklistItem:
        """Returns one item."""
        organization, engagement, identifier = names.parse(wire.PATTERN, request.name)
        async with self.database.unit() as unit:
            row = await store.get(unit, engagement, identifier)
        if row is None:
            raise not_found(request.name)
        return wire.message(organization, await store.item(row, self.database.open))

    async def ListChecklistItems(
        self, request: checklist_pb2.ListChecklistItemsRequest, context: Context
    ) -> checklist_pb2.ListChecklistItemsResponse:
        """Lists items, a page at a time."""
        wanted = PageRequest(
            f"ListChecklistItems:{request.parent}", request.page_size, request.page_token, request.filter
        )
        async with self.database.unit() as unit:
            listed = store.of_engagement(unit, await _engagement(unit, request.parent))
            page = await self.pager.page(
                unit, listed, wanted, fields=FIELDS, default_order=DEFAULT_ORDER, key=ITEMS.c.id
            )
        items = [await store.item(row, self.database.open) for row in page.rows]
        return checklist_pb2.ListChecklistItemsResponse(
            checklist_items=[wire.message(unit.organization, item) for item in items],
            next_page_token=page.next_page_token,
        )

    async def UpdateChecklistItem(
        self, request: checklist_pb2.UpdateChecklistItemRequest, context: Context
    ) -> checklist_pb2.ChecklistItem:
        """Changes an item."""
        sent = request.checklist_item
        organization, engagement, _ = names.parse(wire.PATTERN, sent.name)
        async with self.database.unit() as unit:
            within = await changes.find_to_change(unit, engagement_wire.name(organization, engagement))
            domain.require_open(within)
            current = await _item(unit, sent.name, sent.etag)
            fields = masks.fields(sent, request.update_mask, wire.message(organization, current))
            item = change(current, _now(), **wire.values(organization, sent, fields))
            await self._require_known(unit, current, item)
            await store.save(unit, item)
            return _recorded(unit, engagement, item)

    async def ListChecklistProgress(
        self, request: checklist_pb2.ListChecklistProgressRequest, context: Context
    ) -> checklist_pb2.ListChecklistProgressResponse:
        """Counts an engagement's items by methodology and state."""
        async with self.database.unit() as unit:
            counted = await store.counts(unit, await _engagement(unit, request.parent))
        return checklist_pb2.ListChecklistProgressResponse(progress=wire.progress(counted).methodologies)

    async def _require_known(self, unit: Unit, current: Item, item: Item) -> None:
        """Checks that whom and what an item newly names is the organization's."""
        assigned = [item.assignee] if item.assignee and item.assignee != current.assignee else []
        for unknown in await self.missing_members(unit, assigned):
            raise not_found(engagement_wire.member_name(unit.organization, unknown))
        for unknown in await self.missing_findings(unit, [one for one in item.findings if one not in current.findings]):
            raise not_found(wire.finding_name(unit.organization, unknown))


async def _engagement(unit: Unit, name: str) -> UUID:
    _, identifier = names.parse(engagement_wire.PATTERN, name)
    if await engagements.get(unit, identifier) is None:
        raise not_found(name)
    return identifier


async def _item(unit: Unit, name: str, etag: str) -> Item:
    _, engagement, identifier = names.parse(wire.PATTERN, name)
    row = await store.get(unit, engagement, identifier)
    if row is None:
        raise not_found(name)
    item = await store.item(row, unit.open)
    etags.require(etag, wire.etag(item))
    return item


def _recorded(unit: Unit, engagement: UUID, item: Item) -> checklist_pb2.ChecklistItem:
    """Records a change of an item as an event of its engagement, and returns the item's message as the reply."""
    shown = wire.logged(unit.organization, item)
    summary = f"{item.code} is {item.state.name.replace('_', ' ').lower()}"
    resource = engagement_wire.name(unit.organization, engagement)
    unit.record(Event("engagement.checked", resource, summary, shown.SerializeToString(), wire.SNAPSHOT))
    return unit.reply(wire.message(unit.organization, item), sealed=True)


def _now() -> datetime:
    return datetime.now(UTC)
