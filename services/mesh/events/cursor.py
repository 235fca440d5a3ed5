"""Where the relay is in the log, kept in PostgreSQL, and the lock that lets one relay work at a time."""

from sqlalchemy import BigInteger, Column, Table, Text, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mesh.events.model import START, Position
from services.mesh.tables import METADATA

CURSORS = Table(
    "relay_cursor",
    METADATA,
    Column("relay", Text, primary_key=True),
    Column("transaction", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)
_TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended('xorb relay ' || CAST(:relay AS text), 0))")


async def try_lock(connection: AsyncConnection, relay: str) -> bool:
    """Returns whether this session may work as `relay`; it may until it ends."""
    return bool((await connection.execute(_TRY_LOCK, {"relay": relay})).scalar_one())


async def load(connection: AsyncConnection, relay: str) -> Position:
    """Returns the position up to which `relay` has published everything; zeros before its first time."""
    statement = select(CURSORS.c.transaction, CURSORS.c.sequence).where(CURSORS.c.relay == relay)
    row = (await connection.execute(statement)).one_or_none()
    return Position(row.transaction, row.sequence) if row else START


async def store(connection: AsyncConnection, relay: str, position: Position) -> None:
    """Stores the position of `relay`; never moves it back."""
    statement = insert(CURSORS).values(relay=relay, transaction=position.transaction, sequence=position.sequence)
    new = statement.excluded
    forward = tuple_(CURSORS.c.transaction, CURSORS.c.sequence) < tuple_(new.transaction, new.sequence)
    changes = {"transaction": new.transaction, "sequence": new.sequence}
    await connection.execute(statement.on_conflict_do_update(index_elements=["relay"], set_=changes, where=forward))
