"""The findings service, and the one by which scans and imports hand over what was seen."""

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import dataclass

from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.core.findings import changes, corrections, domain, recording, store, wire
from services.core.findings.acceptances import covering
from services.core.findings.domain import Change, Finding, State
from services.core.findings.search import store as listing
from services.core.findings.sightings import store as sightings
from services.core.findings.sources import store as sources
from services.core.findings.tables import SIGHTING_FIELDS, SIGHTINGS, WATCH_FIELDS
from services.core.imports import store as imports
from services.mesh import masks, names
from services.mesh.database import Database, Unit
from services.mesh.errors import invalid_field, not_found
from services.mesh.events.model import LoggedEvent
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_MOST_RESOLVED = 1000


@dataclass
class FindingsServicer(finding_pb2_grpc.FindingsServiceServicer):
    """Serves `xorb.core.v1.FindingsService`.

    Args:
        database: Where findings are.
        pager: Cuts lists into pages.
        watcher: Tells of events.
    """

    database: Database
    pager: Pager
    watcher: Watcher

    async def GetFinding(self, request: finding_pb2.GetFindingRequest, context: Context) -> finding_pb2.Finding:
        """Returns one finding."""
        organization, identifier = names.parse(wire.FINDING, request.name)
        finding = await store.read(self.database, identifier)
        if finding is None:
            raise not_found(request.name)
        return wire.message(organization, finding)

    async def ListFindings(
        self, request: finding_pb2.ListFindingsRequest, context: Context
    ) -> finding_pb2.ListFindingsResponse:
        """Lists findings, a page at a time."""
        scope = f"ListFindings:{request.parent}:{request.query}"
        wanted = PageRequest(scope, request.page_size, request.page_token, request.filter, request.order_by)
        async with self.database.unit() as unit:
            page = await listing.page(unit, self.pager, wanted, request.query)
        found = [await store.finding(row, self.database.open) for row in page.rows]
        findings = [wire.message(unit.organization, one) for one in found]
        return finding_pb2.ListFindingsResponse(findings=findings, next_page_token=page.next_page_token)

    async def UpdateFinding(self, request: finding_pb2.UpdateFindingRequest, context: Context) -> finding_pb2.Finding:
        """Changes a finding's wording."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.finding.name, request.finding.etag)
            changed = masks.fields(request.finding, request.update_mask, wire.message(unit.organization, current))
            finding = domain.reword(current, wire.wording(request.finding), changed, changes.now())
            return await _save(unit, finding, "updated")

    async def TriageFinding(self, request: finding_pb2.TriageFindingRequest, context: Context) -> finding_pb2.Finding:
        """Confirms a finding."""
        return await self._move(request.name, request.etag, State.TRIAGED, "triaged")

    async def ResolveFinding(self, request: finding_pb2.ResolveFindingRequest, context: Context) -> finding_pb2.Finding:
        """Says that a finding is fixed."""
        return await self._move(request.name, request.etag, State.RESOLVED, "resolved")

    async def DismissFinding(self, request: finding_pb2.DismissFindingRequest, context: Context) -> finding_pb2.Finding:
        """Says that a finding is a false positive."""
        return await self._move(request.name, request.etag, State.DISMISSED, "dismissed", wire.reason(request))

    async def ReopenFinding(self, request: finding_pb2.ReopenFindingRequest, context: Context) -> finding_pb2.Finding:
        """Opens a finding again."""
        return await self._move(request.name, request.etag, State.OPEN, "reopened")

    async def StartRemediation(
        self, request: finding_pb2.StartRemediationRequest, context: Context
    ) -> finding_pb2.Finding:
        """Says that somebody is mending a finding."""
        return await self._move(request.name, request.etag, State.IN_REMEDIATION, "remediation_started")

    async def MarkDuplicate(self, request: finding_pb2.MarkDuplicateRequest, context: Context) -> finding_pb2.Finding:
        """Says that a finding is the same weakness as another."""
        async with self.database.unit() as unit:
            finding = await _find_to_change(unit, request.name, request.etag)
            (kept,) = await _others(unit, finding, "duplicate_of", [request.duplicate_of])
            _, (duplicate,) = await corrections.merge(unit, kept, [finding])
            return unit.reply(wire.message(unit.organization, duplicate), sealed=True)

    async def MergeFindings(self, request: finding_pb2.MergeFindingsRequest, context: Context) -> finding_pb2.Finding:
        """Makes other findings duplicates of one."""
        async with self.database.unit() as unit:
            finding = await _find_to_change(unit, request.name, request.etag)
            others = await _others(unit, finding, "duplicates", request.duplicates)
            kept, _ = await corrections.merge(unit, finding, others)
            return unit.reply(wire.message(unit.organization, kept), sealed=True)

    async def SplitFinding(
        self, request: finding_pb2.SplitFindingRequest, context: Context
    ) -> finding_pb2.SplitFindingResponse:
        """Takes sightings out of a finding."""
        async with self.database.unit() as unit:
            finding = await _find_to_change(unit, request.name, request.etag)
            chosen = wire.sightings_named(finding.id, request.sightings)
            rest, part = await corrections.split(unit, finding, chosen)
            here = unit.organization
            parts = finding_pb2.SplitFindingResponse(finding=wire.message(here, rest), split=wire.message(here, part))
            return unit.reply(parts, sealed=True)

    async def ListSightings(
        self, request: finding_pb2.ListSightingsRequest, context: Context
    ) -> finding_pb2.ListSightingsResponse:
        """Lists a finding's sightings, a page at a time."""
        wanted = PageRequest(f"ListSightings:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            finding = await _find(unit, request.parent)
            listed, order = sightings.of(finding.id), "time desc"
            page = await self.pager.page(
                unit, listed, wanted, fields=SIGHTING_FIELDS, default_order=order, key=SIGHTINGS.c.id
            )
        seen = [await sightings.seen(row, self.database.open) for row in page.rows]
        found = [wire.sighting(unit.organization, finding.id, one) for one in seen]
        return finding_pb2.ListSightingsResponse(sightings=found, next_page_token=page.next_page_token)

    async def WatchFindings(
        self, request: finding_pb2.WatchFindingsRequest, context: Context
    ) -> AsyncIterator[finding_pb2.WatchFindingsResponse]:
        """Tells of every new and changed finding."""
        records = self.watcher.watch(
            response_class=finding_pb2.WatchFindingsResponse,
            parent=request.parent,
            accept=_is_of_finding,
            present=wire.present,
            names=wire.filterable,
            fields=WATCH_FIELDS,
            filter=request.filter,
            resume_token=request.resume_token,
        )
        async with aclosing(records):
            async for record in records:
                yield record

    async def _move(self, name: str, etag: str, state: State, verb: str, reason: str = "") -> finding_pb2.Finding:
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, name, etag)
            return await _save(unit, domain.move(current, state, changes.now(), reason), verb)


@dataclass
class SightingsServicer(finding_pb2_grpc.SightingsServiceServicer):
    """Serves `xorb.core.v1.SightingsService`.

    Args:
        database: Where findings are.
    """

    database: Database

    async def RecordSightings(
        self, request: finding_pb2.RecordSightingsRequest, context: Context
    ) -> finding_pb2.RecordSightingsResponse:
        """Records a batch of sightings; those recorded before change nothing."""
        organization, scan, imported = wire.seen_by(request)
        reports = [wire.report(organization, scan, imported, sent) for sent in request.sightings]
        async with self.database.unit() as unit:
            seen = recording.seen(unit.organization, reports)
            await unit.serialize(changes.TOPIC)
            batch = await recording.record(unit, seen, request.source)
            counts = recording.counted(batch, len(seen))
            if imported:
                await imports.tally(
                    unit,
                    imported,
                    created=counts.created,
                    seen_again=counts.seen_again,
                    reopened=counts.reopened,
                    merged=counts.merged,
                )
            await covering.arrived(unit, [entry.finding for entry in batch if entry.change is not Change.SEEN])
            of_scan = await store.count_of_scan(unit, scan) if scan else 0
        return finding_pb2.RecordSightingsResponse(
            created_count=counts.created,
            seen_again_count=counts.seen_again,
            repeated_count=counts.repeated,
            scan_finding_count=of_scan,
            reopened_count=counts.reopened,
            merged_count=counts.merged,
        )

    async def CompareSource(
        self, request: finding_pb2.CompareSourceRequest, context: Context
    ) -> finding_pb2.CompareSourceResponse:
        """Compares an import with what its source had seen before."""
        source, imported = sightings.source_of(request.source), wire.import_of(getattr(request, "import"))
        async with self.database.unit() as unit:
            compared = await sources.compare(unit, source, imported)
        return finding_pb2.CompareSourceResponse(
            new_count=compared.new, seen_again_count=compared.seen_again, gone_count=compared.gone
        )

    async def ResolveGone(
        self, request: finding_pb2.ResolveGoneRequest, context: Context
    ) -> finding_pb2.ResolveGoneResponse:
        """Resolves what a source doesn't see any more."""
        source, imported = sightings.source_of(request.source), wire.import_of(getattr(request, "import"))
        async with self.database.unit() as unit:
            await unit.serialize(changes.TOPIC)
            gone = await sources.gone(unit, source, imported, _MOST_RESOLVED)
            for finding in gone:
                await changes.move(unit, finding, State.RESOLVED, verb="resolved")
        return finding_pb2.ResolveGoneResponse(resolved_count=len(gone), done=len(gone) < _MOST_RESOLVED)


async def _find(unit: Unit, name: str, etag: str = "") -> Finding:
    _, identifier = names.parse(wire.FINDING, name)
    return await changes.find(unit, identifier, etag)


async def _find_to_change(unit: Unit, name: str, etag: str) -> Finding:
    await unit.serialize(changes.TOPIC)
    return await _find(unit, name, etag)


async def _others(unit: Unit, finding: Finding, field: str, names: Iterable[str]) -> list[Finding]:
    """Returns other findings that a request names."""
    wanted = wire.findings_named(unit.organization, field, names)
    if finding.id in wanted:
        raise invalid_field(field, "a finding is no duplicate of itself")
    return [await changes.find(unit, identifier) for identifier in wanted]


async def _save(unit: Unit, finding: Finding, verb: str) -> finding_pb2.Finding:
    saved = await changes.save(unit, finding, verb)
    return unit.reply(wire.message(unit.organization, saved), sealed=True)


def _is_of_finding(event: LoggedEvent) -> bool:
    return event.event.snapshot_type == wire.SNAPSHOT
