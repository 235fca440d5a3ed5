"""Brings a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

_LOCK = text("SELECT pg_advisory_lock(hashtextextended('xorb migrations', 0))")


async def migrate(dsn: str) -> None:
    """Runs all steps that the database hasn't seen, and makes the event log's partitions of the coming year.

    Args:
        dsn: SQLAlchemy URL with the role that owns the schema.
    """
    engine = create_async_engine(dsn)
    try:
        async with engine.connect() as connection:
            await connection.execute(_LOCK)
            await connection.commit()
            await connection.run_sync(_upgrade)
            await connection.execute(text("SELECT event_log_partitions(12)"))
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
