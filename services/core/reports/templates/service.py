"""The service of report templates."""

from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf import empty_pb2
from xorb.core.v1 import report_template_pb2 as contract
from xorb.core.v1 import report_template_pb2_grpc

from services.core.reports.sources import store as sources
from services.core.reports.tables import TEMPLATE_FIELDS, TEMPLATES, VERSION_FIELDS, VERSIONS
from services.core.reports.templates import domain, store, wire
from services.core.reports.templates.domain import Template
from services.mesh import etags, identifiers, masks, names
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_TOPIC = "report_templates"


@dataclass
class ReportTemplatesServicer(report_template_pb2_grpc.ReportTemplatesServiceServicer):
    """Serves `xorb.core.v1.ReportTemplatesService`.

    Args:
        database: Where templates are.
        pager: Cuts lists into pages.
    """

    database: Database
    pager: Pager

    async def CreateReportTemplate(
        self, request: contract.CreateReportTemplateRequest, context: Context
    ) -> contract.ReportTemplate:
        """Adds a template."""
        content = wire.content(request.report_template)
        sources.check_filter(content.filter)
        template = domain.created(identifiers.new(), content, _now())
        async with self.database.unit() as unit:
            await store.add(unit, template)
            return unit.reply(_record(unit, "created", template))

    async def GetReportTemplate(
        self, request: contract.GetReportTemplateRequest, context: Context
    ) -> contract.ReportTemplate:
        """Returns one template."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListReportTemplates(
        self, request: contract.ListReportTemplatesRequest, context: Context
    ) -> contract.ListReportTemplatesResponse:
        """Lists templates, a page at a time."""
        scope = f"ListReportTemplates:{request.parent}"
        wanted = PageRequest(scope, request.page_size, request.page_token, request.filter, request.order_by)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=TEMPLATE_FIELDS, default_order="create_time desc", key=TEMPLATES.c.id
            )
            found = [wire.message(unit.organization, store.template(row)) for row in page.rows]
        return contract.ListReportTemplatesResponse(report_templates=found, next_page_token=page.next_page_token)

    async def UpdateReportTemplate(
        self, request: contract.UpdateReportTemplateRequest, context: Context
    ) -> contract.ReportTemplate:
        """Makes the next version of a template."""
        sent = request.report_template
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, sent.name, sent.etag)
            fields = masks.fields(sent, request.update_mask, wire.message(unit.organization, current))
            content = wire.content(sent, fields, current.content)
            sources.check_filter(content.filter)
            template = domain.changed(current, content, _now())
            await store.save(unit, template)
            return unit.reply(_record(unit, "updated", template))

    async def DeleteReportTemplate(
        self, request: contract.DeleteReportTemplateRequest, context: Context
    ) -> empty_pb2.Empty:
        """Removes a template."""
        async with self.database.unit() as unit:
            template = await _find_to_change(unit, request.name, request.etag)
            await store.remove(unit, template.id)
            _record(unit, "deleted", template)
            return unit.reply(empty_pb2.Empty())

    async def ListReportTemplateVersions(
        self, request: contract.ListReportTemplateVersionsRequest, context: Context
    ) -> contract.ListReportTemplateVersionsResponse:
        """Lists a template's versions, the newest first."""
        wanted = PageRequest(f"ListReportTemplateVersions:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            template = await _find(unit, request.parent)
            listed = store.versions_of(template.id)
            page = await self.pager.page(
                unit, listed, wanted, fields=VERSION_FIELDS, default_order="version desc", key=VERSIONS.c.id
            )
            found = [wire.message(unit.organization, store.template(row)) for row in page.rows]
        return contract.ListReportTemplateVersionsResponse(report_templates=found, next_page_token=page.next_page_token)


async def _find(unit: Unit, name: str) -> Template:
    (_, identifier) = names.parse(wire.PATTERN, name)
    template = await store.get(unit, identifier)
    if template is None:
        raise not_found(name)
    return template


async def _find_to_change(unit: Unit, name: str, etag: str) -> Template:
    await unit.serialize(_TOPIC)
    template = await _find(unit, name)
    etags.require(etag, wire.etag(template))
    return template


def _record(unit: Unit, verb: str, template: Template) -> contract.ReportTemplate:
    """Records what happened to a template, and returns its message."""
    snapshot = wire.logged(unit.organization, template)
    summary = f"Report template {template.content.display_name} was {verb}"
    kind = snapshot.DESCRIPTOR.full_name
    unit.record(Event(f"report_template.{verb}", snapshot.name, summary, snapshot.SerializeToString(), kind))
    return wire.message(unit.organization, template)


def _now() -> datetime:
    return datetime.now(UTC)
