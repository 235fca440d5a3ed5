"""The roles service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from google.protobuf import empty_pb2
from xorb.core.v1 import role_pb2, role_pb2_grpc

from services.core.organizations import granting
from services.core.organizations.roles import domain, store, wire
from services.core.organizations.roles.domain import Role
from services.mesh import etags, identifiers, masks, names, policies
from services.mesh.access.model import Announcer, Change
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest


@dataclass
class RolesServicer(role_pb2_grpc.RolesServiceServicer):
    """Serves `xorb.core.v1.RolesService`.

    Args:
        database: Where roles are.
        pager: Cuts lists into pages.
        access: Told of changes.
    """

    database: Database
    pager: Pager
    access: Announcer

    async def CreateRole(self, request: role_pb2.CreateRoleRequest, context: Context) -> role_pb2.Role:
        """Creates a role."""
        now = _now()
        role = Role(
            identifiers.new(),
            domain.named(wire.display_name(request.role)),
            wire.description(request.role),
            domain.checked(request.role.permissions, policies.permissions()),
            now,
            now,
        )
        async with self.database.unit() as unit:
            await unit.serialize(granting.TOPIC)
            await _require_sound(unit, role)
            await store.add(unit, role)
            return unit.reply(_record(unit, "created", role))

    async def GetRole(self, request: role_pb2.GetRoleRequest, context: Context) -> role_pb2.Role:
        """Returns one role."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListRoles(self, request: role_pb2.ListRolesRequest, context: Context) -> role_pb2.ListRolesResponse:
        """Lists roles, a page at a time."""
        wanted = PageRequest(
            f"ListRoles:{request.parent}", request.page_size, request.page_token, request.filter, request.order_by
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=store.FIELDS, default_order="create_time", key=store.ROLES.c.id
            )
            roles = [wire.message(unit.organization, store.role(row)) for row in page.rows]
        return role_pb2.ListRolesResponse(roles=roles, next_page_token=page.next_page_token)

    async def UpdateRole(self, request: role_pb2.UpdateRoleRequest, context: Context) -> role_pb2.Role:
        """Changes a role, and with it what those who have it may do."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.role.name, request.role.etag)
            fields = masks.fields(request.role, request.update_mask, wire.message(unit.organization, current))
            wanted = domain.checked(request.role.permissions, policies.permissions())
            role = domain.change(
                current,
                _now(),
                display_name=wire.display_name(request.role) if "display_name" in fields else None,
                description=wire.description(request.role) if "description" in fields else None,
                permissions=wanted if "permissions" in fields else None,
            )
            await _require_sound(unit, role)
            await store.save(unit, role)
            unit.afterwards(partial(self.access.announce, Change(unit.organization)))
            return unit.reply(_record(unit, "updated", role))

    async def DeleteRole(self, request: role_pb2.DeleteRoleRequest, context: Context) -> empty_pb2.Empty:
        """Deletes a role that nobody has."""
        async with self.database.unit() as unit:
            role = await _find_to_change(unit, request.name, request.etag)
            if await store.is_used(unit, request.name):
                raise Failure(Reason.RESOURCE_IN_USE, "A member has this role, or an open invitation gives it.")
            await store.remove(unit, role.id)
            _record(unit, "deleted", role)
            return unit.reply(empty_pb2.Empty())

    async def GetRoleCatalogue(
        self, request: role_pb2.GetRoleCatalogueRequest, context: Context
    ) -> role_pb2.RoleCatalogue:
        """Returns what there is to grant."""
        return wire.catalogue(policies.permissions())


async def _find(unit: Unit, name: str) -> Role:
    (_, identifier) = names.parse(granting.ROLE, name)
    role = await store.get(unit, identifier)
    if role is None:
        raise not_found(name)
    return role


async def _find_to_change(unit: Unit, name: str, etag: str) -> Role:
    """Returns a role that grants nothing that the caller doesn't have."""
    await unit.serialize(granting.TOPIC)
    role = await _find(unit, name)
    etags.require(etag, wire.etag(role))
    granting.require_held(unit, frozenset(role.permissions), "This role")
    return role


async def _require_sound(unit: Unit, role: Role) -> None:
    granting.require_held(unit, frozenset(role.permissions), "This role")
    if await store.is_called(unit, role.display_name, role.id):
        raise Failure(Reason.ALREADY_EXISTS, f"There is a role {role.display_name!r} already.")


def _record(unit: Unit, verb: str, role: Role) -> role_pb2.Role:
    """Records what happened to a role, and returns its message."""
    message = wire.message(unit.organization, role)
    summary = f"Role {role.display_name} was {verb}"
    unit.record(Event(f"role.{verb}", message.name, summary, message.SerializeToString(), message.DESCRIPTOR.full_name))
    return message


def _now() -> datetime:
    return datetime.now(UTC)
