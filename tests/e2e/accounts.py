"""Accounts that nobody signed up for: written to the database, which is quick, and as real as others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from services.mesh import identifiers
from services.mesh.calls import NO_ORGANIZATION
from services.mesh.database import Database
from services.mesh.testing import call_of

_ACCOUNT = text("INSERT INTO accounts VALUES (:account, :email, 'Somebody', '', now())")
_SESSION = text("INSERT INTO sessions VALUES (:session, :account, :organization, now(), now() + interval '1 day')")
_MEMBERSHIP = text(
    "INSERT INTO memberships (organization_id, account_id, roles, joined_at)"
    " VALUES (:organization, :account, :roles, now())"
)


@dataclass(frozen=True)
class SignedIn:
    """A new account with a session."""

    account: UUID
    session: UUID


async def signed_in(
    environment: Mapping[str, str], organization: UUID | None = None, roles: Iterable[str] = ()
) -> SignedIn:
    """A new account, signed in, and with an organization a member of it.

    Args:
        environment: The settings to reach the platform.
        organization: Of which it is a member; None for none.
        roles: Its roles there.
    """
    new = SignedIn(identifiers.new(), identifiers.new())
    row = {"account": new.account, "session": new.session, "organization": organization, "roles": list(roles)}
    database = Database.connect(environment["XORB_POSTGRES_DSN"], pool=1)
    try:
        async with database.unit(call_of(organization or NO_ORGANIZATION, new.account)) as unit:
            await unit.execute(_ACCOUNT, {"account": new.account, "email": f"{new.account}@example.com"})
            await unit.execute(_SESSION, row)
            if organization:
                await unit.execute(_MEMBERSHIP, row)
    finally:
        await database.close()
    return new
