"""The service that keeps views."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from google.protobuf import empty_pb2
from xorb.core.v1 import finding_view_pb2 as pb
from xorb.core.v1 import finding_view_pb2_grpc

from services.core.findings.search import orders
from services.core.findings.tables import FIELDS
from services.core.findings.views import domain, store, wire
from services.core.findings.views.domain import Listing, View
from services.mesh import etags, identifiers, masks, texts
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, invalid_field, not_found
from services.mesh.filters import to_sql
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_CHANGES = "findingViews"
_LISTING = frozenset({"query", "filter", "order_by", "columns"})


@dataclass
class FindingViewsServicer(finding_view_pb2_grpc.FindingViewsServiceServicer):
    """Serves `xorb.core.v1.FindingViewsService`.

    Args:
        database: Where views are.
        pager: Cuts lists into pages.
    """

    database: Database
    pager: Pager

    async def CreateFindingView(self, request: pb.CreateFindingViewRequest, context: Context) -> pb.FindingView:
        """Keeps a view."""
        given, now = request.finding_view, _now()
        async with self.database.unit() as unit:
            await unit.serialize(_CHANGES)
            listing = _checked(wire.listing(given))
            view = View(identifiers.new(), _called(given), listing, unit.actor, given.shared, now, now)
            await _require_free(unit, view)
            domain.require_room(await store.count(unit))
            await store.add(unit, view)
            return unit.reply(_record(unit, "created", view))

    async def GetFindingView(self, request: pb.GetFindingViewRequest, context: Context) -> pb.FindingView:
        """Returns one view."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListFindingViews(
        self, request: pb.ListFindingViewsRequest, context: Context
    ) -> pb.ListFindingViewsResponse:
        """Lists views, a page at a time."""
        async with self.database.unit() as unit:
            scope = f"ListFindingViews:{request.parent}:{unit.actor}"
            wanted = PageRequest(scope, request.page_size, request.page_token, request.filter, request.order_by)
            listed, order = store.seen_by(unit.actor), "create_time"
            page = await self.pager.page(
                unit, listed, wanted, fields=store.FIELDS, default_order=order, key=store.VIEWS.c.id
            )
            found = [wire.message(unit.organization, store.view(row)) for row in page.rows]
        return pb.ListFindingViewsResponse(finding_views=found, next_page_token=page.next_page_token)

    async def UpdateFindingView(self, request: pb.UpdateFindingViewRequest, context: Context) -> pb.FindingView:
        """Changes a view."""
        given = request.finding_view
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, given.name, given.etag)
            fields = masks.fields(given, request.update_mask, wire.message(unit.organization, current))
            changed = _changed(current, given, fields)
            domain.require_own(current, unit.actor, shared=changed.shared)
            await _require_free(unit, changed)
            await store.save(unit, changed)
            if current.shared and not changed.shared:
                _record(unit, "withdrawn", current)
            return unit.reply(_record(unit, "updated", changed))

    async def DeleteFindingView(self, request: pb.DeleteFindingViewRequest, context: Context) -> empty_pb2.Empty:
        """Deletes a view."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.name, request.etag)
            await store.remove(unit, current.id)
            _record(unit, "deleted", current)
            return unit.reply(empty_pb2.Empty())


def _changed(current: View, given: pb.FindingView, fields: frozenset[str]) -> View:
    """Returns a view with those fields as a request gives them."""
    wanted = wire.listing(given)
    listing = replace(current.listing, **{name: getattr(wanted, name) for name in fields & _LISTING})
    return domain.touched(
        replace(
            current,
            display_name=_called(given) if "display_name" in fields else current.display_name,
            listing=_checked(listing),
            shared=given.shared if "shared" in fields else current.shared,
        ),
        _now(),
    )


def _checked(listing: Listing) -> Listing:
    """Returns a listing that lists of findings take.

    Raises:
        Failure: INVALID_FILTER, INVALID_ORDER.
    """
    to_sql(listing.filter, FIELDS)
    orders.wanted(listing.order_by)
    return listing


def _called(given: pb.FindingView) -> str:
    called = texts.one_line(given.display_name)
    if not called:
        raise invalid_field("finding_view.display_name", "A view needs a name to be found by.")
    return called


async def _require_free(unit: Unit, view: View) -> None:
    if await store.named(unit, view.owner, view.display_name) not in {None, view.id}:
        raise Failure(Reason.ALREADY_EXISTS, f"There is a view {view.display_name!r} already.")


def _record(unit: Unit, verb: str, view: View) -> pb.FindingView:
    """Records what happened to a view that all see, and returns its message; what is one's own is nobody's news."""
    message = wire.message(unit.organization, view)
    if view.shared:
        unit.record(wire.changed(verb, message))
    return message


async def _find(unit: Unit, name: str) -> View:
    found = await store.get(unit, wire.identifier(name))
    if found is None or not domain.visible(found, unit.actor):
        raise not_found(name)
    return found


async def _find_to_change(unit: Unit, name: str, etag: str) -> View:
    await unit.serialize(_CHANGES)
    found = await _find(unit, name)
    etags.require(etag, wire.etag(found))
    return found


def _now() -> datetime:
    return datetime.now(UTC)
