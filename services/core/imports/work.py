"""One import's file, read to its end: bytes given to the reading process, records handed on, counts kept."""

import hashlib
import time
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from services.core.imports import store, wire
from services.core.imports.domain import Counts, Import, Refusal, State
from services.core.imports.in_flight import InFlight
from services.core.imports.matching import Registered
from services.core.imports.reading.frames import Order
from services.core.imports.reading.session import Batch, End, LeftOut, News, Recognized, Session
from services.core.imports.sightings import Sightings
from services.core.targets import store as targets
from services.mesh import statuses
from services.mesh.calls import Call
from services.mesh.database import Database, Unit
from services.mesh.errors import Reason

_PROGRESS_SECONDS = 0.5
_MOST_REFUSALS = 1001


class Stopped(Exception):
    """The import has ended meanwhile: it was cancelled."""


@dataclass
class Work:
    """The work on one import.

    Args:
        database: Where the import is.
        sightings: The way to the findings service.
        call: The organization and identity to work as.
        value: The import.
        done: How many of its records another worker has handed on.
    """

    database: Database
    sightings: Sightings
    call: Call
    value: Import
    done: int = 0
    _read: int = 0
    _records: int = 0
    _refusals: list[Refusal] = field(default_factory=list)
    _told: int = 0
    _refused: int = 0
    _due: float = 0.0

    async def run(self) -> str:
        """Does it; returns why the file can't be read, or not to its end, and nothing where it was.

        Raises:
            Stopped: The import was cancelled.
            Lost: The reading process died.
            Failure: UNAVAILABLE; the database, Vault or the findings service is away. All can be tried again.
        """
        if self.value.state is not State.PROCESSING:
            raise Stopped
        if self.value.sha256 and await self._digest() != self.value.sha256:
            return "The file isn't the one that the SHA-256 is of."
        if self.value.strict and (reason := await self._check()):
            return reason
        return await self._record()

    async def _check(self) -> str:
        """Reads without recording anything, and returns why nothing will be."""
        reason = ""
        async with aclosing(self._news(check_only=True)) as news:
            async for one in news:
                reason = await self._take(one) or reason
        if self._refused:
            reason = reason or f"Records that can't be read: {self._refused}."
        if reason:
            await self._save()
            return f"{_sentence(reason)} Nothing was recorded."
        self._read = 0
        return ""

    async def _record(self) -> str:
        async with self.database.unit(self.call) as unit:
            registered = Registered([targets.target(row) for row in await unit.execute(targets.ALL)])
        reason = ""
        async with aclosing(self._news()) as news, aclosing(InFlight(self._handed_on)) as batches:
            async for one in news:
                if isinstance(one, Batch):
                    self._name_tool(one)
                    await batches.add(one.after, self.sightings.record(self.value, one.reports, registered.find))
                reason = await self._take(one) or reason
            await batches.all()
        await self._save()
        if self.value.engagement:
            await self._hold_against_scope()
        if not reason and self.value.source:
            await self._compare()
        return f"{_sentence(reason)} What comes before it is recorded." if reason and self.done else _sentence(reason)

    async def _compare(self) -> None:
        """Counts what the import's source sees no more, and resolves it where that is asked for and all was read."""
        gone = await self.sightings.gone(self.value)
        await self._tell(gone=gone)
        if self.value.close_gone and not self._refused:
            async for resolved in self.sightings.resolve_gone(self.value):
                await self._tell(closed=resolved)

    async def _hold_against_scope(self) -> None:
        """Counts what the import has seen outside of its engagement's scope."""
        async with self.database.unit(self.call) as unit:
            value = await self._open(unit)
            outside = await store.outside_scope(unit, value)
            await store.save(unit, replace(value, counts=replace(value.counts, outside_scope=outside)))

    async def _tell(self, *, gone: int = 0, closed: int = 0) -> None:
        """Notes what is gone; the first count stays, for a second one wouldn't see what has been resolved."""
        async with self.database.unit(self.call) as unit:
            value = await self._open(unit)
            counts = value.counts
            counts = replace(counts, gone=counts.gone or gone, closed=counts.closed + closed)
            await store.save(unit, replace(self._further(value), counts=counts))

    def _name_tool(self, batch: Batch) -> None:
        if not self.value.tool and batch.reports:
            self.value = replace(self.value, tool=batch.reports[0].tool[:200])

    async def _handed_on(self, after: int, recorded: Awaitable[None]) -> None:
        """Notes that a batch is recorded, and with it all before."""
        try:
            await recorded
        except Exception as error:
            failure = statuses.from_exception(error)
            if failure is not None and failure.reason is Reason.ILLEGAL_TRANSITION:
                raise Stopped from error
            raise
        self.done = self._records = after

    async def _take(self, one: News) -> str:
        """Notes what the reading process tells, and returns why it can't go on."""
        match one:
            case Recognized():
                self.value = replace(self.value, format=one.format)
                self._told = self._refused = 0
            case LeftOut():
                self._leave_out(one)
            case End():
                self._records = max(self._records, one.records)
                return one.reason
        if time.monotonic() >= self._due:
            await self._save()
        return ""

    def _leave_out(self, left: LeftOut) -> None:
        self._refused += left.count
        if self._told < _MOST_REFUSALS:
            self._refusals.append(Refusal(self._told, left.position, left.reason, left.count))
            self._told += 1

    async def _save(self) -> None:
        """Writes how far it is, and says so."""
        self._due = time.monotonic() + _PROGRESS_SECONDS
        refusals = self._refusals[:]
        async with self.database.unit(self.call) as unit:
            value = self._further(await self._open(unit))
            await store.save(unit, value)
            await store.add_refusals(unit, value.id, refusals)
            unit.record(wire.changed("import.progressed", value, f"{value.counts.records} records are read"))
        del self._refusals[: len(refusals)]

    async def _open(self, unit: Unit) -> Import:
        """Returns the import as it is now, if it isn't over."""
        value = await store.get(unit, self.value.id, lock=True)
        if value.state is not State.PROCESSING:
            raise Stopped
        return value

    def _further(self, value: Import) -> Import:
        counts: Counts = replace(value.counts, records=max(value.counts.records, self._records), refused=self._refused)
        return replace(
            value,
            format=self.value.format,
            tool=self.value.tool,
            read=min(value.received, max(value.read, self._read)),
            counts=counts,
            updated_at=datetime.now(UTC),
            revision=value.revision + 1,
        )

    async def _news(self, *, check_only: bool = False) -> AsyncGenerator[News, None]:
        label = self.value.label or self.value.format
        order = Order(self.value.format, self.value.filename, label, self.done, check_only)
        async with aclosing(Session(order, self._bytes).news()) as news:
            async for one in news:
                yield one

    async def _bytes(self, position: int) -> bytes:
        async with self.database.unit(self.call) as unit:
            found = await store.block(unit, self.value.id, position)
        if found is None:
            return b""
        start, content = found
        self._read = max(self._read, start + len(content))
        return content[position - start :]

    async def _digest(self) -> str:
        digest, position = hashlib.sha256(), 0
        while content := await self._bytes(position):
            digest.update(content)
            position += len(content)
        self._read = 0
        return digest.hexdigest()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""
