"""Roles that an organization makes for itself."""

import pytest
from xorb.core.v1 import member_pb2, organization_pb2, role_pb2
from xorb.core.v1.role_pb2 import Role

from services.mesh.errors import Reason
from services.mesh.policies import permissions
from tests.core.organizations.world import Person, World


def _creation(owner: Person, *granted: str, name: str = "Red team") -> role_pb2.CreateRoleRequest:
    return role_pb2.CreateRoleRequest(parent=owner.name, role=Role(display_name=name, permissions=granted))


def _change(role: Role, **values: object) -> role_pb2.UpdateRoleRequest:
    changed = Role(name=role.name, **values)  # type: ignore[arg-type]  # values of every type
    return role_pb2.UpdateRoleRequest(role=changed, update_mask={"paths": list(values)})


async def _create(world: World, owner: Person, *granted: str, name: str = "Red team") -> Role:
    created = await owner.call(world.roles.CreateRole, _creation(owner, *granted, name=name))
    assert isinstance(created, Role)
    return created


async def test_a_role_grants_what_is_in_it_and_a_change_acts_at_once(world: World, owner: Person) -> None:
    role = await _create(world, owner, "roles.read", "organizations.read", "roles.read")
    assert list(role.permissions) == ["organizations.read", "roles.read"]
    colleague = await world.colleague(owner)
    await world.give(owner, colleague.member, role.name)
    get = organization_pb2.GetOrganizationRequest(name=owner.name)
    await colleague.call(world.organizations.GetOrganization, get)
    assert await colleague.call(world.roles.GetRole, role_pb2.GetRoleRequest(name=role.name)) == role
    changed = await owner.call(world.roles.UpdateRole, _change(role, permissions=["roles.read"]))
    assert (changed.display_name, list(changed.permissions)) == ("Red team", ["roles.read"])
    assert (await colleague.refused(world.organizations.GetOrganization, get)).reason is Reason.PERMISSION_DENIED
    await colleague.call(world.roles.GetRole, role_pb2.GetRoleRequest(name=role.name))


async def test_what_is_not_in_the_catalogue_is_no_permission(world: World, owner: Person) -> None:
    for wrong in ("findings.*", "nonsense", "*"):
        refused = await owner.refused(world.roles.CreateRole, _creation(owner, wrong))
        assert (refused.reason, refused.fields[0].field) == (Reason.INVALID_FIELD, "role.permissions")


@pytest.mark.parametrize("name", ["", "   "])
async def test_a_role_has_a_name(world: World, owner: Person, name: str) -> None:
    assert (await owner.refused(world.roles.CreateRole, _creation(owner, name=name))).reason is Reason.INVALID_FIELD


async def test_a_name_is_taken_whatever_its_case(world: World, owner: Person) -> None:
    await _create(world, owner)
    other = await _create(world, owner, name="Blue team")
    taken = [(world.roles.CreateRole, _creation(owner, name="RED team"))]
    for method, request in (*taken, (world.roles.UpdateRole, _change(other, display_name="red TEAM"))):
        assert (await owner.refused(method, request)).reason is Reason.ALREADY_EXISTS
    await owner.call(world.roles.UpdateRole, _change(other, display_name="BLUE team"))
    await _create(world, await world.founder())


async def test_nobody_puts_in_what_they_do_not_have(world: World, owner: Person) -> None:
    mighty = await _create(world, owner, "organizations.transfer", name="Heir")
    weak = await _create(world, owner, "findings.read", name="Reader")
    administrator = await world.colleague(owner, "administrator")
    denied = [
        (world.roles.CreateRole, _creation(owner, "organizations.transfer")),
        (world.roles.UpdateRole, _change(weak, permissions=["organizations.suspend"])),
        (world.roles.UpdateRole, _change(mighty, permissions=[])),
        (world.roles.DeleteRole, role_pb2.DeleteRoleRequest(name=mighty.name)),
        (
            world.members.UpdateMember,
            member_pb2.UpdateMemberRequest(
                member=member_pb2.Member(name=administrator.member, roles=[mighty.name]),
                update_mask={"paths": ["roles"]},
            ),
        ),
    ]
    for method, request in denied:
        assert (await administrator.refused(method, request)).reason is Reason.PERMISSION_DENIED
    await administrator.call(world.roles.UpdateRole, _change(weak, permissions=["scans.read"]))


async def test_a_role_in_use_stays(world: World, owner: Person) -> None:
    role = await _create(world, owner)
    delete = role_pb2.DeleteRoleRequest(name=role.name)
    colleague = await world.colleague(owner, role.name)
    assert (await owner.refused(world.roles.DeleteRole, delete)).reason is Reason.RESOURCE_IN_USE
    await world.give(owner, colleague.member)
    await world.invite(owner, "ada@example.org", role.name)
    assert (await owner.refused(world.roles.DeleteRole, delete)).reason is Reason.RESOURCE_IN_USE
    other = await _create(world, owner, name="Blue team")
    await owner.call(world.roles.DeleteRole, role_pb2.DeleteRoleRequest(name=other.name, etag=other.etag))
    listed = await owner.call(world.roles.ListRoles, role_pb2.ListRolesRequest(parent=owner.name))
    assert [one.name for one in listed.roles] == [role.name]


async def test_who_changed_in_between_is_noticed(world: World, owner: Person) -> None:
    role = await _create(world, owner)
    await owner.call(world.roles.UpdateRole, _change(role, description="Attacks"))
    for method, request in (
        (world.roles.UpdateRole, _change(role, etag=role.etag, description="Defends")),
        (world.roles.DeleteRole, role_pb2.DeleteRoleRequest(name=role.name, etag=role.etag)),
    ):
        assert (await owner.refused(method, request)).reason is Reason.ETAG_MISMATCH


async def test_roles_of_others_are_not_there_and_grant_nothing(world: World, owner: Person) -> None:
    stranger = await world.founder()
    role = await _create(world, stranger, "organizations.read")
    refused = await owner.refused(world.roles.GetRole, role_pb2.GetRoleRequest(name=role.name))
    assert refused.reason is Reason.NOT_FOUND
    smuggler = await world.colleague(owner, role.name)
    get = organization_pb2.GetOrganizationRequest(name=owner.name)
    assert (await smuggler.refused(world.organizations.GetOrganization, get)).reason is Reason.PERMISSION_DENIED


async def test_the_catalogue_says_what_there_is(world: World, owner: Person) -> None:
    request = role_pb2.GetRoleCatalogueRequest(parent=owner.name)
    catalogue = await owner.call(world.roles.GetRoleCatalogue, request)
    assert set(catalogue.permissions) == permissions()
    assert [one.role for one in catalogue.built_in_roles][:2] == ["owner", "administrator"]
    assert set(catalogue.built_in_roles[0].permissions) == permissions()
