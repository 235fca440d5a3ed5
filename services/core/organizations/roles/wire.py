"""Roles on the wire."""

from uuid import UUID

from xorb.core.v1 import role_pb2

from services.core.organizations.roles.domain import Role
from services.mesh import etags, names, texts
from services.mesh.roles import BUILT_IN, granted


def name(organization: UUID, role: Role) -> str:
    """Returns a role's resource name."""
    return names.join("organizations", organization, "roles", role.id)


def etag(role: Role) -> str:
    """Returns a role's etag."""
    return etags.etag(role.id, role.revision)


def message(organization: UUID, role: Role) -> role_pb2.Role:
    """Returns a role as the contract has it."""
    return role_pb2.Role(
        name=name(organization, role),
        display_name=role.display_name,
        description=role.description,
        permissions=role.permissions,
        create_time=role.created_at,
        update_time=role.updated_at,
        etag=etag(role),
    )


def display_name(role: role_pb2.Role) -> str:
    """Returns the display name that a request gives, in one line."""
    return texts.one_line(role.display_name)


def description(role: role_pb2.Role) -> str:
    """Returns the description that a request gives."""
    return texts.storable(role.description)


def catalogue(permissions: frozenset[str]) -> role_pb2.RoleCatalogue:
    """Returns what there is to grant."""
    built_in = [
        role_pb2.BuiltInRole(
            role=role, display_name=entry.title, description=entry.description, permissions=sorted(granted(role))
        )
        for role, entry in BUILT_IN.items()
    ]
    return role_pb2.RoleCatalogue(built_in_roles=built_in, permissions=sorted(permissions))
