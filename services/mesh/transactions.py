"""Transactions that begin and say for whom in one round trip.

SQLAlchemy's own way takes two round trips through its greenlets before the first statement; that was a quarter of the
time of reading one row. Here the engine is in AUTOCOMMIT, and the transaction's two ends go to the driver directly.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.mesh.errors import Failure, Reason

_LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError, OSError)
_ROLLBACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Transaction:
    """A connection inside a transaction, and the driver's own connection behind it."""

    connection: AsyncConnection
    driver: asyncpg.Connection


@asynccontextmanager
async def transaction(engine: AsyncEngine, beginning: str) -> AsyncIterator[Transaction]:
    """Opens a transaction, commits it at the end, and rolls it back on any error, cancellation included.

    Args:
        engine: An engine in AUTOCOMMIT.
        beginning: `BEGIN` and what is to be set, as one simple query.

    Raises:
        Failure: UNAVAILABLE; the database is gone.
    """
    opened = await _begin(engine, beginning)
    try:
        yield opened
        await _commit(opened)
    except BaseException:
        await asyncio.shield(_abandon(opened))
        raise
    await opened.connection.close()


async def _begin(engine: AsyncEngine, beginning: str) -> Transaction:
    """Returns a connection in a new transaction; pooled connections that died in the meantime are thrown away."""
    while True:
        connection = await engine.connect()
        raw = await connection.get_raw_connection()
        opened = Transaction(connection, raw.driver_connection)
        used = raw.info.setdefault("used", False)
        try:
            await opened.driver.execute(beginning)
        except _LOST as error:
            await connection.invalidate()
            await connection.close()
            if not used:
                raise Failure(Reason.UNAVAILABLE) from error
        except BaseException:
            await asyncio.shield(_abandon(opened))
            raise
        else:
            raw.info["used"] = True
            return opened


async def _commit(opened: Transaction) -> None:
    try:
        await opened.driver.execute("COMMIT")
    except _LOST as error:
        await opened.connection.invalidate()
        raise Failure(Reason.UNAVAILABLE) from error


async def _abandon(opened: Transaction) -> None:
    """Rolls back and gives the connection back; one that can't even do that goes to nobody else."""
    try:
        if not opened.connection.invalidated:
            async with asyncio.timeout(_ROLLBACK_SECONDS):
                await opened.driver.execute("ROLLBACK")
    except Exception:  # noqa: BLE001 - whatever the reason, it must not be used again
        await opened.connection.invalidate()
    finally:
        await opened.connection.close()
