"""Authenticator apps and recovery codes in PostgreSQL."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    RowMapping,
    Table,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)

from services.mesh.database import Unit
from services.mesh.tables import METADATA
from services.security.identity.factors.domain import Totp

TOTP_FACTORS = Table(
    "totp_factors",
    METADATA,
    Column("account_id", Uuid, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("last_step", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failed_at", DateTime(timezone=True)),
)
RECOVERY_CODES = Table(
    "recovery_codes",
    METADATA,
    Column("account_id", Uuid, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)


async def totp(unit: Unit, account: UUID) -> Totp | None:
    """Returns an account's authenticator app; nobody else changes it until the transaction ends."""
    statement = select(TOTP_FACTORS).where(TOTP_FACTORS.c.account_id == account).with_for_update()
    row = (await unit.execute(statement)).mappings().one_or_none()
    return _totp(row) if row else None


async def add_totp(unit: Unit, factor: Totp) -> None:
    """Adds an account's authenticator app."""
    row = {"account_id": factor.account, "secret": factor.secret, "created_at": factor.created_at}
    await unit.execute(insert(TOTP_FACTORS), row | {"last_step": 0, "failures": 0})


async def confirm_totp(unit: Unit, account: UUID, now: datetime) -> None:
    """Makes an authenticator app count."""
    await unit.execute(update(TOTP_FACTORS).where(TOTP_FACTORS.c.account_id == account).values(confirmed_at=now))


async def use_step(unit: Unit, account: UUID, step: int) -> None:
    """Remembers the last code that was used; what was wrong before it is forgiven."""
    statement = update(TOTP_FACTORS).where(TOTP_FACTORS.c.account_id == account)
    await unit.execute(statement.values(last_step=step, failures=0, failed_at=None))


async def fail(unit: Unit, account: UUID, now: datetime) -> None:
    """Counts a wrong code."""
    statement = update(TOTP_FACTORS).where(TOTP_FACTORS.c.account_id == account)
    await unit.execute(statement.values(failures=TOTP_FACTORS.c.failures + 1, failed_at=now))


async def remove_totp(unit: Unit, account: UUID) -> None:
    """Removes an account's authenticator app."""
    await unit.execute(delete(TOTP_FACTORS).where(TOTP_FACTORS.c.account_id == account))


async def replace_codes(unit: Unit, account: UUID, digests: Iterable[bytes], now: datetime) -> None:
    """Replaces an account's recovery codes, used ones too."""
    await remove_codes(unit, account)
    rows = [{"account_id": account, "digest": digest, "created_at": now} for digest in digests]
    await unit.execute(insert(RECOVERY_CODES), rows)


async def remove_codes(unit: Unit, account: UUID) -> None:
    """Removes an account's recovery codes."""
    await unit.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account_id == account))


async def use_code(unit: Unit, account: UUID, digest: bytes, now: datetime) -> bool:
    """Uses a recovery code up; returns whether it was there and unused."""
    statement = update(RECOVERY_CODES).where(
        RECOVERY_CODES.c.account_id == account, RECOVERY_CODES.c.digest == digest, RECOVERY_CODES.c.used_at.is_(None)
    )
    return (await unit.execute(statement.values(used_at=now))).rowcount == 1


async def codes_left(unit: Unit, account: UUID) -> int:
    """Returns how many of an account's recovery codes are unused."""
    unused = (RECOVERY_CODES.c.account_id == account) & RECOVERY_CODES.c.used_at.is_(None)
    return int((await unit.execute(select(func.count()).select_from(RECOVERY_CODES).where(unused))).scalar_one())


def _totp(row: RowMapping) -> Totp:
    return Totp(
        row["account_id"],
        row["secret"],
        row["created_at"],
        row["confirmed_at"],
        row["last_step"],
        row["failures"],
        row["failed_at"],
    )
