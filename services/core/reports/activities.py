"""What a report's workflow has done: rendering, and saying that it failed. Each may be done twice without harm."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from services.core.reports import assembling, domain, formats, store, wire
from services.core.reports.assembling import Background
from services.core.reports.domain import File, Format, Report, State
from services.core.reports.engagements import store as engagements
from services.core.reports.model import Finding
from services.core.reports.orders import Ending, ReportOrder
from services.core.reports.rendering import running
from services.core.reports.rendering.running import RenderingError
from services.core.reports.sources import store as sources
from services.core.reports.sources.store import Selection
from services.core.reports.templates import store as templates
from services.core.reports.templates.domain import Content
from services.core.reports.workflows import FAIL, RENDER
from services.mesh import identifiers, tasks
from services.mesh.calls import Call, Caller
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason

IDENTITY = "spiffe://xorb/orchestrator"
_HEARTBEAT_SECONDS = 1.0
_STEP = 5  # percent between two events


@dataclass(frozen=True)
class ReportActivities:
    """The activities.

    Args:
        database: Where reports and findings are.
    """

    database: Database

    def all(self) -> list[Callable[..., Coroutine[Any, Any, Any]]]:
        """Returns the activities, for a worker."""
        return [self.render, self.fail]

    @activity.defn(name=RENDER)
    async def render(self, order: ReportOrder) -> None:
        """Renders a report in all its formats. Until its row is committed, it fails and is tried again."""
        beating = asyncio.create_task(_heartbeats())
        try:
            await self._render(order)
        except RenderingError as error:
            raise ApplicationError(str(error), non_retryable=True) from error
        except Failure as failure:
            # Nothing else will come of a filter that isn't one any more.
            refused = failure.reason is Reason.INVALID_FILTER
            raise ApplicationError(failure.message, non_retryable=refused) from failure
        finally:
            await tasks.end(beating)

    @activity.defn(name=FAIL)
    async def fail(self, ending: Ending) -> None:
        """Says that a report has failed; one that has ended, or isn't there any more, stays as it is."""
        async with self.database.unit(_call(ending.order)) as unit:
            report = await store.get(unit, UUID(ending.order.report), lock=True)
            if report is None or report.state in domain.ENDED:
                return
            await store.clear(unit, report.id)
            await _save(
                unit, domain.move(report, State.FAILED, _now(), ending.reason), "failed", "couldn't be rendered"
            )

    async def _render(self, order: ReportOrder) -> None:
        call = _call(order)
        async with self.database.unit(call) as unit:
            report = await _begin(unit, UUID(order.report))
            if report is None:
                return
            content = await _content(unit, report)
            of = report.order.engagement
            background = Background(
                await sources.organization(unit),
                await sources.targets(unit, of),
                await engagements.read(unit, of, report.order.testers) if of else None,
            )
        work = _Work(self.database, call, report, content, background)
        files = [await work.file(one) for one in report.order.formats]
        async with self.database.unit(call) as unit:
            report = await store.get(unit, report.id, lock=True)
            if report is None:
                return
            for file in files:
                await store.add_file(unit, report, file)
            done = replace(domain.move(report, State.SUCCEEDED, _now()), finding_count=work.count, files=tuple(files))
            await _save(unit, done, "succeeded", "is ready")


@dataclass
class _Work:
    """One report in the making."""

    database: Database
    call: Call
    report: Report
    content: Content
    background: Background
    count: int = 0
    told: int = 0
    finished: int = 0

    async def file(self, wanted: Format) -> File:
        """Renders one format, keeps its pieces sealed, and returns the file."""
        name = wanted.name.lower()
        selection, now = await self._choose(name)
        model = assembling.assemble(self.report, self.content, selection.figures, self.background, now)
        file, size, digest = identifiers.new(), 0, hashlib.sha256()
        pieces = _of_size(running.render(name, model, self._findings(selection, now)), store.PIECE)
        number = 0
        async for piece in pieces:
            async with self.database.unit(self.call) as unit:
                await store.add_piece(unit, self.report, file, number, piece)
            number, size = number + 1, size + len(piece)
            digest.update(piece)
        self.finished += 1
        title = assembling.file_name(self.report.order.display_name, formats.EXTENSIONS[name])
        return File(file, wanted, title, formats.MEDIA_TYPES[name], size, digest.hexdigest())

    async def _choose(self, name: str) -> tuple[Selection, datetime]:
        now = _now()
        filters = (self.content.filter, self.report.order.filter)
        async with self.database.unit(self.call) as unit:
            selection = await sources.choose(
                unit, filters, now, documents=name in formats.DOCUMENTS, engagement=self.report.order.engagement
            )
        if len(selection.ids) > sources.MOST:
            raise RenderingError(f"The report would have more than {sources.MOST} findings. Narrow its filter.")
        self.count = max(self.count, len(selection.ids))
        return selection, now

    async def _findings(self, selection: Selection, now: datetime) -> AsyncIterator[list[Finding]]:
        evidence, total = not self.content.omits_evidence, max(1, len(selection.ids))
        read = 0
        async for batch in sources.read(self.database, self.call, selection.ids, now, evidence=evidence):
            yield batch
            read += len(batch)
            await self._tell((self.finished + read / total) / len(self.report.order.formats))

    async def _tell(self, share: float) -> None:
        """Says how far it is; the last percents are the end's."""
        percent = min(99, int(share * 100))
        if percent < self.told + _STEP:
            return
        self.told = percent
        async with self.database.unit(self.call) as unit:
            report = await store.get(unit, self.report.id, lock=True)
            if report is not None and report.state is State.RENDERING:
                await _save(unit, replace(report, percent=percent), "progressed", f"is rendered to {percent} percent")


async def _begin(unit: Unit, identifier: UUID) -> Report | None:
    """Returns the report to render, without what an earlier attempt left; None where it has ended."""
    report = await store.get(unit, identifier, lock=True)
    if report is None:
        raise Failure(Reason.NOT_FOUND, "The report isn't there yet, or not any more.")
    if report.state in domain.ENDED:
        return None
    await store.clear(unit, report.id)
    if report.state is State.QUEUED:
        report = domain.move(report, State.RENDERING, _now())
        await _save(unit, report, "started", "is being rendered")
    return report


async def _content(unit: Unit, report: Report) -> Content:
    """Returns what the report's template said when it was ordered; nothing for a template that was removed since."""
    order = report.order
    template = await templates.version(unit, order.template, order.template_version) if order.template else None
    return template.content if template else Content()


async def _save(unit: Unit, report: Report, verb: str, what: str) -> None:
    await store.save(unit, report)
    unit.record(wire.event(unit.organization, report, verb, f"Report {report.order.display_name} {what}"))


async def _of_size(pieces: AsyncIterator[bytes], size: int) -> AsyncIterator[bytes]:
    """Yields the same bytes in pieces of one size; only the last one may be smaller."""
    held = bytearray()
    async for piece in pieces:
        held += piece
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


async def _heartbeats() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(_HEARTBEAT_SECONDS)


def _call(order: ReportOrder) -> Call:
    return Call(method="RenderReport", caller=Caller(IDENTITY), organization=UUID(order.organization))


def _now() -> datetime:
    return datetime.now(UTC)
