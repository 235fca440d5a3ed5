"""The timeline of an engagement."""

from dataclasses import replace
from uuid import UUID

from xorb.core.v1.checklist_pb2 import OWASP_WSTG, AddChecklistRequest
from xorb.core.v1.engagement_pb2 import ListEngagementActivityRequest, StopEngagementRequest, WatchEngagementRequest

from services.core.scans import progress, store, wire
from services.mesh.testing import call_of
from tests.core.engagements.conftest import Client
from tests.core.harness import new_tenant
from tests.core.scans.samples import scan, target


async def lived(client: Client) -> str:
    """Returns an engagement that had a checklist and a scan, and was stopped; there is another one."""
    drafted, other = await client.draft(), await client.draft()
    await client.do("Scope", other.name)
    add = AddChecklistRequest(parent=drafted.name, methodology=OWASP_WSTG)
    await client.tenant.call(client.checklists.AddChecklist, add)
    shop = target()
    engaged = replace(scan(client.tenant.organization, [shop]), engagement=UUID(drafted.name[-36:]))
    async with client.database.unit(call_of(client.tenant.organization)) as unit:
        await store.add(unit, engaged, [shop])
        unit.record(wire.changed("scan.created", engaged, (), "A scan was ordered"))
    async with client.database.unit(call_of(client.tenant.organization)) as unit:
        await progress.record(unit, engaged)
    await client.tenant.call(client.engagements.StopEngagement, StopEngagementRequest(name=drafted.name))
    return drafted.name


EXPECTED = ["engagement.created", "engagement.checklist_added", "scan.created", "engagement.stopped", "scan.cancelled"]


async def test_it_lists_what_happened_to_the_engagement_its_checklist_and_its_scans(client: Client) -> None:
    name = await lived(client)
    viewer = await new_tenant(client.tenant.organization, ("viewer",))

    listed = await viewer.call(client.engagements.ListEngagementActivity, ListEngagementActivityRequest(parent=name))

    assert sorted(event.metadata.type for event in listed.events) == sorted(EXPECTED)


async def test_it_is_live(client: Client) -> None:
    name = (await client.draft()).name
    watch = client.engagements.WatchEngagement(
        WatchEngagementRequest(parent=name, filter='type = "engagement.scoped"'),
        metadata=client.tenant.metadata,
        timeout=20,
    )
    assert (await watch.read()).WhichOneof("record") == "checkpoint"

    await client.do("Scope", (await client.draft()).name)
    await client.do("Scope", name)

    told = (await watch.read()).event
    assert (told.metadata.type, told.metadata.resource) == ("engagement.scoped", name)
    watch.cancel()
