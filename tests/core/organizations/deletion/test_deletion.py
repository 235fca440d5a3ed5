"""Who may delete an organization, what that means at once, and that it can be undone in time, but not got round."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from temporalio.testing import ActivityEnvironment
from xorb.core.v1 import member_pb2, organization_pb2

from services.core.organizations.deletion import store
from services.core.organizations.deletion.activities import DeletionActivities
from services.core.organizations.deletion.orders import DeletionOrder
from services.mesh import temporal
from services.mesh.errors import Reason
from services.mesh.executions import Executions
from services.mesh.settings import read
from services.mesh.testing import call_of
from stack.ports import free_ports
from tests.core.harness import events
from tests.core.organizations.world import Person, World
from tests.mesh.encryption.keys import organization_keys

Organization = organization_pb2.Organization


def deletion(owner: Person, **fields: str) -> organization_pb2.DeleteOrganizationRequest:
    """A request to delete somebody's organization."""
    return organization_pb2.DeleteOrganizationRequest(name=owner.name, **fields)


async def test_nobody_works_in_it_and_it_can_be_undone(world: World, owner: Person) -> None:
    other = await world.colleague(owner, "analyst")
    stub, name = world.organizations, owner.name
    deleted = await owner.call(stub.DeleteOrganization, deletion(owner))
    assert deleted.state == Organization.DELETED
    assert deleted.purge_time.ToDatetime() - deleted.delete_time.ToDatetime() == timedelta(days=7)
    for one in (owner, other):
        request = member_pb2.ListMembersRequest(parent=name)
        assert (await one.refused(world.members.ListMembers, request)).reason is Reason.ORGANIZATION_DELETED
        assert await one.call(stub.GetOrganization, organization_pb2.GetOrganizationRequest(name=name)) == deleted
    again = await owner.refused(stub.DeleteOrganization, deletion(owner))
    assert again.reason is Reason.ORGANIZATION_DELETED
    undeletion = organization_pb2.UndeleteOrganizationRequest(name=name)
    assert (await other.refused(stub.UndeleteOrganization, undeletion)).reason is Reason.ORGANIZATION_DELETED
    kept = await owner.call(stub.UndeleteOrganization, undeletion)
    assert (kept.state, kept.HasField("purge_time")) == (Organization.ACTIVE, False)
    assert (await owner.refused(stub.UndeleteOrganization, undeletion)).reason is Reason.ILLEGAL_TRANSITION
    await other.call(world.members.ListMembers, member_pb2.ListMembersRequest(parent=name))
    account = owner.identity.account
    told = [(event.event.type, event.event.resource) for event in await events(world.database, account)]
    assert told == [("organization.deleted", name)]


async def test_only_its_owner_can_and_only_as_it_was_read(world: World, owner: Person) -> None:
    stranger, administrator = await world.founder(), await world.colleague(owner, "administrator")
    stub = world.organizations
    assert (await stranger.refused(stub.DeleteOrganization, deletion(owner))).reason is Reason.NOT_FOUND
    assert (await administrator.refused(stub.DeleteOrganization, deletion(owner))).reason is Reason.PERMISSION_DENIED
    current = await owner.call(stub.GetOrganization, organization_pb2.GetOrganizationRequest(name=owner.name))
    changed = organization_pb2.UpdateOrganizationRequest(organization=Organization(name=owner.name, display_name="B"))
    await owner.call(stub.UpdateOrganization, changed)
    late = await owner.refused(stub.DeleteOrganization, deletion(owner, etag=current.etag))
    assert late.reason is Reason.ETAG_MISMATCH
    suspension = organization_pb2.SuspendOrganizationRequest(name=owner.name)
    suspended = await owner.call(stub.SuspendOrganization, suspension)
    deleted = await owner.call(stub.DeleteOrganization, deletion(owner, etag=suspended.etag))
    assert deleted.state == Organization.DELETED


async def test_without_temporal_nothing_happens(world: World, owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    [port] = free_ports(1)
    away = await temporal.connect(read({"XORB_TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}))
    monkeypatch.setattr(world.deletions, "client", away)
    refused = await owner.refused(world.organizations.DeleteOrganization, deletion(owner))
    assert refused.reason is Reason.UNAVAILABLE
    await owner.call(world.members.ListMembers, member_pb2.ListMembersRequest(parent=owner.name))


async def test_a_deletion_that_was_undone_does_nothing(world: World, owner: Person) -> None:
    deleted = await owner.call(world.organizations.DeleteOrganization, deletion(owner))
    requested = deleted.delete_time.ToDatetime().isoformat() + "+00:00"
    order = DeletionOrder(str(owner.organization), "accounts/x", requested, 0)
    undeletion = organization_pb2.UndeleteOrganizationRequest(name=owner.name)
    await owner.call(world.organizations.UndeleteOrganization, undeletion)
    await owner.call(world.organizations.DeleteOrganization, deletion(owner))
    keys = organization_keys(world.environment, "orchestrator")
    steps = DeletionActivities(world.database, keys, Executions(world.deletions.client))
    for step in (steps.stop, steps.commit):
        assert await ActivityEnvironment().run(step, order) is False


async def test_the_database_keeps_an_organization_until_its_time_is_over(world: World, owner: Person) -> None:
    async def refused() -> None:
        with pytest.raises(DBAPIError, match="row-level security"):
            async with world.database.unit(call_of(owner.organization)) as unit:
                await store.commit(unit, "accounts/x", datetime.now(UTC))

    await refused()
    await owner.call(world.organizations.DeleteOrganization, deletion(owner))
    await refused()
    async with world.database.unit(call_of(owner.organization)) as unit:
        assert not await store.committed(unit)
