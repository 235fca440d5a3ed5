"""Invitations on the wire."""

from datetime import datetime
from uuid import UUID

from xorb.core.v1 import invitation_pb2

from services.core.organizations.invitations.domain import Invitation
from services.mesh import names

PATTERN = "organizations/{organization}/invitations/{invitation}"


def identifiers(name: str) -> tuple[UUID, UUID]:
    """Returns the organization and the invitation of a name.

    Raises:
        Failure: INVALID_NAME.
    """
    organization, invitation = names.parse(PATTERN, name)
    return organization, invitation


def message(organization: UUID, invitation: Invitation, now: datetime, token: str = "") -> invitation_pb2.Invitation:
    """Returns an invitation as the contract has it; with its token only where it was just made."""
    return invitation_pb2.Invitation(
        name=names.join("organizations", organization, "invitations", invitation.id),
        email=invitation.email,
        roles=invitation.roles,
        state=invitation.state(now).value,
        token=token,
        inviter=invitation.inviter,
        create_time=invitation.created_at,
        expire_time=invitation.expires_at,
    )
