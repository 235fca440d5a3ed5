"""The reports service."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from google.protobuf import empty_pb2
from xorb.core.v1 import report_pb2, report_pb2_grpc

from services.core.reports import domain, store, wire
from services.core.reports.control import Control
from services.core.reports.domain import Report
from services.core.reports.engagements import store as engagements
from services.core.reports.orders import ReportOrder
from services.core.reports.sources import store as sources
from services.core.reports.tables import REPORT_FIELDS, REPORTS, WATCH_FIELDS
from services.core.reports.templates import store as templates
from services.mesh import calls, identifiers, names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, invalid_field, not_found
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_FINDINGS, _ENGAGEMENTS = "findings.read", "engagements.read"


class Person(Protocol):
    """Who an account is."""

    @property
    def email(self) -> str:
        """The address."""

    @property
    def display_name(self) -> str:
        """The name; empty where it has none."""


class People(Protocol):
    """Says who accounts are."""

    async def resolve(self, accounts: Iterable[UUID]) -> Mapping[UUID, Person]:
        """Returns who accounts are, those that there are."""


@dataclass
class ReportsServicer(report_pb2_grpc.ReportsServiceServicer):
    """Serves `xorb.core.v1.ReportsService`.

    Args:
        database: Where reports are.
        pager: Cuts lists into pages.
        watcher: Tells of events.
        control: Starts and stops rendering.
        people: Says who those are who test; asked before a transaction, never in one.
    """

    database: Database
    pager: Pager
    watcher: Watcher
    control: Control
    people: People

    async def CreateReport(self, request: report_pb2.CreateReportRequest, context: Context) -> report_pb2.Report:
        """Orders a report. The workflow is started before the row is committed, and waits for it."""
        _require(_FINDINGS, *((_ENGAGEMENTS,) if request.report.engagement else ()))
        sources.check_filter(request.report.filter)
        engagement = await self._engagement(request.report.engagement)
        async with self.database.unit() as unit:
            order = wire.order(request.report, await _template(unit, request.report.template), engagement)
            report = domain.ordered(identifiers.new(), order, unit.actor, _now(), wire.ttl(request.report))
            await store.add(unit, report)
            unit.record(wire.event(unit.organization, report, "created", f"Report {order.display_name} was ordered"))
            name = wire.name(unit.organization, report.id)
            await self.control.start(name, ReportOrder(str(unit.organization), str(report.id)))
            return unit.reply(wire.message(unit.organization, report))

    async def GetReport(self, request: report_pb2.GetReportRequest, context: Context) -> report_pb2.Report:
        """Returns one report."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListReports(
        self, request: report_pb2.ListReportsRequest, context: Context
    ) -> report_pb2.ListReportsResponse:
        """Lists reports, a page at a time."""
        scope = f"ListReports:{request.parent}"
        wanted = PageRequest(scope, request.page_size, request.page_token, request.filter, request.order_by)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=REPORT_FIELDS, default_order="create_time desc", key=REPORTS.c.id
            )
            found = [wire.message(unit.organization, report) for report in await store.reports(unit, page.rows)]
        return report_pb2.ListReportsResponse(reports=found, next_page_token=page.next_page_token)

    async def DeleteReport(self, request: report_pb2.DeleteReportRequest, context: Context) -> empty_pb2.Empty:
        """Removes a report, and stops its rendering."""
        async with self.database.unit() as unit:
            report = await _find(unit, request.name, lock=True)
            await store.remove(unit, report.id)
            summary = f"Report {report.order.display_name} was deleted"
            unit.record(wire.event(unit.organization, report, "deleted", summary))
            if report.state not in domain.ENDED:
                await self.control.stop(request.name)
            return unit.reply(empty_pb2.Empty())

    async def GetReportFile(self, request: report_pb2.GetReportFileRequest, context: Context) -> report_pb2.ReportFile:
        """Returns a piece of a file, as an attachment."""
        organization, report, identifier = names.parse(wire.FILE, request.name)
        number, rest = divmod(request.offset, store.PIECE)
        async with self.database.unit() as unit:
            file = await store.file(unit, report, identifier)
            if file is None:
                raise not_found(request.name)
            sealed = None if rest else await store.piece(unit, identifier, number)
        if sealed is None:
            raise invalid_field("offset", "begin at 0, and go on at the previous piece's next_offset")
        answer = wire.file(organization, report, file)
        answer.content = await self.database.open(sealed)
        end = request.offset + len(answer.content)
        answer.next_offset = end if end < file.size else 0
        disposition = f'attachment; filename="{file.file_name}.piece.json"'
        await context.send_initial_metadata((("content-disposition", disposition),))
        return answer

    async def WatchReports(
        self, request: report_pb2.WatchReportsRequest, context: Context
    ) -> AsyncIterator[report_pb2.WatchReportsResponse]:
        """Tells of every new and changed report."""
        records = self.watcher.watch(
            response_class=report_pb2.WatchReportsResponse,
            parent=request.parent,
            accept=wire.is_of_report,
            present=wire.present,
            names=wire.filterable,
            fields=WATCH_FIELDS,
            filter=request.filter,
            resume_token=request.resume_token,
        )
        async with aclosing(records):
            async for record in records:
                yield record

    async def _engagement(self, name: str) -> tuple[UUID | None, list[str]]:
        """Returns an engagement, and the names of those who test in it; nothing for none."""
        if not name:
            return None, []
        organization, identifier = names.parse(wire.ENGAGEMENT, name)
        async with self.database.unit() as unit:
            testers = await engagements.testers(unit, identifier) if organization == unit.organization else None
        if testers is None:
            raise not_found(name)
        found = await self.people.resolve(testers)
        known = [found[one] for one in testers if one in found]
        return identifier, [one.display_name or one.email for one in known]


def _require(*permissions: str) -> None:
    for permission in permissions:
        if permission not in calls.current().caller.permissions:
            raise Failure(Reason.PERMISSION_DENIED, f"Your roles don't grant {permission}, and the report shows them.")


async def _find(unit: Unit, name: str, *, lock: bool = False) -> Report:
    _, identifier = names.parse(wire.REPORT, name)
    report = await store.get(unit, identifier, lock=lock)
    if report is None:
        raise not_found(name)
    return report


async def _template(unit: Unit, name: str) -> tuple[UUID | None, int]:
    """Returns a template and its present version; nothing for no template."""
    if not name:
        return None, 0
    organization, identifier = names.parse(wire.TEMPLATE, name)
    template = await templates.get(unit, identifier) if organization == unit.organization else None
    if template is None:
        raise not_found(name)
    return template.id, template.version


def _now() -> datetime:
    return datetime.now(UTC)
