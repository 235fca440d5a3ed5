"""Changes of members: who may make them, what they leave behind, and that they act at once."""

from functools import partial
from uuid import UUID

from services.core.organizations import granting
from services.core.organizations.members import domain, store, wire
from services.core.organizations.members.domain import Member
from services.mesh import etags
from services.mesh.access.model import Announcer, Change
from services.mesh.database import Unit
from services.mesh.errors import not_found
from services.mesh.events.model import Event


async def find(unit: Unit, name: str) -> Member:
    """Returns the member of a name.

    Raises:
        Failure: NOT_FOUND.
    """
    found = await store.get(unit, wire.account(name))
    if found is None:
        raise not_found(name)
    return found


async def find_to_change(unit: Unit, name: str, etag: str = "") -> Member:
    """Returns a member whom the caller may change: one who may not do more than they; nobody else changes any now.

    Raises:
        Failure: NOT_FOUND, ETAG_MISMATCH, PERMISSION_DENIED.
    """
    await unit.serialize(granting.TOPIC)
    found = await find(unit, name)
    etags.require(etag, wire.etag(found))
    granting.require_held(unit, await granting.permissions(unit, found.roles), "A role of this member")
    return found


async def save(unit: Unit, access: Announcer, before: Member, after: Member, verb: str) -> None:
    """Writes a changed member, and makes the change act from the commit on.

    Raises:
        Failure: LAST_OWNER.
    """
    domain.require_owner(before, after, another=await store.has_another_owner(unit, before.account))
    await store.save(unit, after)
    record(unit, access, after, verb)


async def remove(unit: Unit, access: Announcer, member: Member, verb: str) -> None:
    """Removes a member, and makes that act from the commit on.

    Raises:
        Failure: LAST_OWNER.
    """
    domain.require_owner(member, None, another=await store.has_another_owner(unit, member.account))
    await store.remove(unit, member.account)
    record(unit, access, member, verb)


def record(unit: Unit, access: Announcer, member: Member, verb: str) -> None:
    """Records what happened to a member, and has it told after the commit."""
    message = wire.message(unit.organization, member)
    summary = f"Member {member.account} {verb.replace('_', ' ')}"
    unit.record(
        Event(f"member.{verb}", message.name, summary, message.SerializeToString(), message.DESCRIPTOR.full_name)
    )
    tell(unit, access, member.account)


def tell(unit: Unit, access: Announcer, account: UUID) -> None:
    """Has it told after the commit that what an account may do in the unit's organization has changed."""
    unit.afterwards(partial(access.announce, Change(unit.organization, account)))
