"""Organizations on the wire: messages from and to the domain."""

from uuid import UUID

from xorb.core.v1 import organization_pb2

from services.core.organizations.domain import Membership, Organization
from services.mesh import names
from services.mesh.etags import etag
from services.mesh.events.model import Event

ORGANIZATION = "organizations/{organization}"
ACCOUNT = "accounts/{account}"


def organization(value: Organization) -> organization_pb2.Organization:
    """Returns an organization's message."""
    return organization_pb2.Organization(
        name=names.join("organizations", value.id),
        display_name=value.display_name,
        etag=etag(value.id, value.revision),
        state="DELETED" if value.deleted_at else "SUSPENDED" if value.suspended_at else "ACTIVE",
        create_time=value.created_at,
        update_time=value.updated_at,
        delete_time=value.deleted_at,
        purge_time=value.purge_at,
        second_factor_required=value.second_factor_required,
    )


def membership(value: Membership) -> organization_pb2.Membership:
    """Returns a membership's message."""
    return organization_pb2.Membership(
        organization=names.join("organizations", value.organization),
        account=names.join("accounts", value.account),
        roles=value.roles,
    )


def identifier(pattern: str, name: str) -> UUID:
    """Returns the only identifier in a name.

    Raises:
        Failure: INVALID_NAME.
    """
    (found,) = names.parse(pattern, name)
    return found


def changed(kind: str, value: Organization, summary: str) -> Event:
    """Returns the event of a change, with the organization after it."""
    message = organization(value)
    return Event(kind, message.name, summary, message.SerializeToString(), message.DESCRIPTOR.full_name)
