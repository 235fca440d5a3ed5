"""Transactions that begin and say for whom in one round trip.

SQLAlchemy's own way takes two round trips through its greenlets before the first statement; that was a quarter of the
time of reading one row. Here the engine is in AUTOCOMMIT, and the transaction's two ends go to the driver directly.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.mesh.errors import Failure, Reason

_LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError, OSError)
_ROLLBACK_SECONDS = 5.0

T = TypeVar("T")


class DatabaseLost(Failure):
    """The database is gone, or not there yet."""

    def __init__(self) -> None:
        super().__init__(Reason.UNAVAILABLE)


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
        DatabaseLost: UNAVAILABLE.
    """
    opened = await _begin(engine, beginning)
    try:
        yield opened
        await _commit(opened)
    except BaseException:
        await asyncio.shield(_abandon(opened))
        raise
    await opened.connection.close()


async def alone(engine: AsyncEngine, run: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """Runs one statement, which is its own transaction, and returns its result.

    Raises:
        DatabaseLost: UNAVAILABLE.
    """
    connection, result = await _on_living(engine, run)
    await connection.close()
    return result


async def _begin(engine: AsyncEngine, beginning: str) -> Transaction:
    connection, driver = await _on_living(engine, lambda driver: _execute(driver, beginning))
    return Transaction(connection, driver)


async def _execute(driver: asyncpg.Connection, script: str) -> asyncpg.Connection:
    await driver.execute(script)
    return driver


async def _on_living(
    engine: AsyncEngine, run: Callable[[asyncpg.Connection], Awaitable[T]]
) -> tuple[AsyncConnection, T]:
    """Returns a connection and what `run` came to on it; pooled ones that died in the meantime are thrown away."""
    while True:
        connection = await _connect(engine)
        raw = await connection.get_raw_connection()
        used = raw.info.setdefault("used", False)
        try:
            result = await run(raw.driver_connection)
        except _LOST as error:
            await connection.invalidate()
            await connection.close()
            if not used:
                raise DatabaseLost from error
        except BaseException:
            await asyncio.shield(_abandon(Transaction(connection, raw.driver_connection)))
            raise
        else:
            raw.info["used"] = True
            return connection, result


async def _connect(engine: AsyncEngine) -> AsyncConnection:
    try:
        return await engine.connect()
    except (*_LOST, asyncpg.TooManyConnectionsError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        # SQLAlchemy translates errors of statements, not those of connecting.
        raise DatabaseLost from error


async def _commit(opened: Transaction) -> None:
    try:
        await opened.driver.execute("COMMIT")
    except _LOST as error:
        await opened.connection.invalidate()
        raise DatabaseLost from error


async def _abandon(opened: Transaction) -> None:
    """Rolls back and gives the connection back; one that can't even do that goes to nobody else."""
    try:
        if not opened.connection.invalidated:
            async with asyncio.timeout(_ROLLBACK_SECONDS):
                await _roll_back(opened.driver)
    except Exception:  # noqa: BLE001 - whatever the reason, it must not be used again
        await opened.connection.invalidate()
    finally:
        await opened.connection.close()


async def _roll_back(driver: asyncpg.Connection) -> None:
    if not driver.is_in_transaction():
        # A cancelled BEGIN may still be on its way: only an answer to something later tells what became of it.
        await driver.execute("")
    if driver.is_in_transaction():
        await driver.execute("ROLLBACK")
