"""Views behind all layers, on a real database."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1 import finding_view_pb2 as pb
from xorb.core.v1 import finding_view_pb2_grpc
from xorb.core.v1.finding_view_pb2 import FindingView
from xorb.core.v1.finding_view_pb2_grpc import FindingViewsServiceStub

from services.core.findings.views import domain
from services.core.findings.views.service import FindingViewsServicer
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.pages import Pager
from services.mesh.testing import serving
from tests.core.harness import Tenant, events, new_tenant

GRAVE = 'severity >= "HIGH" AND state = "OPEN"'


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def views(database: Database) -> AsyncIterator[FindingViewsServiceStub]:
    """The service's stub."""

    def register(server: grpc.aio.Server) -> None:
        servicer = FindingViewsServicer(database, Pager("k" * 32))
        finding_view_pb2_grpc.add_FindingViewsServiceServicer_to_server(servicer, server)

    async with serving(register, [], database) as channel:
        yield FindingViewsServiceStub(channel)


async def keep(views: FindingViewsServiceStub, who: Tenant, name: str, **view: Any) -> FindingView:
    request = pb.CreateFindingViewRequest(parent=who.name, finding_view=FindingView(display_name=name, **view))
    return await who.call(views.CreateFindingView, request)  # type: ignore[no-any-return]


async def listed(views: FindingViewsServiceStub, who: Tenant) -> list[str]:
    response = await who.call(views.ListFindingViews, pb.ListFindingViewsRequest(parent=who.name))
    return [one.display_name for one in response.finding_views]


async def test_a_view_is_kept_changed_and_deleted(views: FindingViewsServiceStub, database: Database) -> None:
    ada = await new_tenant()
    wanted = {"filter": GRAVE, "order_by": "due_time", "query": "openssl", "columns": ["title", "severity"]}
    made = await keep(views, ada, " Grave\n ones ", shared=True, **wanted)
    assert (made.display_name, made.filter, list(made.columns)) == ("Grave ones", GRAVE, ["title", "severity"])
    change = FindingView(name=made.name, order_by="severity desc", etag=made.etag)
    request = pb.UpdateFindingViewRequest(finding_view=change, update_mask=FieldMask(paths=["order_by", "query"]))
    changed = await ada.call(views.UpdateFindingView, request)
    assert (changed.order_by, changed.query, changed.filter) == ("severity desc", "", GRAVE)
    assert (await ada.refused(views.UpdateFindingView, request)).reason is Reason.ETAG_MISMATCH
    await ada.call(views.DeleteFindingView, pb.DeleteFindingViewRequest(name=made.name))
    asked = pb.GetFindingViewRequest(name=made.name)
    assert (await ada.refused(views.GetFindingView, asked)).reason is Reason.NOT_FOUND
    kinds = [event.event.type for event in await events(database, ada.organization)]
    assert kinds == [f"finding_view.{verb}" for verb in ("created", "updated", "deleted")]


async def test_ones_own_is_seen_by_nobody_else(views: FindingViewsServiceStub, database: Database) -> None:
    ada = await new_tenant()
    bob = await new_tenant(ada.organization)
    own = await keep(views, ada, "Mine")
    await keep(views, bob, "Mine")
    shared = await keep(views, ada, "Ours", shared=True)
    assert await listed(views, ada) == ["Mine", "Ours"]
    assert await listed(views, bob) == ["Mine", "Ours"]
    for method, request in (
        (views.GetFindingView, pb.GetFindingViewRequest(name=own.name)),
        (views.UpdateFindingView, pb.UpdateFindingViewRequest(finding_view=FindingView(name=own.name, query="a"))),
        (views.DeleteFindingView, pb.DeleteFindingViewRequest(name=own.name)),
    ):
        assert (await bob.refused(method, request)).reason is Reason.NOT_FOUND
    assert (await bob.call(views.GetFindingView, pb.GetFindingViewRequest(name=shared.name))).owner == shared.owner
    told = [event.event.resource for event in await events(database, ada.organization)]
    assert told == [shared.name]


async def test_only_its_owner_takes_a_view_back(views: FindingViewsServiceStub, database: Database) -> None:
    ada = await new_tenant()
    bob = await new_tenant(ada.organization)
    made = await keep(views, ada, "Ours", shared=True)
    mask = FieldMask(paths=["shared"])
    back = pb.UpdateFindingViewRequest(finding_view=FindingView(name=made.name), update_mask=mask)
    assert (await bob.refused(views.UpdateFindingView, back)).reason is Reason.PERMISSION_DENIED
    words = pb.UpdateFindingViewRequest(finding_view=FindingView(name=made.name, query="openssl"))
    assert (await bob.call(views.UpdateFindingView, words)).owner == made.owner
    await ada.call(views.UpdateFindingView, back)
    assert await listed(views, bob) == []
    kinds = [event.event.type for event in await events(database, ada.organization)]
    assert kinds == ["finding_view.created", "finding_view.updated", "finding_view.withdrawn"]


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        ({"filter": "severity >"}, Reason.INVALID_FILTER),
        ({"filter": 'unknown = "x"'}, Reason.INVALID_FILTER),
        ({"order_by": "evidence"}, Reason.INVALID_ORDER),
        ({"columns": ["colour"]}, Reason.INVALID_FIELD),
        ({"display_name": " \n "}, Reason.INVALID_FIELD),
        ({"display_name": "Taken"}, Reason.ALREADY_EXISTS),
    ],
)
async def test_what_no_list_takes_is_refused(
    views: FindingViewsServiceStub, view: dict[str, Any], reason: Reason
) -> None:
    ada = await new_tenant()
    await keep(views, ada, "Taken")
    given = FindingView(**{"display_name": "View", **view})
    request = pb.CreateFindingViewRequest(parent=ada.name, finding_view=given)
    assert (await ada.refused(views.CreateFindingView, request)).reason is reason


async def test_there_is_room_for_so_many(views: FindingViewsServiceStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "MOST", 1)
    ada = await new_tenant()
    await keep(views, ada, "One")
    request = pb.CreateFindingViewRequest(parent=ada.name, finding_view=FindingView(display_name="Two"))
    assert (await ada.refused(views.CreateFindingView, request)).reason is Reason.QUOTA_EXCEEDED
