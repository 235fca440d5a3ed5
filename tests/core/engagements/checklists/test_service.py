"""The checklists service behind all layers."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from xorb.core.v1.checklist_pb2 import (
    OWASP_ASVS,
    OWASP_WSTG,
    AddChecklistRequest,
    ChecklistItem,
    ChecklistProgress,
    GetChecklistItemRequest,
    ListChecklistItemsRequest,
    ListChecklistProgressRequest,
    UpdateChecklistItemRequest,
)
from xorb.core.v1.engagement_pb2 import DeleteEngagementRequest, Engagement

from services.core.engagements.checklists.tables import ITEMS
from services.mesh import identifiers
from services.mesh.errors import Reason
from services.mesh.testing import call_of
from tests.core.engagements.conftest import Client
from tests.core.harness import events, new_tenant


async def added(client: Client, **fields: Any) -> tuple[Engagement, ChecklistProgress]:
    drafted = await client.draft()
    request = AddChecklistRequest(parent=drafted.name, **{"methodology": OWASP_WSTG, **fields})
    return drafted, await client.tenant.call(client.checklists.AddChecklist, request)


async def listed(client: Client, engagement: Engagement, expression: str = "") -> list[ChecklistItem]:
    request = ListChecklistItemsRequest(parent=engagement.name, page_size=1000, filter=expression)
    response = await client.tenant.call(client.checklists.ListChecklistItems, request)
    return list(response.checklist_items)


async def test_a_checklist_is_added_once(client: Client) -> None:
    drafted, progress = await added(client)
    again = AddChecklistRequest(parent=drafted.name, methodology=OWASP_WSTG)

    assert await client.tenant.call(client.checklists.AddChecklist, again) == progress
    items = await listed(client, drafted)
    assert len(items) == progress.methodologies[0].not_started == 97
    assert (items[0].code, items[-1].code) == ("WSTG-INFO-01", "WSTG-APIT-01")


async def test_a_higher_level_adds_what_is_missing(client: Client) -> None:
    drafted, first = await added(client, methodology=OWASP_ASVS, level=1)
    whole = AddChecklistRequest(parent=drafted.name, methodology=OWASP_ASVS)

    progress = await client.tenant.call(client.checklists.AddChecklist, whole)

    assert progress.methodologies[0].not_started > first.methodologies[0].not_started > 0
    codes = [item.code for item in await listed(client, drafted)]
    assert codes == sorted(codes, key=lambda code: [int(part) for part in code[1:].split(".")])


async def test_an_item_is_worked_on(client: Client) -> None:
    drafted, _ = await added(client)
    item = (await listed(client, drafted, 'code = "WSTG-INPV-05"'))[0]
    changed = ChecklistItem(
        name=item.name,
        etag=item.etag,
        state=ChecklistItem.DONE,
        notes="open sesame",
        findings=[await client.finding()],
    )
    update = UpdateChecklistItemRequest(checklist_item=changed)

    done = await client.tenant.call(client.checklists.UpdateChecklistItem, update)
    refusal = await client.tenant.refused(client.checklists.UpdateChecklistItem, update)

    assert refusal.reason is Reason.ETAG_MISMATCH
    read = await client.tenant.call(client.checklists.GetChecklistItem, GetChecklistItemRequest(name=item.name))
    assert read == done
    assert (done.state, done.notes, done.findings) == (ChecklistItem.DONE, "open sesame", changed.findings)
    assert await listed(client, drafted, 'state = "DONE"') == [done]
    asked = ListChecklistProgressRequest(parent=drafted.name)
    progress = (await client.tenant.call(client.checklists.ListChecklistProgress, asked)).progress
    assert (progress[0].done, progress[0].percent) == (1, 1)
    logged = (await events(client.database, client.tenant.organization))[-1].event
    assert (logged.type, logged.resource) == ("engagement.checked", drafted.name)
    assert b"sesame" not in logged.snapshot
    async with client.database.unit(call_of(client.tenant.organization)) as unit:
        assert not any(b"sesame" in notes for notes in (await unit.execute(select(ITEMS.c.notes))).scalars())


async def test_what_an_item_led_to_is_the_organizations(client: Client) -> None:
    drafted, _ = await added(client)
    item = (await listed(client, drafted))[0]
    mine, unknown = await client.finding(), f"{client.tenant.name}/findings/{identifiers.new()}"
    # Another's finding looks like none.
    theirs = (await replace(client, tenant=await new_tenant()).finding()).rpartition("/")[2]

    for finding in (unknown, f"{client.tenant.name}/findings/{theirs}"):
        update = UpdateChecklistItemRequest(checklist_item=ChecklistItem(name=item.name, findings=[mine, finding]))
        refusal = await client.tenant.refused(client.checklists.UpdateChecklistItem, update)
        assert refusal.reason is Reason.NOT_FOUND

    assert not (await listed(client, drafted))[0].findings


async def test_who_does_an_item_is_a_member(client: Client) -> None:
    drafted, _ = await added(client)
    item = (await listed(client, drafted))[0]
    somebody = ChecklistItem(name=item.name, assignee=f"{client.tenant.name}/members/{identifiers.new()}")

    refusal = await client.tenant.refused(
        client.checklists.UpdateChecklistItem, UpdateChecklistItemRequest(checklist_item=somebody)
    )

    assert refusal.reason is Reason.NOT_FOUND


async def test_checklists_end_with_their_engagement(client: Client) -> None:
    drafted, _ = await added(client)
    closed, _ = await added(client)
    await client.do("Close", closed.name)

    await client.tenant.call(client.engagements.DeleteEngagement, DeleteEngagementRequest(name=drafted.name))
    late = AddChecklistRequest(parent=closed.name, methodology=OWASP_ASVS)

    assert (await client.tenant.refused(client.checklists.AddChecklist, late)).reason is Reason.ILLEGAL_TRANSITION
    gone = ListChecklistItemsRequest(parent=drafted.name)
    assert (await client.tenant.refused(client.checklists.ListChecklistItems, gone)).reason is Reason.NOT_FOUND
