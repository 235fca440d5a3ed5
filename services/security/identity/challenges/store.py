"""Challenges in PostgreSQL."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    LargeBinary,
    RowMapping,
    Table,
    Text,
    Update,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)

from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason
from services.mesh.tables import METADATA
from services.security.identity.challenges.domain import Challenge, Purpose, digest

CHALLENGES = Table(
    "challenges",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("account_id", Uuid),
    Column("organization", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)
_SWEPT = 100


async def add(unit: Unit, challenge: Challenge) -> None:
    """Adds a challenge, and removes some of those that nobody can answer any more."""
    ended = select(CHALLENGES.c.digest).where(CHALLENGES.c.expires_at < func.now())
    ended = ended.limit(_SWEPT).with_for_update(skip_locked=True)
    await unit.execute(delete(CHALLENGES).where(CHALLENGES.c.digest.in_(ended.scalar_subquery())))
    row = asdict(challenge)
    row |= {"account_id": row.pop("account"), "purpose": challenge.purpose.value}
    await unit.execute(insert(CHALLENGES), row)


async def take(unit: Unit, token: str, purpose: Purpose, now: datetime) -> Challenge:
    """Returns the challenge of a token; nobody else answers it until the transaction ends.

    Raises:
        Failure: INVALID_CHALLENGE; there is none that awaits an answer for this purpose.
    """
    statement = select(CHALLENGES).where(CHALLENGES.c.digest == digest(token)).with_for_update()
    row = (await unit.execute(statement)).mappings().one_or_none()
    challenge = _challenge(row) if row else None
    if challenge is None or not challenge.awaits(purpose, now):
        raise Failure(Reason.INVALID_CHALLENGE)
    return challenge


async def remove(unit: Unit, account: UUID, purpose: Purpose | None = None) -> None:
    """Removes an account's challenges, all or those for one purpose."""
    own = CHALLENGES.c.account_id == account
    await unit.execute(
        delete(CHALLENGES).where(own if purpose is None else own & (CHALLENGES.c.purpose == purpose.value))
    )


async def fail(unit: Unit, challenge: Challenge) -> None:
    """Counts a wrong answer."""
    await unit.execute(_one(challenge).values(failures=CHALLENGES.c.failures + 1))


async def use(unit: Unit, challenge: Challenge, now: datetime) -> None:
    """Takes no more answers."""
    await unit.execute(_one(challenge).values(used_at=now))


def _one(challenge: Challenge) -> Update:
    return update(CHALLENGES).where(CHALLENGES.c.digest == challenge.digest)


def _challenge(row: RowMapping) -> Challenge:
    return Challenge(
        row["digest"],
        Purpose(row["purpose"]),
        row["account_id"],
        row["organization"],
        row["nonce"],
        row["expires_at"],
        row["failures"],
        row["used_at"],
    )
