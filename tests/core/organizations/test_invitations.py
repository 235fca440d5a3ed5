"""Invitations: whoever is invited becomes a member, once and in time, and nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from xorb.core.v1 import invitation_pb2, member_pb2, organization_pb2
from xorb.core.v1.invitation_pb2 import Invitation

from services.core.organizations.invitations import domain
from services.core.organizations.invitations.domain import State
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from services.mesh.testing import call_of
from tests.core.harness import events
from tests.core.organizations.world import Person, World


def _accept(invitation: Invitation, token: str = "") -> invitation_pb2.AcceptInvitationRequest:
    return invitation_pb2.AcceptInvitationRequest(name=invitation.name, token=token or invitation.token)


async def _refused(world: World, somebody: Person, invitation: Invitation, token: str = "") -> Reason:
    return (await somebody.refused(world.invitations.AcceptInvitation, _accept(invitation, token))).reason


async def test_the_invited_becomes_a_member(world: World, owner: Person) -> None:
    invited = await world.stranger()
    invitation = await world.invite(owner, invited.email.upper(), "analyst", "viewer")
    assert invitation.token.startswith("xorb_it_")
    assert invitation.state == Invitation.OPEN
    member = await invited.call(world.invitations.AcceptInvitation, _accept(invitation))
    assert (member.email, list(member.roles)) == (invited.email, ["analyst", "viewer"])
    working = await world.working_in(invited, owner.organization)
    await working.call(world.organizations.GetOrganization, organization_pb2.GetOrganizationRequest(name=owner.name))
    get = invitation_pb2.GetInvitationRequest(name=invitation.name)
    read = await owner.call(world.invitations.GetInvitation, get)
    assert (read.state, read.token) == (Invitation.ACCEPTED, "")
    assert await _refused(world, invited, invitation) is Reason.INVALID_INVITATION
    happened = [event.event.type for event in await events(world.database, owner.organization)]
    assert happened == ["organization.created", "invitation.created", "invitation.accepted", "member.joined"]


async def test_its_token_is_kept_nowhere(world: World, owner: Person) -> None:
    invitation = await world.invite(owner, "ada@example.org", "viewer")
    kept = [event.event.snapshot for event in await events(world.database, owner.organization)]
    assert kept
    assert not any(invitation.token.encode() in snapshot for snapshot in kept)
    async with world.database.unit(call_of(owner.organization)) as unit:
        row = (await unit.execute(text("SELECT invitations::text FROM invitations"))).scalar_one()
    assert invitation.token not in row


async def test_a_repeated_acceptance_gets_the_first_answer(world: World, owner: Person) -> None:
    invited = await world.stranger()
    request = _accept(await world.invite(owner, invited.email))
    request.request_id = str(identifiers.new())
    first = await invited.call(world.invitations.AcceptInvitation, request)
    assert await invited.call(world.invitations.AcceptInvitation, request) == first


async def test_only_the_invited_with_the_token_can_accept(world: World, owner: Person) -> None:
    invited, other = await world.stranger(), await world.stranger()
    invitation = await world.invite(owner, invited.email, "viewer")
    another = await world.invite(owner, other.email, "viewer")
    missing = Invitation(name=f"{owner.name}/invitations/{identifiers.new()}", token=invitation.token)
    elsewhere = Invitation(name=missing.name.replace(str(owner.organization), str(identifiers.new())), token="x")
    refused = [
        await _refused(world, other, invitation),
        await _refused(world, invited, invitation, another.token),
        await _refused(world, invited, invitation, "xorb_it_guess"),
        await _refused(world, invited, missing),
        await _refused(world, invited, elsewhere),
    ]
    assert refused == [Reason.INVALID_INVITATION] * 5
    await invited.call(world.invitations.AcceptInvitation, _accept(invitation))


async def test_a_revoked_one_is_void(world: World, owner: Person) -> None:
    invited = await world.stranger()
    invitation = await world.invite(owner, invited.email)
    request = invitation_pb2.RevokeInvitationRequest(name=invitation.name)
    assert (await owner.call(world.invitations.RevokeInvitation, request)).state == Invitation.REVOKED
    assert await _refused(world, invited, invitation) is Reason.INVALID_INVITATION
    assert (await owner.refused(world.invitations.RevokeInvitation, request)).reason is Reason.ILLEGAL_TRANSITION
    await invited.call(world.invitations.AcceptInvitation, _accept(await world.invite(owner, invited.email)))


async def test_an_address_has_one_open_invitation(world: World, owner: Person) -> None:
    invitation = await world.invite(owner, "ada@example.org")
    request = invitation_pb2.CreateInvitationRequest(parent=owner.name, invitation=Invitation(email="ADA@example.org"))
    assert (await owner.refused(world.invitations.CreateInvitation, request)).reason is Reason.ALREADY_EXISTS
    async with world.database.unit(call_of(owner.organization)) as unit:
        await unit.execute(text("UPDATE invitations SET expires_at = now()"))
    again = await world.invite(owner, "ada@example.org")
    listed = await owner.call(
        world.invitations.ListInvitations, invitation_pb2.ListInvitationsRequest(parent=owner.name)
    )
    assert [one.name for one in listed.invitations] == [invitation.name, again.name]


async def test_a_late_one_is_void(world: World, owner: Person) -> None:
    invited = await world.stranger()
    invitation = await world.invite(owner, invited.email)
    async with world.database.unit(call_of(owner.organization)) as unit:
        await unit.execute(text("UPDATE invitations SET expires_at = now()"))
    assert await _refused(world, invited, invitation) is Reason.INVALID_INVITATION


async def test_nobody_invites_above_themselves(world: World, owner: Person) -> None:
    administrator = await world.colleague(owner, "administrator")
    invitation = Invitation(email="ada@example.org", roles=["owner"])
    request = invitation_pb2.CreateInvitationRequest(parent=owner.name, invitation=invitation)
    assert (await administrator.refused(world.invitations.CreateInvitation, request)).reason is (
        Reason.PERMISSION_DENIED
    )


async def test_it_does_not_outlive_its_inviters_rights(world: World, owner: Person) -> None:
    administrator, invited = await world.colleague(owner, "administrator"), await world.stranger()
    invitation = await world.invite(administrator, invited.email, "security_manager")
    await world.give(owner, administrator.member, "security_manager")
    assert await _refused(world, invited, invitation) is Reason.INVALID_INVITATION
    await world.give(owner, administrator.member, "administrator")
    suspend = organization_pb2.SuspendOrganizationRequest(name=owner.name)
    await owner.call(world.organizations.SuspendOrganization, suspend)
    assert await _refused(world, invited, invitation) is Reason.INVALID_INVITATION
    resume = organization_pb2.ResumeOrganizationRequest(name=owner.name)
    await owner.call(world.organizations.ResumeOrganization, resume)
    await owner.call(world.members.DeleteMember, member_pb2.DeleteMemberRequest(name=administrator.member))
    assert await _refused(world, invited, invitation) is Reason.INVALID_INVITATION


async def test_a_member_is_not_invited_twice(world: World, owner: Person) -> None:
    invitation = await world.invite(owner, owner.email, "viewer")
    assert await _refused(world, owner, invitation) is Reason.ALREADY_EXISTS


def test_the_states_of_an_invitation() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made, token = domain.invite(identifiers.new(), " Ada@Example.org ", (), "accounts/x", now)
    assert made.email == "ada@example.org"
    assert made.state(now + domain.LIFETIME - timedelta(seconds=1)) is State.OPEN
    assert made.state(now + domain.LIFETIME) is State.EXPIRED
    accepted = domain.accept(made, token, "ADA@example.org", now)
    assert accepted.state(now + domain.LIFETIME) is State.ACCEPTED
    assert domain.revoke(made, now).state(now) is State.REVOKED
    for late in (accepted, domain.revoke(made, now)):
        with pytest.raises(Failure) as caught:
            domain.accept(late, token, made.email, now)
        assert caught.value.reason is Reason.INVALID_INVITATION
