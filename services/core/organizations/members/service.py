"""The members service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf import empty_pb2
from xorb.core.v1 import member_pb2, member_pb2_grpc

from services.core.organizations import granting
from services.core.organizations import store as organization_store
from services.core.organizations import wire as organizations
from services.core.organizations.accounts import Accounts, Person
from services.core.organizations.domain import require_account
from services.core.organizations.members import changes, domain, store, wire
from services.core.organizations.members.domain import Member
from services.core.organizations.store import MEMBERSHIPS
from services.mesh import calls, masks
from services.mesh.access.model import Announcer
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest


@dataclass
class MembersServicer(member_pb2_grpc.MembersServiceServicer):
    """Serves `xorb.core.v1.MembersService`.

    Args:
        database: Where members are.
        pager: Cuts lists into pages.
        accounts: Says who accounts are; asked before a transaction, never in one.
        access: Told of changes.
    """

    database: Database
    pager: Pager
    accounts: Accounts
    access: Announcer

    async def ListMembers(
        self, request: member_pb2.ListMembersRequest, context: Context
    ) -> member_pb2.ListMembersResponse:
        """Lists members, a page at a time."""
        wanted = PageRequest(
            f"ListMembers:{request.parent}", request.page_size, request.page_token, request.filter, request.order_by
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit,
                store.every(unit),
                wanted,
                fields=store.FIELDS,
                default_order="join_time",
                key=MEMBERSHIPS.c.account_id,
            )
        found = [store.member(row) for row in page.rows]
        people = await self.accounts.resolve(member.account for member in found)
        members = [wire.message(unit.organization, one, people.get(one.account, Person())) for one in found]
        return member_pb2.ListMembersResponse(members=members, next_page_token=page.next_page_token)

    async def GetMember(self, request: member_pb2.GetMemberRequest, context: Context) -> member_pb2.Member:
        """Returns one member."""
        async with self.database.unit() as unit:
            found = await changes.find(unit, request.name)
        return wire.message(unit.organization, found, await self.accounts.person(found.account))

    async def UpdateMember(self, request: member_pb2.UpdateMemberRequest, context: Context) -> member_pb2.Member:
        """Changes a member's roles."""
        person = await self._person(request.member.name)
        async with self.database.unit() as unit:
            current = await changes.find_to_change(unit, request.member.name, request.member.etag)
            shown = wire.message(unit.organization, current, person)
            if "roles" not in masks.fields(request.member, request.update_mask, shown):
                return unit.reply(shown)
            roles = await granting.require_roles(unit, request.member.roles, "member.roles")
            granting.require_held(unit, await granting.permissions(unit, roles), "One of these roles")
            changed = domain.assign(current, roles, _now())
            await changes.save(unit, self.access, current, changed, "updated")
            return unit.reply(wire.message(unit.organization, changed, person))

    async def DeleteMember(self, request: member_pb2.DeleteMemberRequest, context: Context) -> empty_pb2.Empty:
        """Removes a member."""
        async with self.database.unit() as unit:
            member = await changes.find_to_change(unit, request.name, request.etag)
            await changes.remove(unit, self.access, member, "deleted")
            return unit.reply(empty_pb2.Empty())

    async def SuspendMember(self, request: member_pb2.SuspendMemberRequest, context: Context) -> member_pb2.Member:
        """Bars a member."""
        return await self._switch(request.name, domain.suspend, "suspended")

    async def ResumeMember(self, request: member_pb2.ResumeMemberRequest, context: Context) -> member_pb2.Member:
        """Lets a member in again."""
        return await self._switch(request.name, domain.resume, "resumed")

    async def TransferOwnership(
        self, request: member_pb2.TransferOwnershipRequest, context: Context
    ) -> member_pb2.Member:
        """Hands the organization over."""
        person = await self._person(request.new_owner)
        async with self.database.unit() as unit:
            heir = await changes.find_to_change(unit, request.new_owner)
            owner = await _own(unit, request.name)
            retired, successor = domain.hand_over(owner, heir, _now())
            await changes.save(unit, self.access, heir, successor, "became_owner")
            await changes.save(unit, self.access, owner, retired, "retired_as_owner")
            return unit.reply(wire.message(unit.organization, successor, person))

    async def LeaveOrganization(
        self, request: member_pb2.LeaveOrganizationRequest, context: Context
    ) -> empty_pb2.Empty:
        """Ends the caller's own membership, in whichever organization it is."""
        organization = organizations.identifier(organizations.ORGANIZATION, request.name)
        async with self.database.unit() as unit:
            async with unit.within(organization):
                await unit.serialize(granting.TOPIC)
                own = await _own(unit, request.name)
                await _require_strong(unit)
                await changes.remove(unit, self.access, own, "left")
            return unit.reply(empty_pb2.Empty())

    async def _switch(self, name: str, switch: Callable[[Member, datetime], Member], verb: str) -> member_pb2.Member:
        person = await self._person(name)
        async with self.database.unit() as unit:
            current = await changes.find_to_change(unit, name)
            changed = switch(current, _now())
            await changes.save(unit, self.access, current, changed, verb)
            return unit.reply(wire.message(unit.organization, changed, person))

    async def _person(self, name: str) -> Person:
        return await self.accounts.person(wire.account(name))


async def _own(unit: Unit, organization: str) -> Member:
    """Returns the caller's own membership in the unit's organization."""
    found = await store.get(unit, require_account(calls.current().caller.account))
    if found is None:
        raise not_found(organization)
    return found


async def _require_strong(unit: Unit) -> None:
    """Checks that the caller's session is good for anything in the unit's organization, for want of a permission."""
    found = await organization_store.get(unit, unit.organization)
    if found and found.second_factor_required and not unit.call.caller.second_factor:
        raise Failure(Reason.SECOND_FACTOR_REQUIRED)


def _now() -> datetime:
    return datetime.now(UTC)
