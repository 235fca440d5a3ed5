"""Accounts, sessions and refresh tokens in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    LargeBinary,
    RowMapping,
    Select,
    Table,
    Text,
    Uuid,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason
from services.mesh.tables import METADATA
from services.security.identity.domain import Account, Session, digest

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("managed_by", Uuid),
)
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("organization_id", Uuid),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("methods", ARRAY(Text), nullable=False),
)
REFRESH_TOKENS = Table(
    "refresh_tokens",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("session_id", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)


class Presented(NamedTuple):
    """A refresh token that somebody presented: its session, when it was made, and when it was used before."""

    session: Session
    issued_at: datetime
    used_at: datetime | None


async def add_account(unit: Unit, account: Account) -> None:
    """Adds an account.

    Raises:
        Failure: ALREADY_EXISTS; the address is taken.
    """
    try:
        await unit.execute(insert(ACCOUNTS), asdict(account))
    except IntegrityError as error:
        raise Failure(Reason.ALREADY_EXISTS, "There is an account with this address. Sign in.") from error


async def account_by_email(unit: Unit, email: str) -> Account | None:
    """Returns the person's own account with a normalized address; organizations manage others with the same."""
    own = (func.lower(ACCOUNTS.c.email) == email) & ACCOUNTS.c.managed_by.is_(None)
    row = (await unit.execute(select(ACCOUNTS).where(own))).mappings().one_or_none()
    return _account(row) if row else None


async def account(unit: Unit, identifier: UUID) -> Account | None:
    """Returns an account."""
    row = (await unit.execute(select(ACCOUNTS).where(ACCOUNTS.c.id == identifier))).mappings().one_or_none()
    return _account(row) if row else None


async def accounts(unit: Unit, identifiers: Sequence[UUID], emails: Sequence[str] = ()) -> list[Account]:
    """Returns those of the accounts that there are, by identifier or by normalized address, whoever manages them."""
    asked = ACCOUNTS.c.id.in_(identifiers) | func.lower(ACCOUNTS.c.email).in_(emails)
    rows = await unit.execute(select(ACCOUNTS).where(asked))
    return [_account(row) for row in rows.mappings()]


async def add_session(unit: Unit, begun: Session) -> None:
    """Adds a session."""
    row = asdict(begun)
    row |= {"account_id": row.pop("account"), "organization_id": row.pop("organization")}
    row["methods"] = list(begun.methods)
    await unit.execute(insert(SESSIONS), row)


def living(account: UUID) -> Select[Any]:
    """Returns the statement for the sessions of an account that go on."""
    goes_on = SESSIONS.c.ended_at.is_(None) & (SESSIONS.c.expires_at > func.now())
    return select(SESSIONS).where(SESSIONS.c.account_id == account, goes_on)


def working(account: UUID, organization: UUID) -> Select[Any]:
    """Returns the statement for the sessions of an account that go on and work in an organization."""
    return living(account).where(SESSIONS.c.organization_id == organization)


async def one_living(unit: Unit, account: UUID, identifier: UUID) -> Session | None:
    """Returns a session of an account that goes on; nobody else ends it until the transaction does."""
    statement = living(account).where(SESSIONS.c.id == identifier).with_for_update()
    row = (await unit.execute(statement)).mappings().one_or_none()
    return session(row) if row else None


async def began(unit: Unit, session: UUID) -> datetime:
    """Returns when a session's account proved who it is; the session must be there."""
    found: datetime = (await unit.execute(select(SESSIONS.c.created_at).where(SESSIONS.c.id == session))).scalar_one()
    return found


async def add_refresh_token(unit: Unit, session: UUID, token: str, now: datetime) -> None:
    """Adds a token to a session's family; only its digest is stored."""
    await unit.execute(insert(REFRESH_TOKENS), {"digest": digest(token), "session_id": session, "created_at": now})


async def present(unit: Unit, token: str) -> Presented | None:
    """Returns what is known of a refresh token, and holds it until the transaction ends, so that one use wins."""
    statement = (
        select(SESSIONS, REFRESH_TOKENS.c.created_at.label("issued_at"), REFRESH_TOKENS.c.used_at)
        .join(REFRESH_TOKENS, REFRESH_TOKENS.c.session_id == SESSIONS.c.id)
        .where(REFRESH_TOKENS.c.digest == digest(token))
        .with_for_update()
    )
    row = (await unit.execute(statement)).mappings().one_or_none()
    return Presented(session(row), row["issued_at"], row["used_at"]) if row else None


async def use_token(unit: Unit, token: str, now: datetime) -> None:
    """Marks a refresh token as used."""
    await unit.execute(update(REFRESH_TOKENS).where(REFRESH_TOKENS.c.digest == digest(token)).values(used_at=now))


async def move_session(unit: Unit, session: UUID, organization: UUID | None) -> None:
    """Sets the organization that the session's access tokens are for."""
    await unit.execute(update(SESSIONS).where(SESSIONS.c.id == session).values(organization_id=organization))


async def end_session(unit: Unit, session: UUID, now: datetime) -> None:
    """Ends a session, once."""
    statement = update(SESSIONS).where(SESSIONS.c.id == session, SESSIONS.c.ended_at.is_(None))
    await unit.execute(statement.values(ended_at=now))


async def has_password(unit: Unit, account: UUID, expected: str) -> bool:
    """Returns whether an account's hash is `expected`; if it is, nobody changes it until the transaction ends."""
    same = (ACCOUNTS.c.id == account) & (ACCOUNTS.c.password_hash == expected)
    found = await unit.execute(select(ACCOUNTS.c.id).where(same).with_for_update(read=True))
    return found.one_or_none() is not None


async def change_password(unit: Unit, account: UUID, before: str, after: str) -> bool:
    """Replaces an account's hash, unless it isn't `before` any more; returns whether it did."""
    statement = update(ACCOUNTS).where(ACCOUNTS.c.id == account, ACCOUNTS.c.password_hash == before)
    changed = await unit.execute(statement.values(password_hash=after).returning(ACCOUNTS.c.id))
    return changed.one_or_none() is not None


async def end_others(unit: Unit, account: UUID, kept: UUID | None, now: datetime) -> None:
    """Ends every session of an account but one; all where none is kept."""
    goes_on = (SESSIONS.c.account_id == account) & SESSIONS.c.ended_at.is_(None)
    await unit.execute(update(SESSIONS).where(goes_on, SESSIONS.c.id.is_distinct_from(kept)).values(ended_at=now))


def _account(row: RowMapping) -> Account:
    return Account(
        row["id"], row["email"], row["display_name"], row["password_hash"], row["created_at"], row["managed_by"]
    )


def session(row: RowMapping) -> Session:
    """Returns a row as a session."""
    return Session(
        row["id"],
        row["account_id"],
        row["organization_id"],
        row["created_at"],
        row["expires_at"],
        row["ended_at"],
        tuple(row["methods"]),
    )
