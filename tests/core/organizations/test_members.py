"""Members: who may change whom, and that there is always an owner."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from xorb.core.v1 import member_pb2, organization_pb2
from xorb.core.v1.member_pb2 import Member

from services.mesh.errors import Reason
from services.mesh.testing import call_of
from tests.core.harness import events
from tests.core.organizations.world import Person, World


def _get(person: Person) -> organization_pb2.GetOrganizationRequest:
    return organization_pb2.GetOrganizationRequest(name=person.name)


def _update(name: str, *roles: str, etag: str = "") -> member_pb2.UpdateMemberRequest:
    return member_pb2.UpdateMemberRequest(
        member=Member(name=name, roles=roles, etag=etag), update_mask={"paths": ["roles"]}
    )


async def _list(world: World, person: Person, **request: Any) -> list[Member]:
    response = await person.call(
        world.members.ListMembers, member_pb2.ListMembersRequest(parent=person.name, **request)
    )
    return list(response.members)


async def test_members_are_listed_with_who_they_are(world: World, owner: Person) -> None:
    analyst = await world.colleague(owner, "analyst")
    first, second = await _list(world, owner)
    assert (first.name, first.email, list(first.roles)) == (owner.member, owner.email, ["owner"])
    assert (second.account, second.display_name) == (f"accounts/{analyst.identity.account}", "Somebody")
    assert second.state == Member.ACTIVE
    assert [one.name for one in await _list(world, owner, filter='roles:"analyst"')] == [analyst.member]
    assert await _list(world, owner, filter='state = "SUSPENDED"') == []
    assert await owner.call(world.members.GetMember, member_pb2.GetMemberRequest(name=analyst.member)) == second


async def test_other_roles_act_on_the_next_call(world: World, owner: Person) -> None:
    colleague = await world.colleague(owner)
    assert (await colleague.refused(world.organizations.GetOrganization, _get(owner))).reason is (
        Reason.PERMISSION_DENIED
    )
    changed = await world.give(owner, colleague.member, "viewer", "analyst", "viewer")
    assert list(changed.roles) == ["analyst", "viewer"]
    await colleague.call(world.organizations.GetOrganization, _get(owner))
    await world.give(owner, colleague.member)
    assert (await colleague.refused(world.organizations.GetOrganization, _get(owner))).reason is (
        Reason.PERMISSION_DENIED
    )
    happened = [event.event.type for event in await events(world.database, owner.organization)]
    assert happened == ["organization.created", "member.updated", "member.updated"]


async def test_a_token_says_nothing_about_roles(world: World, owner: Person) -> None:
    stranger = await world.working_in(await world.stranger(), owner.organization)
    assert (await stranger.refused(world.organizations.GetOrganization, _get(owner))).reason is (
        Reason.PERMISSION_DENIED
    )


async def test_who_changed_in_between_is_noticed(world: World, owner: Person) -> None:
    colleague = await world.colleague(owner, "viewer")
    read = await owner.call(world.members.GetMember, member_pb2.GetMemberRequest(name=colleague.member))
    await world.give(owner, colleague.member, "analyst")
    refused = await owner.refused(world.members.UpdateMember, _update(colleague.member, "auditor", etag=read.etag))
    assert refused.reason is Reason.ETAG_MISMATCH


@pytest.mark.parametrize("role", ["nonsense", "organizations/x/roles/y", "{elsewhere}"])
async def test_a_role_has_to_exist_here(world: World, owner: Person, role: str) -> None:
    elsewhere = (await world.founder()).name
    role = role.format(elsewhere=f"{elsewhere}/roles/0190b0a0-0000-7000-8000-000000000001")
    refused = await owner.refused(world.members.UpdateMember, _update(owner.member, "owner", role))
    assert refused.reason is Reason.INVALID_FIELD
    assert refused.fields[0].field == "member.roles"


async def test_nobody_gives_or_takes_what_they_do_not_have(world: World, owner: Person) -> None:
    administrator = await world.colleague(owner, "administrator")
    analyst = await world.colleague(owner, "analyst")
    await world.give(administrator, analyst.member, "security_manager")
    denied = [
        (world.members.UpdateMember, _update(analyst.member, "owner")),
        (world.members.UpdateMember, _update(administrator.member, "administrator", "owner")),
        (world.members.UpdateMember, _update(owner.member, "viewer")),
        (world.members.DeleteMember, member_pb2.DeleteMemberRequest(name=owner.member)),
        (world.members.SuspendMember, member_pb2.SuspendMemberRequest(name=owner.member)),
        (
            world.members.TransferOwnership,
            member_pb2.TransferOwnershipRequest(name=owner.name, new_owner=administrator.member),
        ),
    ]
    for method, request in denied:
        assert (await administrator.refused(method, request)).reason is Reason.PERMISSION_DENIED


async def test_the_last_owner_stays(world: World, owner: Person) -> None:
    await world.colleague(owner, "administrator")
    suspended = await world.colleague(owner, "owner")
    await owner.call(world.members.SuspendMember, member_pb2.SuspendMemberRequest(name=suspended.member))
    refused = [
        (world.members.UpdateMember, _update(owner.member, "viewer")),
        (world.members.DeleteMember, member_pb2.DeleteMemberRequest(name=owner.member)),
        (world.members.SuspendMember, member_pb2.SuspendMemberRequest(name=owner.member)),
        (world.members.LeaveOrganization, member_pb2.LeaveOrganizationRequest(name=owner.name)),
    ]
    for method, request in refused:
        assert (await owner.refused(method, request)).reason is Reason.LAST_OWNER
    await owner.call(world.members.ResumeMember, member_pb2.ResumeMemberRequest(name=suspended.member))
    await owner.call(world.members.LeaveOrganization, member_pb2.LeaveOrganizationRequest(name=owner.name))


async def test_of_two_owners_who_leave_at_once_one_stays(world: World, owner: Person) -> None:
    owners = [owner, *[await world.colleague(owner, "owner") for _ in range(3)]]
    request = member_pb2.LeaveOrganizationRequest(name=owner.name)
    await asyncio.gather(
        *(one.call(world.members.LeaveOrganization, request) for one in owners), return_exceptions=True
    )
    async with world.database.unit(call_of(owner.organization)) as unit:
        statement = text("SELECT count(*) FROM memberships WHERE organization_id = :organization")
        assert (await unit.execute(statement, {"organization": owner.organization})).scalar_one() == 1


async def test_whoever_goes_is_out_at_once(world: World, owner: Person) -> None:
    removed, left = [await world.colleague(owner, "viewer") for _ in range(2)]
    for one in (removed, left):
        await one.call(world.organizations.GetOrganization, _get(owner))
    await owner.call(world.members.DeleteMember, member_pb2.DeleteMemberRequest(name=removed.member))
    await left.call(world.members.LeaveOrganization, member_pb2.LeaveOrganizationRequest(name=owner.name))
    for one in (removed, left):
        assert (await one.refused(world.organizations.GetOrganization, _get(owner))).reason is (
            Reason.PERMISSION_DENIED
        )
    refused = await left.refused(world.members.LeaveOrganization, member_pb2.LeaveOrganizationRequest(name=owner.name))
    assert refused.reason is Reason.NOT_FOUND
    assert [one.name for one in await _list(world, owner)] == [owner.member]


async def test_a_suspended_member_is_out_until_resumed(world: World, owner: Person) -> None:
    colleague = await world.colleague(owner, "viewer")
    suspend = member_pb2.SuspendMemberRequest(name=colleague.member)
    assert (await owner.call(world.members.SuspendMember, suspend)).state == Member.SUSPENDED
    assert (await colleague.refused(world.organizations.GetOrganization, _get(owner))).reason is (
        Reason.PERMISSION_DENIED
    )
    assert (await owner.refused(world.members.SuspendMember, suspend)).reason is Reason.ILLEGAL_TRANSITION
    resume = member_pb2.ResumeMemberRequest(name=colleague.member)
    resumed = await owner.call(world.members.ResumeMember, resume)
    assert (resumed.state, list(resumed.roles)) == (Member.ACTIVE, ["viewer"])
    await colleague.call(world.organizations.GetOrganization, _get(owner))
    assert (await owner.refused(world.members.ResumeMember, resume)).reason is Reason.ILLEGAL_TRANSITION


async def test_ownership_is_handed_over(world: World, owner: Person) -> None:
    heir = await world.colleague(owner, "analyst")
    request = member_pb2.TransferOwnershipRequest(name=owner.name, new_owner=heir.member)
    assert list((await owner.call(world.members.TransferOwnership, request)).roles) == ["analyst", "owner"]
    roles = {one.name: list(one.roles) for one in await _list(world, heir)}
    assert roles == {owner.member: ["administrator"], heir.member: ["analyst", "owner"]}
    assert (await owner.refused(world.members.TransferOwnership, request)).reason is Reason.PERMISSION_DENIED


async def test_ownership_goes_to_another_who_can_take_it(world: World, owner: Person) -> None:
    suspended = await world.colleague(owner, "viewer")
    await owner.call(world.members.SuspendMember, member_pb2.SuspendMemberRequest(name=suspended.member))
    for heir in (owner.member, suspended.member):
        request = member_pb2.TransferOwnershipRequest(name=owner.name, new_owner=heir)
        assert (await owner.refused(world.members.TransferOwnership, request)).reason is Reason.ILLEGAL_TRANSITION


async def test_a_suspended_organization_can_only_be_resumed(world: World, owner: Person) -> None:
    viewer = await world.colleague(owner, "viewer")
    suspend = organization_pb2.SuspendOrganizationRequest(name=owner.name)
    suspended = await owner.call(world.organizations.SuspendOrganization, suspend)
    assert suspended.state == organization_pb2.Organization.SUSPENDED
    await viewer.call(world.organizations.GetOrganization, _get(owner))
    for one in (owner, viewer):
        request = member_pb2.ListMembersRequest(parent=owner.name)
        assert (await one.refused(world.members.ListMembers, request)).reason is Reason.ORGANIZATION_SUSPENDED
    resume = organization_pb2.ResumeOrganizationRequest(name=owner.name)
    assert (await viewer.refused(world.organizations.ResumeOrganization, resume)).reason is (
        Reason.ORGANIZATION_SUSPENDED
    )
    await owner.call(world.organizations.ResumeOrganization, resume)
    assert (await owner.refused(world.organizations.ResumeOrganization, resume)).reason is Reason.ILLEGAL_TRANSITION
    assert len(await _list(world, viewer)) == 2


async def test_members_of_others_are_not_there(world: World, owner: Person) -> None:
    other = await world.founder()
    request = member_pb2.GetMemberRequest(name=f"{owner.name}/members/{other.identity.account}")
    assert (await owner.refused(world.members.GetMember, request)).reason is Reason.NOT_FOUND
    request = member_pb2.GetMemberRequest(name=other.member)
    assert (await owner.refused(world.members.GetMember, request)).reason is Reason.NOT_FOUND
