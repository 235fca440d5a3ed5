"""The sweeper: expired rows every few minutes, and an organization that is gone within seconds."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from opentelemetry import metrics
from redis.asyncio import Redis
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from services.mesh.events import cursor
from services.mesh.events.outages import DATABASE_LOST, REDIS_LOST, Backoff, heed_cancellation
from services.mesh.sweeping import rules
from services.mesh.sweeping.rules import ERASED, Rule

_LOG = structlog.get_logger(__name__)
_REMOVED = metrics.get_meter(__name__).create_counter(
    "sweeper.rows", description="Rows removed, by table and by why: erased with their organization, or expired"
)
_LOCK = "sweeper"
_GOING = text("SELECT organization_id FROM erasures WHERE finished_at IS NULL")
# For a while afterwards somebody may still write: the log of a refusal, a scan that wasn't told.
_LATE = text("SELECT organization_id FROM erasures WHERE finished_at IS NULL OR finished_at > now() - interval '1 day'")


@dataclass(frozen=True)
class Sweeper:
    """Removes what the database allows its role to.

    Args:
        dsn: SQLAlchemy URL of the database, with the relay's role; one connection is used, and no pool.
        redis: A client of `stream.connect`.
        keys: Give an organization's keys in Redis.
        batch: Rows to remove in one transaction.
        pause: Seconds between looks for organizations that are gone.
        period: Seconds between rounds for what has expired.
    """

    dsn: str = field(repr=False)
    redis: Redis
    keys: Sequence[Callable[[UUID], str]]
    batch: int = 500
    pause: float = 1.0
    period: float = 600.0

    async def run(self) -> None:
        """Sweeps until cancelled; outlives losses of PostgreSQL and of Redis. One sweeper works, others wait."""
        engine = create_async_engine(
            self.dsn,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"timeout": 5, "command_timeout": 60},
        )
        backoff = Backoff(self.pause, 30.0)
        try:
            while True:
                try:
                    async with engine.connect() as connection:
                        await self._work(connection, backoff)
                except (*DATABASE_LOST, *REDIS_LOST) as error:
                    _LOG.warning("sweeper interrupted", error=type(error).__name__)
                    heed_cancellation()
                    await backoff.wait()
        finally:
            await engine.dispose()

    async def _work(self, connection: AsyncConnection, backoff: Backoff) -> None:
        while not await cursor.try_lock(connection, _LOCK):  # noqa: ASYNC110 - the lock is in another process
            await asyncio.sleep(self.pause)
        due = 0.0
        while True:
            heed_cancellation()
            now = asyncio.get_running_loop().time()
            if now >= due:
                await self.sweep(connection)
                due = now + self.period
            else:
                await self._erase(connection, _GOING)
            backoff.reset()
            await asyncio.sleep(self.pause)

    async def sweep(self, connection: AsyncConnection) -> None:
        """Removes what has expired, and what was written late for organizations that are gone."""
        known = await rules.read(connection)
        await self._remove(connection, (rule for rule in known if rule.policy != ERASED))
        await self._erase(connection, _LATE)

    async def _erase(self, connection: AsyncConnection, which: TextClause) -> None:
        gone = (await connection.execute(which)).scalars().all()
        if not gone:
            return
        known = await rules.read(connection)
        await self._remove(connection, (rule for rule in known if rule.policy == ERASED))
        for organization in gone:
            await self.redis.unlink(*(key(organization) for key in self.keys))

    async def _remove(self, connection: AsyncConnection, known: Iterable[Rule]) -> None:
        for rule in known:
            removal, removed = rule.removal(self.batch), self.batch
            while removed >= self.batch:
                heed_cancellation()
                removed = (await connection.exec_driver_sql(removal)).rowcount
                if removed:
                    _REMOVED.add(removed, {"table": rule.table, "why": rule.policy})
