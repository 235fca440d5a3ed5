"""The invitations service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from xorb.core.v1 import invitation_pb2, invitation_pb2_grpc, member_pb2

from services.core.organizations import granting
from services.core.organizations import store as organizations
from services.core.organizations.accounts import Accounts
from services.core.organizations.domain import require_account
from services.core.organizations.invitations import domain, store, wire
from services.core.organizations.invitations.domain import Invitation
from services.core.organizations.members import changes
from services.core.organizations.members import domain as members
from services.core.organizations.members import store as memberships
from services.core.organizations.members import wire as member_wire
from services.mesh import calls, identifiers
from services.mesh.access.model import Announcer
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_PERMISSION = "invitations.create"


@dataclass
class InvitationsServicer(invitation_pb2_grpc.InvitationsServiceServicer):
    """Serves `xorb.core.v1.InvitationsService`.

    Args:
        database: Where invitations are.
        pager: Cuts lists into pages.
        accounts: Says who accounts are; asked before a transaction, never in one.
        access: Told of new members.
    """

    database: Database
    pager: Pager
    accounts: Accounts
    access: Announcer

    async def CreateInvitation(
        self, request: invitation_pb2.CreateInvitationRequest, context: Context
    ) -> invitation_pb2.Invitation:
        """Invites; the token is in the response and nowhere else."""
        now = _now()
        async with self.database.unit() as unit:
            await unit.serialize(granting.TOPIC)
            roles = await granting.require_roles(unit, request.invitation.roles, "invitation.roles")
            granting.require_held(unit, await granting.permissions(unit, roles), "One of these roles")
            made, token = domain.invite(identifiers.new(), request.invitation.email, roles, unit.actor, now)
            await store.close_expired(unit, made.email, now)
            if not await store.add(unit, made):
                raise Failure(Reason.ALREADY_EXISTS, f"{made.email} is invited already. Revoke that invitation first.")
            _record(unit, "created", made)
        return wire.message(unit.organization, made, now, token)

    async def GetInvitation(
        self, request: invitation_pb2.GetInvitationRequest, context: Context
    ) -> invitation_pb2.Invitation:
        """Returns one invitation."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name), _now())

    async def ListInvitations(
        self, request: invitation_pb2.ListInvitationsRequest, context: Context
    ) -> invitation_pb2.ListInvitationsResponse:
        """Lists invitations, a page at a time."""
        scope, now = f"ListInvitations:{request.parent}", _now()
        wanted = PageRequest(scope, request.page_size, request.page_token, request.filter, request.order_by)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=store.FIELDS, default_order="create_time", key=store.INVITATIONS.c.id
            )
            found = [wire.message(unit.organization, store.invitation(row), now) for row in page.rows]
        return invitation_pb2.ListInvitationsResponse(invitations=found, next_page_token=page.next_page_token)

    async def RevokeInvitation(
        self, request: invitation_pb2.RevokeInvitationRequest, context: Context
    ) -> invitation_pb2.Invitation:
        """Takes an invitation back."""
        async with self.database.unit() as unit:
            await unit.serialize(granting.TOPIC)
            revoked = domain.revoke(await _find(unit, request.name), _now())
            await store.save(unit, revoked)
            return unit.reply(_record(unit, "revoked", revoked))

    async def AcceptInvitation(
        self, request: invitation_pb2.AcceptInvitationRequest, context: Context
    ) -> member_pb2.Member:
        """Makes the caller a member of the organization that the invitation is of."""
        account = require_account(calls.current().caller.account)
        organization, identifier = wire.identifiers(request.name)
        person, now = await self.accounts.person(account), _now()
        async with self.database.unit() as unit:
            async with unit.within(organization):
                await unit.serialize(granting.TOPIC)
                found = await store.get(unit, identifier)
                accepted = domain.accept(found, request.token, person.email, now)
                await _require_open(unit, organization)
                await _require_authority(unit, accepted)
                member = members.join(account, accepted.roles, now)
                if not await memberships.add(unit, member):
                    raise Failure(Reason.ALREADY_EXISTS, "You are a member already.")
                await store.save(unit, accepted)
                _record(unit, "accepted", accepted)
                changes.record(unit, self.access, member, "joined")
            return unit.reply(member_wire.message(organization, member, person))


async def _find(unit: Unit, name: str) -> Invitation:
    found = await store.get(unit, wire.identifiers(name)[1])
    if found is None:
        raise not_found(name)
    return found


async def _require_open(unit: Unit, organization: UUID) -> None:
    found = await organizations.get(unit, organization)
    if found is None or not found.open:
        raise Failure(Reason.INVALID_INVITATION)


async def _require_authority(unit: Unit, invitation: Invitation) -> None:
    """Checks that who invited could still do so: an invitation doesn't outlive its inviter's own rights."""
    kind, _, account = invitation.inviter.partition("/")
    inviter = await memberships.get(unit, UUID(account)) if kind == "accounts" else None
    if inviter is None or inviter.suspended_at:
        raise Failure(Reason.INVALID_INVITATION)
    held = await granting.permissions(unit, inviter.roles)
    if not {_PERMISSION, *await granting.permissions(unit, invitation.roles)} <= held:
        raise Failure(Reason.INVALID_INVITATION)


def _record(unit: Unit, verb: str, invitation: Invitation) -> invitation_pb2.Invitation:
    """Records what happened to an invitation, and returns its message."""
    message = wire.message(unit.organization, invitation, _now())
    summary = f"The invitation of {invitation.email} was {verb}"
    event = Event(
        f"invitation.{verb}", message.name, summary, message.SerializeToString(), message.DESCRIPTOR.full_name
    )
    unit.record(event)
    return message


def _now() -> datetime:
    return datetime.now(UTC)
