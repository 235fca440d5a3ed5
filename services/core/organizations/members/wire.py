"""Members on the wire."""

from uuid import UUID

from xorb.core.v1 import member_pb2

from services.core.organizations.accounts import Person
from services.core.organizations.members.domain import Member
from services.mesh import etags, names

PATTERN = "organizations/{organization}/members/{member}"


def account(name: str) -> UUID:
    """Returns the account of a member's name.

    Raises:
        Failure: INVALID_NAME.
    """
    return names.parse(PATTERN, name)[1]


def etag(member: Member) -> str:
    """Returns a member's etag."""
    return etags.etag(member.account, member.revision)


def message(organization: UUID, member: Member, person: Person = Person()) -> member_pb2.Member:  # noqa: B008 - frozen
    """Returns a member as the contract has it; without `person` as it stands in events."""
    return member_pb2.Member(
        name=names.join("organizations", organization, "members", member.account),
        account=names.join("accounts", member.account),
        email=person.email,
        display_name=person.display_name,
        roles=member.roles,
        state="SUSPENDED" if member.suspended_at else "ACTIVE",
        join_time=member.joined_at,
        update_time=member.updated_at,
        etag=etag(member),
    )
