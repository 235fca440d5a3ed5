"""The organizations service, and what it tells the security plane of memberships."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from google.longrunning import operations_pb2
from xorb.core.v1 import organization_pb2, organization_pb2_grpc

from services.core.organizations import domain, granting, store, wire
from services.core.organizations.accounts import Accounts
from services.core.organizations.deletion import store as deleting
from services.core.organizations.deletion.starting import Deletions
from services.core.organizations.domain import Membership, Organization
from services.core.organizations.members import changes
from services.core.organizations.members import domain as members
from services.core.organizations.members import store as memberships
from services.core.organizations.members.domain import Member
from services.core.organizations.store import MEMBERSHIPS, ORGANIZATIONS
from services.mesh import calls, identifiers, masks, names
from services.mesh.access.model import Announcer, Change
from services.mesh.calls import Caller
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.etags import require
from services.mesh.events.model import Event
from services.mesh.filters import Field
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_FIELDS: Mapping[str, Field] = MappingProxyType({"join_time": Field(MEMBERSHIPS.c.joined_at, "time")})


class Rotations(Protocol):
    """Rotates organizations' encryption keys."""

    async def rotate(self, organization: UUID) -> operations_pb2.Operation:
        """Starts a rotation and returns its operation; raises UNAVAILABLE."""


@dataclass
class OrganizationsServicer(organization_pb2_grpc.OrganizationsServiceServicer):
    """Serves `xorb.core.v1.OrganizationsService`.

    Args:
        database: Where organizations are.
        pager: Cuts lists into pages.
        access: Told when an organization is suspended or resumed, requires a second factor or doesn't any more, or
            somebody founds one.
        rotations: Rotates encryption keys; None where nothing can.
        deletions: Deletes organizations; None where nothing can.
    """

    database: Database
    pager: Pager
    access: Announcer
    rotations: Rotations | None = None
    deletions: Deletions | None = None

    async def CreateOrganization(
        self, request: organization_pb2.CreateOrganizationRequest, context: Context
    ) -> organization_pb2.Organization:
        """Creates an organization; the caller owns it."""
        caller, now, wanted = calls.current().caller, datetime.now(UTC), request.organization
        founder = domain.require_account(caller.account)
        created, owner = domain.found(identifiers.new(), wanted.display_name, founder, now)
        if wanted.second_factor_required:
            created = domain.demand_second_factor(created, now, required=True, strong=caller.second_factor)
        async with self.database.unit() as unit:
            async with unit.within(created.id):
                await store.add(unit, created, owner)
                unit.record(wire.changed("organization.created", created, f"{created.display_name} was founded"))
            unit.afterwards(partial(self.access.announce, Change(created.id, founder)))
            return unit.reply(wire.organization(created))

    async def GetOrganization(
        self, request: organization_pb2.GetOrganizationRequest, context: Context
    ) -> organization_pb2.Organization:
        """Returns one organization."""
        async with self.database.unit() as unit:
            found = await store.get(unit, wire.identifier(wire.ORGANIZATION, request.name))
        if found is None:
            raise not_found(request.name)
        return wire.organization(found)

    async def ListOrganizations(
        self, request: organization_pb2.ListOrganizationsRequest, context: Context
    ) -> organization_pb2.ListOrganizationsResponse:
        """Lists the caller's organizations."""
        account = domain.require_account(calls.current().caller.account)
        wanted = PageRequest(f"ListOrganizations:{account}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit,
                store.of_account(account),
                wanted,
                fields=_FIELDS,
                default_order="join_time",
                key=ORGANIZATIONS.c.id,
            )
        organizations = [wire.organization(store.organization(row)) for row in page.mappings]
        return organization_pb2.ListOrganizationsResponse(
            organizations=organizations, next_page_token=page.next_page_token
        )

    async def UpdateOrganization(
        self, request: organization_pb2.UpdateOrganizationRequest, context: Context
    ) -> organization_pb2.Organization:
        """Changes the display name, and whether a second factor is required."""
        async with self.database.unit() as unit:
            current = await self._find_to_change(unit, request.organization.name)
            shown = wire.organization(current)
            require(request.organization.etag, shown.etag)
            fields, changed = masks.fields(request.organization, request.update_mask, shown), current
            if "second_factor_required" in fields:
                changed = self._demanded(unit, changed, required=request.organization.second_factor_required)
            if "display_name" in fields:
                changed = domain.rename(changed, request.organization.display_name, datetime.now(UTC))
                summary = f"{current.display_name} was renamed"
                unit.record(wire.changed("organization.updated", changed, summary))
            await store.save(unit, changed)
            return unit.reply(wire.organization(changed))

    async def SuspendOrganization(
        self, request: organization_pb2.SuspendOrganizationRequest, context: Context
    ) -> organization_pb2.Organization:
        """Bars everybody."""
        return await self._switch(request.name, domain.suspend, "suspended")

    async def ResumeOrganization(
        self, request: organization_pb2.ResumeOrganizationRequest, context: Context
    ) -> organization_pb2.Organization:
        """Lets everybody in again."""
        return await self._switch(request.name, domain.resume, "resumed")

    async def DeleteOrganization(
        self, request: organization_pb2.DeleteOrganizationRequest, context: Context
    ) -> organization_pb2.Organization:
        """Bars everybody, and has the organization removed after a time of grace."""
        actor = calls.current().caller
        if self.deletions is None:
            raise Failure(Reason.UNAVAILABLE)
        if not actor.is_account:
            raise Failure(Reason.PERMISSION_DENIED, "Only people can delete an organization; API keys can't.")
        async with self.database.unit() as unit:
            current = await self._find_to_change(unit, request.name)
            require(request.etag, wire.organization(current).etag)
            deleted = domain.delete(current, datetime.now(UTC), self.deletions.grace)
            reply = await self._switched(unit, deleted, "deleted")
            # Nobody reads the organization's own log when it is gone; this one is the person's.
            unit.record(Event("organization.deleted", request.name, "deleted an organization"), calls.NO_ORGANIZATION)
            await self.deletions.start(deleted, actor.subject)
            return unit.reply(reply)

    async def UndeleteOrganization(
        self, request: organization_pb2.UndeleteOrganizationRequest, context: Context
    ) -> organization_pb2.Organization:
        """Keeps an organization whose time of grace isn't over."""
        async with self.database.unit() as unit:
            current = await self._find_to_change(unit, request.name)
            if await deleting.committed(unit):
                raise not_found(request.name)
            return unit.reply(await self._switched(unit, domain.undelete(current, datetime.now(UTC)), "undeleted"))

    async def RotateEncryptionKey(
        self, request: organization_pb2.RotateEncryptionKeyRequest, context: Context
    ) -> operations_pb2.Operation:
        """Gives an organization a new encryption key."""
        if self.rotations is None:
            raise Failure(Reason.UNAVAILABLE)
        async with self.database.unit() as unit:
            found = await store.get(unit, wire.identifier(wire.ORGANIZATION, request.name))
            if found is None:
                raise not_found(request.name)
            summary = f"{found.display_name} gets a new encryption key"
            unit.record(wire.changed("organization.key_rotated", found, summary))
            return unit.reply(await self.rotations.rotate(found.id))

    def _demanded(self, unit: Unit, current: Organization, *, required: bool) -> Organization:
        """Returns the organization that requires a second factor, or doesn't; a change acts on open streams, too."""
        strong = unit.call.caller.second_factor
        changed = domain.demand_second_factor(current, datetime.now(UTC), required=required, strong=strong)
        if changed != current:
            verb = "requires a second factor" if required else "requires no second factor any more"
            unit.record(wire.changed("organization.updated", changed, f"{changed.display_name} {verb}"))
            unit.afterwards(partial(self.access.announce, Change(changed.id)))
        return changed

    async def _switch(
        self, name: str, switch: Callable[[Organization, datetime], Organization], verb: str
    ) -> organization_pb2.Organization:
        async with self.database.unit() as unit:
            current = await self._find_to_change(unit, name)
            return unit.reply(await self._switched(unit, switch(current, datetime.now(UTC)), verb))

    async def _find_to_change(self, unit: Unit, name: str) -> Organization:
        current = await store.get(unit, wire.identifier(wire.ORGANIZATION, name), lock=True)
        if current is None:
            raise not_found(name)
        return current

    async def _switched(self, unit: Unit, changed: Organization, verb: str) -> organization_pb2.Organization:
        await store.save(unit, changed)
        unit.record(wire.changed(f"organization.{verb}", changed, f"{changed.display_name} was {verb}"))
        unit.afterwards(partial(self.access.announce, Change(changed.id)))
        return wire.organization(changed)


@dataclass
class MembershipsServicer(organization_pb2_grpc.MembershipsServiceServicer):
    """Serves `xorb.core.v1.MembershipsService`.

    Args:
        database: Where memberships are.
        access: Told of new members.
        accounts: Says whose an e-mail address is; asked before a transaction, never in one.
    """

    database: Database
    access: Announcer
    accounts: Accounts

    async def ResolveMembership(
        self, request: organization_pb2.ResolveMembershipRequest, context: Context
    ) -> organization_pb2.Membership:
        """Returns an account's membership, seen as the account itself sees it."""
        account = wire.identifier(wire.ACCOUNT, request.account)
        wanted = wire.identifier(wire.ORGANIZATION, request.organization) if request.organization else None
        as_account = replace(calls.current(), caller=Caller(request.account), organization=calls.NO_ORGANIZATION)
        async with self.database.unit(as_account) as unit:
            found = await store.membership(unit, account, wanted)
        if found is None:
            raise not_found(request.organization or "membership")
        return wire.membership(found)

    async def AdmitMember(
        self, request: organization_pb2.AdmitMemberRequest, context: Context
    ) -> organization_pb2.Membership:
        """Returns an account's membership, a new one where there is none and a role is given."""
        account = wire.identifier(wire.ACCOUNT, request.account)
        async with self.database.unit() as unit:
            await unit.serialize(granting.TOPIC)
            member = await memberships.get(unit, account) or await self._join(unit, account, request)
            if member.suspended_at:
                raise Failure(Reason.ILLEGAL_TRANSITION, "The member is suspended.")
            return wire.membership(Membership(unit.organization, account, member.roles, member.joined_at))

    async def FindMembers(
        self, request: organization_pb2.FindMembersRequest, context: Context
    ) -> organization_pb2.FindMembersResponse:
        """Returns the members with some addresses or accounts."""
        found = {*await self.accounts.find(request.emails), *map(_account, request.accounts)}
        async with self.database.unit() as unit:
            able = await memberships.active(unit, found)
        return organization_pb2.FindMembersResponse(accounts=[names.join("accounts", account) for account in able])

    async def _join(self, unit: Unit, account: UUID, request: organization_pb2.AdmitMemberRequest) -> Member:
        organization = await store.get(unit, unit.organization)
        if not request.role or organization is None or not organization.open:
            raise not_found(request.organization)
        member = members.join(account, await granting.require_roles(unit, [request.role], "role"), datetime.now(UTC))
        await memberships.add(unit, member)
        changes.record(unit, self.access, member, "joined")
        return member


def _account(name: str) -> UUID:
    return wire.identifier(wire.ACCOUNT, name)
