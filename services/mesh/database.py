"""The unit of work: one PostgreSQL transaction under row-level security, with its events and its reply.

A transaction says first for which organization and account it works; policies on the tables compare with that, so a
forgotten WHERE clause returns nothing, and a transaction that says nothing sees nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from google.protobuf.message import Message
from sqlalchemy import URL, Executable, text
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.mesh import calls, transactions
from services.mesh.encryption import keyring
from services.mesh.encryption.keyring import Keyring, Sealed, Sealer
from services.mesh.events import log
from services.mesh.events.model import Event
from services.mesh.idempotency import Replayed, remember
from services.mesh.queries import Query

_SCOPE = text("SELECT set_config('xorb.organization', :organization, true), set_config('xorb.account', :account, true)")
_SERIALIZE = text("SELECT pg_advisory_xact_lock(hashtextextended(:topic, 0))")

M = TypeVar("M", bound=Message)


@dataclass
class Unit:
    """One transaction.

    Attributes:
        connection: The connection, inside its transaction.
        call: For whom and why.
        organization: The only organization whose rows are visible.
        keys: What sensitive fields are sealed with; None in a process that has none.
    """

    connection: AsyncConnection
    call: calls.Call
    organization: UUID
    keys: Keyring | None = None
    _events: list[tuple[UUID, Event]] = field(default_factory=list)
    _reply: Message | None = None
    _reply_sealed: bool = False
    _sealer: Sealer | None = None
    _afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def actor(self) -> str:
        """Who does what is done here."""
        return self.call.caller.subject

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | list[dict[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Runs a statement in the transaction."""
        result: CursorResult[Any] = await self.connection.execute(statement, parameters)
        return result

    async def serialize(self, topic: str) -> None:
        """Waits for every other transaction of the organization on the same topic to end.

        To be called before the first write: the transaction's number, and with it the place of its events, is drawn
        at the first write, so transactions on one resource must not interleave (see docs/adr/0003).
        """
        await self.execute(_SERIALIZE, {"topic": f"{self.organization}/{topic}"})

    @asynccontextmanager
    async def within(self, organization: UUID) -> AsyncIterator[None]:
        """Works on the rows of another organization for a while: the one that the call has just created."""
        before = self.organization
        await self._see(organization)
        try:
            yield
        finally:
            self.organization = before
        await self._see(before)

    async def _see(self, organization: UUID) -> None:
        self.organization = organization
        account = self.call.caller.account
        scope = {"organization": str(organization), "account": str(account) if account else ""}
        await self.connection.execute(_SCOPE, scope)

    def record(self, event: Event, organization: UUID | None = None) -> None:
        """Appends an event to the log of the organization, or of another, when the transaction commits.

        What an account does in no organization is in the account's own log, whose identifier is the account's.
        """
        log_of = organization or self.organization
        if log_of == calls.NO_ORGANIZATION:
            log_of = self.call.caller.account or log_of
        self._events.append((log_of, event))

    def reply(self, message: M, *, sealed: bool = False) -> M:
        """Keeps `message` as what a repeated request gets, and returns it; `sealed` if it holds what is sensitive."""
        self._reply, self._reply_sealed = message, sealed
        return message

    async def sealer(self) -> Sealer:
        """Returns what seals sensitive fields of the unit's organization. A first write: see `serialize`.

        Raises:
            Failure: UNAVAILABLE; Vault is away.
        """
        if self._sealer is None or self._sealer.organization != self.organization:
            self._sealer = await _require(self.keys).sealer(self)
        return self._sealer

    async def open(self, sealed: Sealed) -> bytes:
        """Returns a sealed field of the unit's organization in the clear.

        Raises:
            Failure: UNAVAILABLE; Vault is away.
            SealBrokenError: It isn't what was sealed there.
        """
        if sealed.key is None:
            return sealed.content
        return await _require(self.keys).open(self.organization, sealed, lambda key: keyring.find(self, key))

    def afterwards(self, do: Callable[[], Awaitable[None]]) -> None:
        """Does something once the transaction is committed, and only then; what it is must not fail."""
        self._afterwards.append(do)

    async def committed(self) -> None:
        """Does what was left for afterwards, even if the caller leaves now; the database calls it."""
        self.call.recorded = self.call.recorded or bool(self._events)
        if self._afterwards:
            await asyncio.shield(asyncio.gather(*(do() for do in self._afterwards)))

    async def finish(self) -> None:
        """Writes the events and the reply; the database calls it before the commit.

        Raises:
            Replayed: Another transaction has committed the same request in the meantime.
        """
        await self._append_events()
        if self._reply is not None and self.call.request_id:
            sealer = await self.sealer() if self._reply_sealed else None
            try:
                await remember(self.connection, self.call, self._reply, sealer)
            except IntegrityError as error:
                raise Replayed from error

    async def _append_events(self) -> None:
        here = self.organization
        own = [event for organization, event in self._events if organization == here]
        if own:
            await log.append(self.connection, self.call, here, own)
        for other in {organization for organization, _ in self._events} - {here}:
            async with self.within(other):
                events = [event for organization, event in self._events if organization == other]
                await log.append(self.connection, self.call, other, events)


class Database:
    """Opens units of work.

    Args:
        engine: An engine in AUTOCOMMIT.
        keys: What sensitive fields are sealed with; None for a process that has nothing to do with them.
    """

    def __init__(self, engine: AsyncEngine, keys: Keyring | None = None) -> None:
        self.engine = engine
        self.keys = keys

    @classmethod
    def connect(cls, dsn: str, *, pool: int = 8, keys: Keyring | None = None) -> "Database":
        """Returns a database whose connections are opened when first needed.

        Args:
            dsn: SQLAlchemy URL, `postgresql+asyncpg://…`.
            pool: Connections kept; as many again for bursts.
            keys: What sensitive fields are sealed with.
        """
        return cls(engine(dsn, pool), keys)

    @asynccontextmanager
    async def unit(self, call: calls.Call | None = None) -> AsyncIterator[Unit]:
        """Opens a transaction for `call`, or for the call being served; commits at the end, rolls back on an error.

        Raises:
            Replayed: Another transaction has committed the same request in the meantime.
        """
        call = call or calls.current()
        async with transactions.transaction(self.engine, _beginning(call)) as opened:
            unit = Unit(opened.connection, call, call.organization, self.keys)
            yield unit
            await unit.finish()
        await unit.committed()

    async def one(self, query: Query, **values: object) -> Any | None:  # noqa: ANN401 - a row's columns are its query's
        """Returns the row of a hot read for the call being served, outside any unit; None where there is none.

        Raises:
            Failure: UNAVAILABLE; the database is gone.
        """
        return await query.one(self.engine, calls.current(), **values)

    async def open(self, sealed: Sealed) -> bytes:
        """Returns a sealed field of the call's organization in the clear; no connection waits for Vault meanwhile.

        Raises:
            Failure: UNAVAILABLE; Vault or the database is away.
            SealBrokenError: It isn't what was sealed there.
        """
        if sealed.key is None:
            return sealed.content
        return await _require(self.keys).open(calls.current().organization, sealed, self._wrapped)

    async def _wrapped(self, key: UUID) -> str | None:
        async with self.unit() as unit:
            return await keyring.find(unit, key)

    async def close(self) -> None:
        """Closes all connections."""
        await self.engine.dispose()


def engine(
    url: str | URL, pool: int, connected: Callable[[], Awaitable[asyncpg.Connection]] | None = None
) -> AsyncEngine:
    """Returns an engine in AUTOCOMMIT, as units of work need it.

    Args:
        url: SQLAlchemy URL.
        pool: Connections kept; as many again for bursts.
        connected: Makes connections in place of the URL's own user and password.
    """
    how: dict[str, Any] = {"async_creator": connected} if connected else {}
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=10,
        isolation_level="AUTOCOMMIT",
        # An unexpected error is logged, and what people typed doesn't belong into a log.
        hide_parameters=True,
        **how,
    )


def _require(keys: Keyring | None) -> Keyring:
    if keys is None:
        raise RuntimeError("this process was given no keys for sensitive fields")
    return keys


def _beginning(call: calls.Call) -> str:
    """Returns what a transaction begins with. Only UUIDs go into the text."""
    account = call.caller.account
    return (
        f"BEGIN; SELECT set_config('xorb.organization', '{call.organization}', true), "
        f"set_config('xorb.account', '{account or ''}', true)"
    )
