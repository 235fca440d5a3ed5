"""Templates of reports behind all layers: versions, other organizations, logos."""

import zlib
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1 import report_pb2
from xorb.core.v1 import report_template_pb2 as contract

from services.core.reports.templates.domain import LOGO_PIXELS
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from tests.core.harness import new_tenant
from tests.core.reports.conftest import Client, connected
from tests.core.reports.samples import png


def _create(client: Client, **fields: Any) -> contract.CreateReportTemplateRequest:
    template = contract.ReportTemplate(**{"display_name": "Ours", **fields})
    return contract.CreateReportTemplateRequest(parent=client.tenant.name, report_template=template)


async def _created(client: Client, **fields: Any) -> contract.ReportTemplate:
    made: contract.ReportTemplate = await client.tenant.call(
        client.templates.CreateReportTemplate, _create(client, **fields)
    )
    return made


async def _changed(client: Client, template: contract.ReportTemplate, *paths: str, **fields: Any) -> Any:
    sent = contract.ReportTemplate(name=template.name, etag=template.etag, **fields)
    request = contract.UpdateReportTemplateRequest(report_template=sent, update_mask=FieldMask(paths=paths))
    return await client.tenant.call(client.templates.UpdateReportTemplate, request)


def _named(name: str) -> contract.ReportTemplate:
    return contract.ReportTemplate(name=name, author="Eve")


async def test_every_change_is_a_version_and_a_report_keeps_its_own(client: Client) -> None:
    first = await _created(client, author="Ada", classification="Secret")
    assert (first.version, first.author) == (1, "Ada")
    ordered = await client.ordered("MARKDOWN", template=first.name)
    second = await _changed(client, first, "author", author="Grace")
    assert (second.version, second.author, second.classification) == (2, "Grace", "Secret")
    listed = await client.tenant.call(
        client.templates.ListReportTemplateVersions, contract.ListReportTemplateVersionsRequest(parent=first.name)
    )
    assert [(one.version, one.author) for one in listed.report_templates] == [(2, "Grace"), (1, "Ada")]
    for report, author in ((ordered, "Ada"), (await client.ordered("MARKDOWN", template=first.name), "Grace")):
        rendered = await client.rendered(report)
        assert f"| Prepared by | {author} |" in (await client.downloaded(rendered.files[0])).decode()
        assert rendered.template_version == {"Ada": 1, "Grace": 2}[author]


async def test_who_changes_an_old_version_is_told(client: Client) -> None:
    first = await _created(client)
    await _changed(client, first, "author", author="Grace")
    sent = contract.ReportTemplate(name=first.name, etag=first.etag, author="Ada")
    request = contract.UpdateReportTemplateRequest(report_template=sent, update_mask=FieldMask(paths=["author"]))
    refused = await client.tenant.refused(client.templates.UpdateReportTemplate, request)
    assert refused.reason is Reason.ETAG_MISMATCH


async def test_lists_show_templates_until_they_are_deleted(client: Client) -> None:
    one, other = await _created(client, logo=png()), await _created(client, display_name="Theirs")
    listing = contract.ListReportTemplatesRequest(parent=client.tenant.name, order_by="display_name")
    listed = await client.tenant.call(client.templates.ListReportTemplates, listing)
    assert [(found.name, found.logo) for found in listed.report_templates] == [(one.name, b""), (other.name, b"")]
    getting = contract.GetReportTemplateRequest(name=one.name)
    assert (await client.tenant.call(client.templates.GetReportTemplate, getting)).logo == png()
    deleting = contract.DeleteReportTemplateRequest(name=one.name)
    await client.tenant.call(client.templates.DeleteReportTemplate, deleting)
    listed = await client.tenant.call(client.templates.ListReportTemplates, listing)
    assert [found.name for found in listed.report_templates] == [other.name]
    refused = await client.tenant.refused(client.templates.GetReportTemplate, getting)
    assert refused.reason is Reason.NOT_FOUND


async def test_another_organizations_template_looks_like_none(client: Client, channel: Any, database: Database) -> None:
    made = await _created(client)
    stranger = connected(channel, await new_tenant(), database)
    name = made.name.replace(client.tenant.name, stranger.tenant.name)
    for theirs in (made.name, name):
        for method, request in (
            ("GetReportTemplate", contract.GetReportTemplateRequest(name=theirs)),
            ("DeleteReportTemplate", contract.DeleteReportTemplateRequest(name=theirs)),
            ("ListReportTemplateVersions", contract.ListReportTemplateVersionsRequest(parent=theirs)),
            ("UpdateReportTemplate", contract.UpdateReportTemplateRequest(report_template=_named(theirs))),
        ):
            refused = await stranger.tenant.refused(getattr(stranger.templates, method), request)
            assert refused.reason is Reason.NOT_FOUND, method
        wanted = report_pb2.Report(formats=["JSON"], template=theirs)
        ordering = report_pb2.CreateReportRequest(parent=stranger.tenant.name, report=wanted)
        refused = await stranger.tenant.refused(stranger.reports.CreateReport, ordering)
        assert refused.reason is Reason.NOT_FOUND


@pytest.mark.parametrize(
    "logo",
    [
        b"<svg onload='alert(1)'/>",
        png()[:-4],
        png() + b"<script>",
        png(width=LOGO_PIXELS + 1, height=1),
        png().replace(b"IHDR", b"IHDX"),
        png()[:-4] + zlib.crc32(b"IENX").to_bytes(4),
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["another format", "cut off", "more behind it", "too wide", "broken", "a wrong checksum", "empty"],
)
async def test_only_whole_png_pictures_are_logos(client: Client, logo: bytes) -> None:
    refused = await client.tenant.refused(client.templates.CreateReportTemplate, _create(client, logo=logo))
    assert refused.reason is Reason.INVALID_FIELD
    assert [one.field for one in refused.fields] == ["report_template.logo"]


async def test_a_template_has_a_name(client: Client) -> None:
    refused = await client.tenant.refused(client.templates.CreateReportTemplate, _create(client, display_name=" "))
    assert refused.reason is Reason.INVALID_FIELD


async def test_reports_of_engagements_that_arent_there_are_refused(client: Client) -> None:
    for organization in (client.tenant.name, (await new_tenant()).name):
        wanted = report_pb2.Report(formats=["JSON"], engagement=f"{organization}/engagements/{identifiers.new()}")
        request = report_pb2.CreateReportRequest(parent=client.tenant.name, report=wanted)
        refused = await client.tenant.refused(client.reports.CreateReport, request)
        assert refused.reason is Reason.NOT_FOUND
