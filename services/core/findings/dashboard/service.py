"""The dashboards service."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime

from xorb.common.v1.watch_pb2 import EventMetadata
from xorb.core.v1 import dashboard_pb2, dashboard_pb2_grpc

from services.core.findings.dashboard import store, wire
from services.core.findings.tables import FIELDS
from services.mesh import identifiers, names, tasks
from services.mesh.database import Database
from services.mesh.events.model import LoggedEvent
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.layer import Context

_Record = dashboard_pb2.WatchDashboardResponse
_Read = Callable[[], Awaitable[dashboard_pb2.Dashboard]]
_MOVED_BY = frozenset({"finding", "import", "target", "deadline"})


@dataclass
class DashboardsServicer(dashboard_pb2_grpc.DashboardsServiceServicer):
    """Serves `xorb.core.v1.DashboardsService`.

    Args:
        database: Where counters are.
        watcher: Tells of events.
        pause: Seconds between two snapshots of a watch, at the least.
        look: Seconds of silence after which a watch looks at the counters itself.
    """

    database: Database
    watcher: Watcher
    pause: float = 0.25
    look: float = 5.0

    async def GetDashboard(
        self, request: dashboard_pb2.GetDashboardRequest, context: Context
    ) -> dashboard_pb2.Dashboard:
        """Returns the counters as they are now."""
        names.parse(wire.DASHBOARD, request.name)
        return await self._read(request.filter)

    async def WatchDashboard(
        self, request: dashboard_pb2.WatchDashboardRequest, context: Context
    ) -> AsyncIterator[dashboard_pb2.WatchDashboardResponse]:
        """Tells the counters whenever they have changed."""
        (organization,) = names.parse(wire.ORGANIZATION, request.parent)
        wire.target_of(organization, request.filter)
        source = self.watcher.watch(
            response_class=dashboard_pb2.WatchDashboardResponse,
            parent=request.parent,
            accept=_moves,
            present=wire.changed,
            names=wire.targets,
            fields={"target": FIELDS["target"]},
            filter=request.filter,
            resume_token=request.resume_token,
        )
        # What was shown before the break isn't known, and counters move without events, too.
        resumed = bool(request.resume_token)
        counting = _Counting(lambda: self._read(request.filter), self.pause, self.look, resumed)
        async with aclosing(source), aclosing(counting.records(source)) as records:
            async for record in records:
                yield record

    async def _read(self, expression: str) -> dashboard_pb2.Dashboard:
        async with self.database.unit() as unit:
            target = wire.target_of(unit.organization, expression)
            return wire.message(unit.organization, target, await store.read(unit, target, datetime.now(UTC)))


def _moves(event: LoggedEvent) -> bool:
    """Returns whether an event may have moved a counter."""
    return event.event.type.partition(".")[0] in _MOVED_BY


@dataclass
class _Counting:
    """One watch while it runs: records of what moves counters, turned into the counters themselves.

    Events say that something may have changed at once. What moves counters without an event, as an import does that
    sees findings again in other words, is found out by a look every few seconds.

    Args:
        read: Returns the counters as they are.
        pause: Seconds from one event to the next, at the least.
        look: Seconds of silence after which the counters are looked at.
        resumed: Whether the watch goes on after a break: it tells the counters as soon as it has caught up.
    """

    read: _Read
    pause: float
    look: float
    resumed: bool
    _shown: dashboard_pb2.Dashboard | None = None
    _told: _Record | None = None
    _token: str = ""
    _last: float = field(default=float("-inf"))

    async def records(self, source: AsyncIterator[_Record]) -> AsyncGenerator[_Record, None]:
        """Yields the records of the watch.

        Args:
            source: A record for each event that may move a counter, and those that say how the watch itself is doing.
        """
        coming = asyncio.ensure_future(anext(source, None))
        try:
            while True:
                await asyncio.wait((coming,), timeout=self._patience())
                if not coming.done():
                    if event := await self._event():
                        yield event
                    continue
                record = coming.result()
                if record is None:
                    return
                coming = asyncio.ensure_future(anext(source, None))
                if record.WhichOneof("record") == "event":
                    self._told, self._token = record, record.resume_token
                    if not self._patience() and (event := await self._event()):
                        yield event
                    continue
                self._token = record.resume_token
                # Whoever has caught up has seen what happened before.
                returns = self.resumed and self._shown is None
                if (self._told or returns) and (event := await self._event()):
                    yield event
                if self._shown is None:
                    self._shown, self._last = await self.read(), asyncio.get_running_loop().time()
                yield record
        finally:
            await tasks.end(coming)

    def _patience(self) -> float | None:
        """Returns for how many seconds to wait for the next record; None before the watch has caught up."""
        if self._told is None and self._shown is None:
            return None
        since = asyncio.get_running_loop().time() - self._last
        return max(0.0, (self.pause if self._told else self.look) - since)

    async def _event(self) -> _Record | None:
        """Returns the counters as an event, or nothing where they are what they were."""
        self._last = asyncio.get_running_loop().time()
        cause, self._told = self._told, None
        now = await self.read()
        if now == self._shown:
            return None
        self._shown = now
        metadata = cause.event.metadata if cause else _metadata(now)
        return _Record(event={"metadata": metadata, "dashboard": now}, resume_token=self._token)


def _metadata(dashboard: dashboard_pb2.Dashboard) -> EventMetadata:
    """Returns what is common to all events, of a change that had none."""
    metadata = EventMetadata(event_id=str(identifiers.new()), type=wire.CHANGED, resource=dashboard.name)
    metadata.time.FromDatetime(datetime.now(UTC))
    return metadata
