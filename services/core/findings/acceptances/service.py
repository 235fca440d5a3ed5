"""The acceptances service."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from xorb.core.v1 import acceptance_pb2, acceptance_pb2_grpc

from services.core.findings import changes
from services.core.findings.acceptances import covering, domain, store, wire
from services.core.findings.acceptances.domain import Acceptance, Kind, Scope
from services.core.findings.acceptances.tables import ACCEPTANCES, FIELDS, WATCH_FIELDS
from services.core.findings.timekeeping.waking import SOON, Timekeeper
from services.mesh import etags, identifiers, names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.events.model import LoggedEvent
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

# Of how many findings in a scope it is asked who has had them in hand.
_LOOKED_INTO = 1_000


@dataclass
class AcceptancesServicer(acceptance_pb2_grpc.AcceptancesServiceServicer):
    """Serves `xorb.core.v1.AcceptancesService`.

    Args:
        database: Where acceptances are.
        pager: Cuts lists into pages.
        watcher: Tells of events.
        timekeeper: Ends acceptances when their time is over.
    """

    database: Database
    pager: Pager
    watcher: Watcher
    timekeeper: Timekeeper

    async def CreateAcceptance(
        self, request: acceptance_pb2.CreateAcceptanceRequest, context: Context
    ) -> acceptance_pb2.Acceptance:
        """Asks to accept a risk."""
        sent = request.acceptance
        async with self.database.unit() as unit:
            scope = wire.scope(unit.organization, sent)
            await _require(unit, scope)
            acceptance = domain.request(
                identifiers.new(),
                scope,
                unit.actor,
                wire.moment(sent.expire_time),
                changes.now(),
                justification=wire.text(sent.justification),
                evidence=wire.text(sent.evidence),
            )
            await store.add(unit, acceptance)
            return _reply(unit, acceptance, "requested")

    async def GetAcceptance(
        self, request: acceptance_pb2.GetAcceptanceRequest, context: Context
    ) -> acceptance_pb2.Acceptance:
        """Returns one acceptance."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListAcceptances(
        self, request: acceptance_pb2.ListAcceptancesRequest, context: Context
    ) -> acceptance_pb2.ListAcceptancesResponse:
        """Lists acceptances, a page at a time."""
        wanted = PageRequest(
            f"ListAcceptances:{request.parent}", request.page_size, request.page_token, request.filter, request.order_by
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=FIELDS, default_order="create_time desc", key=ACCEPTANCES.c.id
            )
        found = [await store.acceptance(row, self.database.open) for row in page.rows]
        acceptances = [wire.message(unit.organization, one) for one in found]
        return acceptance_pb2.ListAcceptancesResponse(acceptances=acceptances, next_page_token=page.next_page_token)

    async def ApproveAcceptance(
        self, request: acceptance_pb2.ApproveAcceptanceRequest, context: Context
    ) -> acceptance_pb2.Acceptance:
        """Approves a request, and takes the findings in its scope."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.name, request.etag)
            approved = domain.approve(current, unit.actor, changes.now(), wire.text(request.note))
            await _require_distance(unit, approved.scope)
            more = await covering.cover(unit, approved)
            await store.save(unit, approved, pending=more)
            await self.timekeeper.wake(unit.organization, changes.now() + SOON if more else approved.expires_at)
            return await self._changed(unit, approved, "approved")

    async def RejectAcceptance(
        self, request: acceptance_pb2.RejectAcceptanceRequest, context: Context
    ) -> acceptance_pb2.Acceptance:
        """Refuses a request."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.name, request.etag)
            rejected = domain.reject(current, unit.actor, changes.now(), wire.text(request.note))
            await store.save(unit, rejected, pending=False)
            return _reply(unit, rejected, "rejected")

    async def RevokeAcceptance(
        self, request: acceptance_pb2.RevokeAcceptanceRequest, context: Context
    ) -> acceptance_pb2.Acceptance:
        """Ends an acceptance, and gives its findings back."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.name, request.etag)
            revoked = domain.revoke(current, unit.actor, changes.now(), wire.text(request.note))
            # What is written first decides: the acceptance doesn't cover its own findings any more.
            await store.save(unit, revoked, pending=True)
            if await covering.lift(unit, revoked):
                await self.timekeeper.wake(unit.organization, changes.now() + SOON)
            else:
                await store.settled(unit, revoked.id)
            return await self._changed(unit, revoked, "revoked")

    async def WatchAcceptances(
        self, request: acceptance_pb2.WatchAcceptancesRequest, context: Context
    ) -> AsyncIterator[acceptance_pb2.WatchAcceptancesResponse]:
        """Tells of every new and changed acceptance."""
        records = self.watcher.watch(
            response_class=acceptance_pb2.WatchAcceptancesResponse,
            parent=request.parent,
            accept=_is_of_acceptance,
            present=wire.present,
            names=wire.filterable,
            fields=WATCH_FIELDS,
            filter=request.filter,
            resume_token=request.resume_token,
        )
        async with aclosing(records):
            async for record in records:
                yield record

    async def _changed(self, unit: Unit, acceptance: Acceptance, verb: str) -> acceptance_pb2.Acceptance:
        """Returns the reply with as many findings as it covers now."""
        return _reply(unit, await store.get(unit, acceptance.id) or acceptance, verb)


async def _require(unit: Unit, scope: Scope) -> None:
    """Checks that what is to be accepted is there."""
    if scope.kind is Kind.FINDING and scope.finding:
        await changes.find(unit, scope.finding)
    if scope.kind is Kind.TARGETS and not await store.all_targets_exist(unit, scope.targets):
        raise Failure(Reason.NOT_FOUND, "One of the targets isn't there, or you may not see it.")


async def _require_distance(unit: Unit, scope: Scope) -> None:
    """Checks that whoever approves has had none of the findings in hand."""
    findings = await store.to_cover(unit, scope, _LOOKED_INTO)
    if ways := await store.involvement(unit, findings, unit.actor):
        done = " and ".join(ways)
        message = f"You have {done} what is to be accepted; somebody who hasn't has to approve it."
        raise Failure(Reason.SEPARATION_OF_DUTIES, message)


async def _find(unit: Unit, name: str) -> Acceptance:
    _, identifier = names.parse(wire.ACCEPTANCE, name)
    acceptance = await store.get(unit, identifier)
    if acceptance is None:
        raise not_found(name)
    return acceptance


async def _find_to_change(unit: Unit, name: str, etag: str) -> Acceptance:
    await unit.serialize(changes.TOPIC)
    acceptance = await _find(unit, name)
    etags.require(etag, wire.etag(acceptance))
    return acceptance


def _reply(unit: Unit, acceptance: Acceptance, verb: str) -> acceptance_pb2.Acceptance:
    unit.record(wire.event(unit.organization, acceptance, verb))
    return unit.reply(wire.message(unit.organization, acceptance), sealed=True)


def _is_of_acceptance(event: LoggedEvent) -> bool:
    return event.event.snapshot_type == wire.SNAPSHOT
