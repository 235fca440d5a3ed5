"""Organizations and their people behind all layers, with access asked of the real database."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import grpc.aio
from temporalio.client import Client
from xorb.core.v1 import (
    activity_pb2,
    activity_pb2_grpc,
    invitation_pb2,
    invitation_pb2_grpc,
    member_pb2,
    member_pb2_grpc,
    organization_pb2,
    organization_pb2_grpc,
    role_pb2_grpc,
)
from xorb.security.v1 import account_pb2_grpc

from services.core.activity.service import ActivityServicer
from services.core.organizations.accounts import Accounts
from services.core.organizations.deletion.starting import DeletionWorkflows
from services.core.organizations.invitations.service import InvitationsServicer
from services.core.organizations.members.service import MembersServicer
from services.core.organizations.roles.service import RolesServicer
from services.core.organizations.service import OrganizationsServicer
from services.mesh.access.cache import CachedAccess
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import KEYS, bearer, serving
from services.mesh.tokens import ACCOUNT_AUDIENCE, Issuer, ServiceIdentity
from services.security.identity.accounts import AccountsServicer
from tests.core.harness import Tenant
from tests.e2e.accounts import SignedIn, signed_in

_KEY = "k" * 32
_TOKEN_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Person(Tenant):
    """Somebody signed in, working in an organization.

    Attributes:
        identity: The account and its session.
    """

    identity: SignedIn

    @property
    def member(self) -> str:
        """The member's name."""
        return f"{self.name}/members/{self.identity.account}"

    @property
    def email(self) -> str:
        """The account's address."""
        return f"{self.identity.account}@example.com"


@dataclass(frozen=True)
class World:
    """The services, and people."""

    environment: Mapping[str, str]
    database: Database
    access: CachedAccess
    channel: grpc.aio.Channel
    deletions: DeletionWorkflows

    @property
    def organizations(self) -> organization_pb2_grpc.OrganizationsServiceStub:
        return organization_pb2_grpc.OrganizationsServiceStub(self.channel)

    @property
    def members(self) -> member_pb2_grpc.MembersServiceStub:
        return member_pb2_grpc.MembersServiceStub(self.channel)

    @property
    def invitations(self) -> invitation_pb2_grpc.InvitationsServiceStub:
        return invitation_pb2_grpc.InvitationsServiceStub(self.channel)

    @property
    def roles(self) -> role_pb2_grpc.RolesServiceStub:
        return role_pb2_grpc.RolesServiceStub(self.channel)

    @property
    def activity(self) -> activity_pb2_grpc.ActivityServiceStub:
        return activity_pb2_grpc.ActivityServiceStub(self.channel)

    async def founder(self) -> Person:
        """The owner of an organization of their own."""
        somebody = await self.stranger()
        request = organization_pb2.CreateOrganizationRequest(
            organization=organization_pb2.Organization(display_name="Analytical Engines")
        )
        created = await somebody.call(self.organizations.CreateOrganization, request)
        return await self.working_in(somebody, UUID(created.name.removeprefix("organizations/")))

    async def colleague(self, owner: Person, *roles: str) -> Person:
        """Somebody else in an organization."""
        identity = await signed_in(self.environment, owner.organization, roles)
        return await _person(identity, owner.organization)

    async def stranger(self) -> Person:
        """Somebody of no organization."""
        return await _person(await signed_in(self.environment), UUID(int=0))

    async def working_in(self, somebody: Person, organization: UUID) -> Person:
        """Somebody with a token for another organization, whether they are a member or not."""
        return await _person(somebody.identity, organization)

    async def invite(self, owner: Person, email: str, *roles: str) -> invitation_pb2.Invitation:
        """An invitation, with its token."""
        invitation = invitation_pb2.Invitation(email=email, roles=roles)
        request = invitation_pb2.CreateInvitationRequest(parent=owner.name, invitation=invitation)
        made = await owner.call(self.invitations.CreateInvitation, request)
        assert isinstance(made, invitation_pb2.Invitation)
        return made

    async def give(self, owner: Person, member: str, *roles: str) -> member_pb2.Member:
        """A member with other roles."""
        request = member_pb2.UpdateMemberRequest(
            member=member_pb2.Member(name=member, roles=roles), update_mask={"paths": ["roles"]}
        )
        changed = await owner.call(self.members.UpdateMember, request)
        assert isinstance(changed, member_pb2.Member)
        return changed

    @asynccontextmanager
    async def watching(self, somebody: Person) -> AsyncIterator["Watching"]:
        """An open stream of somebody's."""
        call = self.activity.WatchActivity(
            activity_pb2.WatchActivityRequest(parent=somebody.name), metadata=somebody.metadata
        )
        watching = Watching(call)
        try:
            async with asyncio.timeout(10):
                await watching.begun()
            yield watching
        finally:
            call.cancel()


class Watching:
    """An open stream."""

    def __init__(self, call: Any) -> None:
        self._call = call

    async def begun(self) -> None:
        """Wait for its first checkpoint."""
        assert (await self._call.read()).WhichOneof("record") == "checkpoint"

    async def end(self, seconds: float) -> grpc.aio.AioRpcError:
        """The error that it ends with, in time."""
        async with asyncio.timeout(seconds):
            try:
                while await self._call.read() is not grpc.aio.EOF:
                    pass
            except grpc.aio.AioRpcError as error:
                return error
        raise AssertionError("it ended well")

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return not self._call.done()


async def _person(identity: SignedIn, organization: UUID) -> Person:
    claims = {
        "sub": f"accounts/{identity.account}",
        "org": str(organization) if organization.int else "",
        "sid": str(identity.session),
        # Authorization doesn't believe it.
        "roles": ["owner"],
    }
    token = await Issuer(KEYS).issue(ACCOUNT_AUDIENCE, _TOKEN_LIFETIME, claims)
    return Person(organization, bearer(token), identity)


@asynccontextmanager
async def world(environment: Mapping[str, str], database: Database) -> AsyncIterator[World]:
    """The services of an organization's people, on real components."""
    redis = stream.connect(environment["XORB_REDIS_URL"])
    hub = Hub(database, redis, poll=0.05, audit=0.05)
    access = CachedAccess(database, redis)
    temporal = await Client.connect(environment["XORB_TEMPORAL_ADDRESS"], lazy=True)
    deletions = DeletionWorkflows(temporal, timedelta(days=7))

    def register_accounts(server: grpc.aio.Server) -> None:
        account_pb2_grpc.add_AccountsServiceServicer_to_server(AccountsServicer(database), server)

    async with access.running(), serving(register_accounts, [], database) as security:
        identity = ServiceIdentity(Issuer(KEYS), "spiffe://xorb/core")
        accounts, pager = Accounts(account_pb2_grpc.AccountsServiceStub(security), identity), Pager(_KEY)

        def register(server: grpc.aio.Server) -> None:
            organizations = OrganizationsServicer(database, pager, access, deletions=deletions)
            members = MembersServicer(database, pager, accounts, access)
            invitations = InvitationsServicer(database, pager, accounts, access)
            activity = ActivityServicer(database, pager, Watcher(database, hub, Signer(_KEY)))
            organization_pb2_grpc.add_OrganizationsServiceServicer_to_server(organizations, server)
            member_pb2_grpc.add_MembersServiceServicer_to_server(members, server)
            invitation_pb2_grpc.add_InvitationsServiceServicer_to_server(invitations, server)
            role_pb2_grpc.add_RolesServiceServicer_to_server(RolesServicer(database, pager, access), server)
            activity_pb2_grpc.add_ActivityServiceServicer_to_server(activity, server)

        async with serving(register, [], database, access) as channel:
            yield World(environment, database, access, channel, deletions)
            await hub.close()
    await redis.aclose()
