"""The findings service, and the one by which scans hand over what they saw."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.core.findings import changes, domain, store, wire
from services.core.findings.acceptances import covering
from services.core.findings.domain import Change, Finding, Recorded, Report, State
from services.core.findings.tables import DEFAULT_ORDER, FIELDS, FINDINGS, SIGHTING_FIELDS, SIGHTINGS, WATCH_FIELDS
from services.core.imports import store as imports
from services.mesh import identifiers, masks, names
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.events.model import LoggedEvent
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest


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
        wanted = PageRequest(
            f"ListFindings:{request.parent}", request.page_size, request.page_token, request.filter, request.order_by
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=FIELDS, default_order=DEFAULT_ORDER, key=FINDINGS.c.id
            )
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

    async def ListSightings(
        self, request: finding_pb2.ListSightingsRequest, context: Context
    ) -> finding_pb2.ListSightingsResponse:
        """Lists a finding's sightings, a page at a time."""
        wanted = PageRequest(f"ListSightings:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            finding = await _find(unit, request.parent)
            listed, order = store.sightings_of(finding.id), "time desc"
            page = await self.pager.page(
                unit, listed, wanted, fields=SIGHTING_FIELDS, default_order=order, key=SIGHTINGS.c.id
            )
        seen = [await store.sighting(row, self.database.open) for row in page.rows]
        sightings = [wire.sighting(unit.organization, finding.id, one) for one in seen]
        return finding_pb2.ListSightingsResponse(sightings=sightings, next_page_token=page.next_page_token)

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
            await unit.serialize(changes.TOPIC)
            batch = await _record(unit, reports)
            for entry in batch:
                unit.record(changes.event(unit.organization, entry.finding, entry.change.value))
            created = sum(entry.change is Change.CREATED for entry in batch)
            fresh = sum(len(entry.sightings) for entry in batch)
            if imported:
                await imports.tally(unit, imported, created=created, seen_again=fresh - created, reopened=0, merged=0)
            await covering.arrived(unit, [entry.finding for entry in batch if entry.change is not Change.SEEN])
            of_scan = await store.count_of_scan(unit, scan) if scan else 0
        return finding_pb2.RecordSightingsResponse(
            created_count=created,
            seen_again_count=fresh - created,
            repeated_count=len(reports) - fresh,
            scan_finding_count=of_scan,
        )


async def _record(unit: Unit, reports: list[Report]) -> list[Recorded]:
    """Writes what is new of a batch, and returns what became of the findings."""
    known_sightings = await store.recorded(unit, [report.sighting.id for report in reports])
    fresh = {report.sighting.id: report for report in reports if report.sighting.id not in known_sightings}
    identities = {domain.identity_of(unit.organization, report.weakness) for report in fresh.values()}
    known = await store.known(unit, identities)
    batch = domain.record(unit.organization, fresh.values(), known, changes.now(), identifiers.new)
    if batch:
        await store.write(unit, batch)
    return batch


async def _find(unit: Unit, name: str, etag: str = "") -> Finding:
    _, identifier = names.parse(wire.FINDING, name)
    return await changes.find(unit, identifier, etag)


async def _find_to_change(unit: Unit, name: str, etag: str) -> Finding:
    await unit.serialize(changes.TOPIC)
    return await _find(unit, name, etag)


async def _save(unit: Unit, finding: Finding, verb: str) -> finding_pb2.Finding:
    await changes.save(unit, finding, verb)
    return unit.reply(wire.message(unit.organization, finding), sealed=True)


def _is_of_finding(event: LoggedEvent) -> bool:
    return event.event.snapshot_type == wire.SNAPSHOT
