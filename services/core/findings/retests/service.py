"""The re-tests service."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from xorb.core.v1 import retest_pb2, retest_pb2_grpc

from services.core.findings import changes
from services.core.findings import domain as findings
from services.core.findings.domain import Finding
from services.core.findings.domain import State as FindingState
from services.core.findings.notes.mentions import Colleagues
from services.core.findings.retests import domain, settling, store, wire
from services.core.findings.retests.control import Control
from services.core.findings.retests.domain import Look, Method, Retest, State, Verdict
from services.core.findings.retests.orders import RetestOrder
from services.core.findings.retests.scanning import Scans
from services.core.findings.retests.tables import FIELDS, RETESTS, WATCH_FIELDS
from services.mesh import calls, etags, identifiers, names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, invalid_field, not_found
from services.mesh.events.model import LoggedEvent
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest


@dataclass
class RetestsServicer(retest_pb2_grpc.RetestsServiceServicer):
    """Serves `xorb.core.v1.RetestsService`.

    Args:
        database: Where re-tests are.
        pager: Cuts lists into pages.
        watcher: Tells of events.
        colleagues: Says who is a member; asked before a transaction, never in one.
        scans: Says whether a scan can look.
        control: Starts and ends workflows.
    """

    database: Database
    pager: Pager
    watcher: Watcher
    colleagues: Colleagues
    scans: Scans
    control: Control

    async def RequestRetest(self, request: retest_pb2.RequestRetestRequest, context: Context) -> retest_pb2.Retest:
        """Asks to test a finding again."""
        async with self.database.unit() as unit:
            identifier = await changes.require(unit, request.finding)
        tester = await self._tester(unit.organization, request.tester)
        async with self.database.unit() as unit:
            await unit.serialize(changes.TOPIC)
            finding = await changes.find(unit, identifier, request.etag)
            if await store.under_way(unit, finding.id):
                raise Failure(Reason.RETEST_UNDER_WAY)
            retest = await self._new(unit, finding, request)
            if finding.state is not FindingState.READY_FOR_RETEST:
                waiting = findings.move(finding, FindingState.READY_FOR_RETEST, changes.now())
                await changes.save(unit, waiting, "retest_requested")
            unit.record(wire.event(unit.organization, retest, "requested"))
            if tester:
                await settling.require_distance(unit, finding, tester, retest.requester)
                retest = domain.assign(retest, tester, changes.now())
                unit.record(wire.event(unit.organization, retest, "assigned"))
            await store.add(unit, retest)
            if retest.method is Method.RESCAN:
                name = wire.name(unit.organization, retest.id)
                await self.control.start(name, RetestOrder(str(unit.organization), str(retest.id)))
            return unit.reply(wire.message(unit.organization, retest), sealed=True)

    async def GetRetest(self, request: retest_pb2.GetRetestRequest, context: Context) -> retest_pb2.Retest:
        """Returns one re-test."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListRetests(
        self, request: retest_pb2.ListRetestsRequest, context: Context
    ) -> retest_pb2.ListRetestsResponse:
        """Lists re-tests, a page at a time; without their evidence."""
        wanted = PageRequest(
            f"ListRetests:{request.parent}", request.page_size, request.page_token, request.filter, request.order_by
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=FIELDS, default_order="request_time desc", key=RETESTS.c.id
            )
        retests = [wire.plain(unit.organization, store.plain(row)) for row in page.rows]
        return retest_pb2.ListRetestsResponse(retests=retests, next_page_token=page.next_page_token)

    async def CancelRetest(self, request: retest_pb2.CancelRetestRequest, context: Context) -> retest_pb2.Retest:
        """Ends a re-test without a verdict."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.name, request.etag)
            cancelled = domain.cancel(current, unit.actor, changes.now())
            await store.save(unit, cancelled)
            await settling.give_back(unit, cancelled)
            if cancelled.method is Method.RESCAN:
                await self.control.cancel(wire.name(unit.organization, cancelled.id))
            return _reply(unit, cancelled, "cancelled")

    async def AssignRetest(self, request: retest_pb2.AssignRetestRequest, context: Context) -> retest_pb2.Retest:
        """Gives a re-test to a tester."""
        async with self.database.unit() as unit:
            await _find(unit, request.name)
        tester = await self._tester(unit.organization, request.tester)
        if tester is None:
            raise invalid_field("tester", "say who tests it")
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.name, request.etag)
            assigned = domain.assign(current, tester, changes.now())
            finding = await changes.find(unit, current.finding)
            await settling.require_distance(unit, finding, tester, current.requester)
            await store.save(unit, assigned)
            return _reply(unit, assigned, "assigned")

    async def ConcludeRetest(self, request: retest_pb2.ConcludeRetestRequest, context: Context) -> retest_pb2.Retest:
        """Gives the verdict of a re-test by hand."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.name, request.etag)
            concluded = domain.conclude(
                current,
                Verdict(request.verdict),
                unit.actor,
                changes.now(),
                evidence=wire.text(request.evidence),
                reason=wire.text(request.reason),
            )
            if account := calls.current().caller.account:
                finding = await changes.find(unit, current.finding)
                await settling.require_distance(unit, finding, account, current.requester)
            settled = await settling.settle(unit, concluded)
            return unit.reply(wire.message(unit.organization, settled), sealed=True)

    async def WatchRetests(
        self, request: retest_pb2.WatchRetestsRequest, context: Context
    ) -> AsyncIterator[retest_pb2.WatchRetestsResponse]:
        """Tells of every new and changed re-test."""
        records = self.watcher.watch(
            response_class=retest_pb2.WatchRetestsResponse,
            parent=request.parent,
            accept=_is_of_retest,
            present=wire.present,
            names=wire.filterable,
            fields=WATCH_FIELDS,
            filter=request.filter,
            resume_token=request.resume_token,
        )
        async with aclosing(records):
            async for record in records:
                yield record

    async def _new(self, unit: Unit, finding: Finding, request: retest_pb2.RequestRetestRequest) -> Retest:
        """Returns a re-test of a finding as it is before it waits."""
        method = wire.method(request)
        waits = finding.state is FindingState.READY_FOR_RETEST
        return Retest(
            id=identifiers.new(),
            finding=finding.id,
            finding_before=await store.state_before_waiting(unit, finding.id) if waits else finding.state,
            method=method,
            state=State.REQUESTED,
            requester=unit.actor,
            requested_at=changes.now(),
            look=await self._look(unit, finding, request.engagement) if method is Method.RESCAN else None,
            note=wire.text(request.note),
            before=finding.evidence,
        )

    async def _look(self, unit: Unit, finding: Finding, engagement: str) -> Look:
        """Returns what a scan is to look at; raises where it can't."""
        wanted = wire.own(unit.organization, wire.ENGAGEMENT, engagement)
        look = await store.look(unit, finding.id, wanted)
        if look is None:
            raise Failure(Reason.NOT_RETESTABLE)
        await self.scans.wait(unit, look)
        return look

    async def _tester(self, organization: UUID, name: str) -> UUID | None:
        if not name:
            return None
        owner, account = names.parse(wire.MEMBER, name)
        if owner != organization or not await self.colleagues.includes(organization, account):
            raise invalid_field("tester", "it is no member who can work in the organization")
        return account


async def _find(unit: Unit, name: str) -> Retest:
    _, identifier = names.parse(wire.RETEST, name)
    retest = await store.get(unit, identifier)
    if retest is None:
        raise not_found(name)
    return retest


async def _find_to_change(unit: Unit, name: str, etag: str) -> Retest:
    await unit.serialize(changes.TOPIC)
    retest = await _find(unit, name)
    etags.require(etag, wire.etag(retest))
    return retest


def _reply(unit: Unit, retest: Retest, verb: str) -> retest_pb2.Retest:
    unit.record(wire.event(unit.organization, retest, verb))
    return unit.reply(wire.message(unit.organization, retest), sealed=True)


def _is_of_retest(event: LoggedEvent) -> bool:
    return event.event.snapshot_type == wire.SNAPSHOT
