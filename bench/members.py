"""Owners of an organization, as many as a bench wants; in the database, because signing up is slow on purpose."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_unless

from bench.platform import Platform
from services.core.organizations.store import MEMBERSHIPS, ORGANIZATIONS
from services.mesh import identifiers
from services.mesh.calls import Call
from services.mesh.database import Database, Unit
from services.mesh.tokens import ACCOUNT_AUDIENCE, Issuer, mesh_name
from services.mesh.vault import Transit, mesh_key
from services.security.identity.store import ACCOUNTS, SESSIONS

_LIFETIME = timedelta(hours=1)


async def access_tokens(platform: Platform, organization: UUID, count: int) -> list[str]:
    """Returns access tokens of as many owners, each another account's, that last as long as a bench."""
    people = [(identifiers.new(), identifiers.new()) for _ in range(count)]
    database = Database.connect(platform.environment["XORB_POSTGRES_DSN"])
    async with database.unit(Call("bench", organization=organization)) as unit:
        await _write(unit, people)
    await database.close()
    signer = issuer(platform)
    return [await signer.issue(ACCOUNT_AUDIENCE, _LIFETIME, _claims(organization, *one)) for one in people]


def issuer(platform: Platform) -> Issuer:
    """Returns what signs tokens with the platform's own key."""
    return Issuer(Transit.connect(platform.environment["XORB_VAULT_ADDRESS"], platform.environment["XORB_VAULT_TOKEN"]))


def mesh_issuer(platform: Platform, role: str) -> Issuer:
    """Returns what signs tokens as a role's process does, with that role's own key."""
    token = (platform.settings.secrets / f"vault_token_{role}").read_text(encoding="utf-8")
    keys = Transit.connect(platform.environment["XORB_VAULT_ADDRESS"], token, mesh_key(role))
    return Issuer(keys, mesh_name(role))


async def _write(unit: Unit, people: list[tuple[UUID, UUID]]) -> None:
    """Writes accounts and sessions, by their identifiers, and the organization if it isn't there."""
    now, organization = datetime.now(UTC), unit.organization
    made = {"created_at": now}
    row = {"id": organization, "display_name": "Bench", **made, "updated_at": now, "revision": 1}
    await unit.execute(insert_unless(ORGANIZATIONS).on_conflict_do_nothing(), row)
    accounts: list[dict[str, Any]] = []
    sessions: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    for account, session in people:
        accounts.append(
            {"id": account, "email": f"{account}@example.com", "display_name": "", "password_hash": "", **made}
        )
        ends = {"expires_at": now + _LIFETIME}
        sessions.append({"id": session, "account_id": account, "organization_id": organization, **made, **ends})
        members.append({"organization_id": organization, "account_id": account, "roles": ["owner"], "joined_at": now})
    await unit.execute(insert(ACCOUNTS), accounts)
    await unit.execute(insert(SESSIONS), sessions)
    await unit.execute(insert(MEMBERSHIPS), members)


def _claims(organization: UUID, account: UUID, session: UUID) -> dict[str, object]:
    return {"sub": f"accounts/{account}", "org": str(organization), "sid": str(session), "roles": ["owner"]}
