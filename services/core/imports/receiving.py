"""Takes a file in pieces: whatever size these have, blocks of one size are kept, each before it is acknowledged."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from xorb.core.v1 import import_pb2

from services.core.imports import domain, store, wire
from services.core.imports.control import Control
from services.core.imports.domain import BLOCK, Bounds, Import
from services.core.imports.orders import ImportOrder
from services.mesh import names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, invalid_field

Requests = AsyncIterator[import_pb2.ImportFindingsRequest]
Responses = AsyncIterator[import_pb2.ImportFindingsResponse]
_PATIENCE = 60.0
_PROGRESS = timedelta(seconds=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Receiver:
    """Takes files.

    Args:
        database: Where they are kept.
        control: Starts the work on whole ones.
        bounds: How large they may be.
        patience: Seconds that a sender may be silent.
    """

    database: Database
    control: Control
    bounds: Bounds
    patience: float = _PATIENCE

    async def receive(self, requests: Requests) -> Responses:
        """Keeps what is sent and acknowledges it; begins to work on the file at its end.

        Raises:
            Failure: NOT_FOUND, OFFSET_MISMATCH, ILLEGAL_TRANSITION, REQUEST_TOO_LARGE, QUOTA_EXCEEDED, INVALID_FIELD,
                DEADLINE_EXCEEDED, UNAVAILABLE.
        """
        first = await self._next(requests)
        if first is None or not first.name:
            raise invalid_field("name", "the first request says which import it is")
        _, identifier = names.parse(wire.IMPORT, first.name)
        yield _acknowledged(await self._begin(identifier, first.offset))
        pieces = _Pieces(identifier, first.offset)
        request: import_pb2.ImportFindingsRequest | None = first
        while request is not None:
            pieces.waiting += request.content.data
            while len(pieces.waiting) >= BLOCK:
                yield _acknowledged(await self._keep(pieces))
            request = await self._next(requests)
        if pieces.waiting:
            await self._keep(pieces)
        yield import_pb2.ImportFindingsResponse(file_import=await self._end(identifier, finish=first.finish))

    async def _next(self, requests: Requests) -> import_pb2.ImportFindingsRequest | None:
        try:
            async with asyncio.timeout(self.patience):
                return await anext(requests, None)
        except TimeoutError as error:
            message = f"Nothing came for {self.patience:g} seconds. Go on at the import's received_bytes."
            raise Failure(Reason.DEADLINE_EXCEEDED, message) from error

    async def _begin(self, identifier: UUID, offset: int) -> int:
        async with self.database.unit() as unit:
            value = await store.get(unit, identifier)
        domain.require_open(value, datetime.now(UTC))
        domain.require_offset(value, offset)
        return value.received

    async def _keep(self, pieces: "_Pieces") -> int:
        """Keeps the next block, unless somebody else has sent it meanwhile, and returns how many bytes there are."""
        content = bytes(pieces.waiting[:BLOCK])
        now = datetime.now(UTC)
        async with self.database.unit() as unit:
            value = await store.get(unit, pieces.identifier, lock=True)
            domain.require_open(value, now)
            domain.require_offset(value, pieces.offset)
            domain.require_room(value, len(content), await store.kept(unit, now), self.bounds)
            await store.add_block(unit, value, content)
            value = domain.received(value, len(content), now)
            await store.save(unit, value)
            if now - pieces.told >= _PROGRESS:
                pieces.told = now
                unit.record(wire.changed("import.received", value, f"{value.received} bytes of a file are here"))
        del pieces.waiting[:BLOCK]
        pieces.offset = value.received
        return value.received

    async def _end(self, identifier: UUID, *, finish: bool) -> import_pb2.Import:
        async with self.database.unit() as unit:
            value = await store.get(unit, identifier, lock=True)
            if finish:
                domain.require_open(value, datetime.now(UTC))
                value = await self._started(unit, domain.finish(value, datetime.now(UTC)))
            return wire.message(value)

    async def _started(self, unit: Unit, value: Import) -> Import:
        """Starts the work before the state is committed, and it waits for that: when either fails, neither is left."""
        await store.save(unit, value)
        unit.record(wire.changed("import.started", value, "A file is whole, and is read"))
        await self.control.start(wire.name(value), ImportOrder(str(value.organization), str(value.id)))
        return value


@dataclass
class _Pieces:
    """What has come and isn't kept yet, and where in the file it belongs."""

    identifier: UUID
    offset: int
    waiting: bytearray = field(default_factory=bytearray)
    told: datetime = _NEVER


def _acknowledged(received: int) -> import_pb2.ImportFindingsResponse:
    return import_pb2.ImportFindingsResponse(received_bytes=received)
