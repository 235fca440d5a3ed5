"""Passkeys in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    LargeBinary,
    RowMapping,
    Select,
    Table,
    Text,
    Uuid,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason
from services.mesh.tables import METADATA
from services.security.identity.passkeys.domain import Credential, Passkey

PASSKEYS = Table(
    "passkeys",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("credential_id", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("transports", ARRAY(Text), nullable=False),
    Column("synced", Boolean, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)


async def add(unit: Unit, passkey: Passkey) -> None:
    """Adds a passkey.

    Raises:
        Failure: ALREADY_EXISTS; it is somebody's.
    """
    row = {
        "id": passkey.id,
        "account_id": passkey.account,
        "credential_id": passkey.credential.id,
        "public_key": passkey.credential.public_key,
        "sign_count": passkey.credential.sign_count,
        "transports": list(passkey.credential.transports),
        "synced": passkey.credential.synced,
        "display_name": passkey.display_name,
        "created_at": passkey.created_at,
    }
    try:
        await unit.execute(insert(PASSKEYS), row)
    except IntegrityError as error:
        raise Failure(Reason.ALREADY_EXISTS, "This passkey is registered already.") from error


def of_account(account: UUID) -> Select[Any]:
    """Returns the statement for an account's passkeys."""
    return select(PASSKEYS).where(PASSKEYS.c.account_id == account)


async def every(unit: Unit, account: UUID) -> list[Passkey]:
    """Returns an account's passkeys."""
    return [passkey(row) for row in (await unit.execute(of_account(account))).mappings()]


async def one(unit: Unit, account: UUID, identifier: UUID) -> Passkey | None:
    """Returns a passkey of an account; nobody else changes it until the transaction ends."""
    statement = of_account(account).where(PASSKEYS.c.id == identifier).with_for_update()
    row = (await unit.execute(statement)).mappings().one_or_none()
    return passkey(row) if row else None


async def by_credential(unit: Unit, credential: bytes) -> Passkey | None:
    """Returns the passkey with a device's name of it; nobody else changes it until the transaction ends."""
    statement = select(PASSKEYS).where(PASSKEYS.c.credential_id == credential).with_for_update()
    row = (await unit.execute(statement)).mappings().one_or_none()
    return passkey(row) if row else None


async def use(unit: Unit, identifier: UUID, sign_count: int, now: datetime) -> None:
    """Remembers that a passkey was used."""
    await unit.execute(update(PASSKEYS).where(PASSKEYS.c.id == identifier).values(sign_count=sign_count, used_at=now))


async def rename(unit: Unit, identifier: UUID, display_name: str) -> None:
    """Changes what a passkey is called."""
    await unit.execute(update(PASSKEYS).where(PASSKEYS.c.id == identifier).values(display_name=display_name))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a passkey."""
    await unit.execute(delete(PASSKEYS).where(PASSKEYS.c.id == identifier))


def passkey(row: RowMapping) -> Passkey:
    """Returns a row as a passkey."""
    credential = Credential(
        row["credential_id"], row["public_key"], row["sign_count"], tuple(row["transports"]), row["synced"]
    )
    return Passkey(row["id"], row["account_id"], credential, row["display_name"], row["created_at"], row["used_at"])
