"""Transactions that begin and say for whom in one round trip.

SQLAlchemy's own way takes two round trips through its greenlets before the first statement; that was a quarter of the
time of reading one row. Here the engine is in AUTOCOMMIT, and the transaction's two ends go to the driver directly.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.mesh.errors import Failure, Reason

_LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError, OSError)
_ROLLBACK_SECONDS = 5.0


@asynccontextmanager
async def transaction(engine: AsyncEngine, beginning: str) -> AsyncIterator[AsyncConnection]:
    """Opens a transaction, commits it at the end, and rolls it back on any error, cancellation included.

    Args:
        engine: An engine in AUTOCOMMIT.
        beginning: `BEGIN` and what is to be set, as one simple query.

    Raises:
        Failure: UNAVAILABLE; the database is gone.
    """
    connection = await _begin(engine, beginning)
    try:
        try:
            yield connection
        except BaseException:
            await asyncio.shield(_roll_back(connection))
            raise
        await _commit(connection)
    finally:
        await asyncio.shield(connection.close())


async def _begin(engine: AsyncEngine, beginning: str) -> AsyncConnection:
    """Returns a connection in a new transaction; pooled connections that died in the meantime are thrown away."""
    while True:
        connection = await engine.connect()
        fresh = not connection.sync_connection or connection.sync_connection.info.setdefault("used", False) is False
        try:
            await (await _driver(connection)).execute(beginning)
        except _LOST as error:
            await connection.invalidate()
            await connection.close()
            if fresh:
                raise Failure(Reason.UNAVAILABLE) from error
        except BaseException:
            await asyncio.shield(_roll_back(connection))
            await asyncio.shield(connection.close())
            raise
        else:
            if connection.sync_connection:
                connection.sync_connection.info["used"] = True
            return connection


async def _commit(connection: AsyncConnection) -> None:
    try:
        await (await _driver(connection)).execute("COMMIT")
    except _LOST as error:
        await connection.invalidate()
        raise Failure(Reason.UNAVAILABLE) from error
    except BaseException:
        await asyncio.shield(_roll_back(connection))
        raise


async def _roll_back(connection: AsyncConnection) -> None:
    """Ends the transaction; a connection that can't even do that goes to nobody else."""
    try:
        if not connection.invalidated:
            async with asyncio.timeout(_ROLLBACK_SECONDS):
                await (await _driver(connection)).execute("ROLLBACK")
    except Exception:  # noqa: BLE001 - whatever the reason, it must not be used again
        await connection.invalidate()


async def _driver(connection: AsyncConnection) -> asyncpg.Connection:
    driver: asyncpg.Connection = (await connection.get_raw_connection()).driver_connection
    return driver
