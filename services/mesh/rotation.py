"""The database under credentials that change: a lease is renewed as long as Vault renews it, then the pool is swapped.

asyncpg can't change the credentials of a connection. So there is a new pool under the new credentials, from which
everything that begins takes its connections; what runs goes on in the old one, which is closed, and its credentials
revoked, when the last of it has ended. Nobody waits, and no request fails.

Credentials may die early, with the token that they were issued to. Then PostgreSQL refuses new connections: whoever
notices first has new credentials issued, and connects with those.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
import structlog
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from services.mesh import tasks
from services.mesh.credentials import Credentials, Lease
from services.mesh.database import Database, engine
from services.mesh.encryption.keyring import Keyring
from services.mesh.errors import Failure

_LOG = structlog.get_logger(__name__)
_RENEW_AT = 2 / 3
# A lease that is given less than this part of its time has come to its longest.
_WORTH_RENEWING = 0.75
_RETRY_SECONDS = 1.0
_DRAIN_SECONDS = 30.0
_LOOK_SECONDS = 0.05


class Rotation:
    """Keeps a database in credentials.

    Args:
        dsn: SQLAlchemy URL, `postgresql+asyncpg://…`; its user and password, if any, aren't used.
        credentials: Where they come from.
        pool: Connections kept; as many again for bursts.
        keys: What sensitive fields are sealed with.

    `changes` and `renewals` count what has happened.
    """

    def __init__(self, dsn: str, credentials: Credentials, *, pool: int = 8, keys: Keyring | None = None) -> None:
        self._url = make_url(dsn)
        self._credentials = credentials
        self._pool = pool
        self._keys = keys
        self._lease: Lease | None = None
        self._database: Database | None = None
        self._changing = asyncio.Lock()
        self._draining: set[asyncio.Task[None]] = set()
        self.changes = self.renewals = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Database]:
        """Gives the database; at the end its connections are closed and its credentials revoked.

        Raises:
            Failure: UNAVAILABLE; Vault issues none.
        """
        lease = self._lease = await self._credentials.issue()
        database = self._database = Database(self._engine(lease), self._keys)
        renewing = asyncio.create_task(self._renew(), name="database credentials: renew")
        try:
            yield database
        finally:
            await tasks.end(renewing, *self._draining)
            await database.close()
            with contextlib.suppress(Failure):
                await self._credentials.revoke(self.lease)

    async def change(self, known: Lease) -> Lease:
        """Replaces the credentials, unless they are others than `known` already; returns those of now.

        Raises:
            Failure: UNAVAILABLE; Vault issues none.
        """
        async with self._changing:
            current = self.lease
            if current is not known or self._database is None:
                return current
            lease = await self._credentials.issue()
            old, self._database.engine = self._database.engine, self._engine(lease)
            self._lease = lease
            self.changes += 1
            draining = asyncio.create_task(self._drain(old, known), name="database credentials: drain")
            self._draining.add(draining)
            draining.add_done_callback(self._draining.discard)
            return lease

    @property
    def lease(self) -> Lease:
        """The credentials of now, while it runs."""
        assert self._lease is not None  # noqa: S101 - there is one while it runs
        return self._lease

    def _engine(self, lease: Lease) -> AsyncEngine:
        async def connected() -> asyncpg.Connection:
            try:
                return await _connect(self._url, lease)
            except asyncpg.InvalidAuthorizationSpecificationError:
                return await _connect(self._url, await self.change(lease))

        return engine(self._url, self._pool, connected)

    async def _renew(self) -> None:
        """Renews the credentials when two thirds of their time are over, and replaces them when that ends."""
        while True:
            lease = self.lease
            await asyncio.sleep(lease.seconds * _RENEW_AT)
            if await self._renewed(lease):
                continue
            try:
                await self.change(lease)
            except Failure as failure:
                _LOG.warning("no new database credentials", error=str(failure.__cause__ or failure))
                await asyncio.sleep(_RETRY_SECONDS)

    async def _renewed(self, lease: Lease) -> bool:
        """Returns whether the credentials go on for most of their time; those replaced meanwhile do."""
        try:
            granted = await self._credentials.renew(lease)
        except Failure as failure:
            _LOG.warning("database credentials can't be renewed", error=str(failure.__cause__ or failure))
            return False
        if granted < lease.seconds * _WORTH_RENEWING:
            return self.lease is not lease
        self.renewals += 1
        return True

    async def _drain(self, old: AsyncEngine, lease: Lease) -> None:
        """Closes a pool when nobody uses it any more, or not for very long, and revokes its credentials."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(_DRAIN_SECONDS, lease.seconds)):
                await _unused(old)
        await old.dispose()
        with contextlib.suppress(Failure):
            await self._credentials.revoke(lease)


async def _unused(old: AsyncEngine) -> None:
    """Waits until no connection of a pool is in use; SQLAlchemy tells nobody when one comes back."""
    while isinstance(old.pool, QueuePool) and old.pool.checkedout():  # noqa: ASYNC110 - see above
        await asyncio.sleep(_LOOK_SECONDS)


async def _connect(url: URL, lease: Lease) -> asyncpg.Connection:
    """Connects as the role of a lease, to where a SQLAlchemy URL says; a socket's folder is in its query."""
    host, port = url.query.get("host", url.host), url.query.get("port", url.port)
    return await asyncpg.connect(
        host=host, port=int(str(port)), database=url.database, user=lease.username, password=lease.password
    )
