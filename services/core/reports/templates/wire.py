"""Templates on the wire."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from xorb.core.v1 import report_template_pb2

from services.core.reports.templates.domain import Content, Section, Template
from services.mesh import etags, names
from services.mesh.texts import one_line, storable

PATTERN = "organizations/{organization}/reportTemplates/{report_template}"
_LINES = ("display_name", "author", "classification")
_TEXTS = ("filter", "introduction", "methodology", "scope", "attestation", "typst_markup")
_AS_THEY_ARE = ("omits_evidence", "accent_color", "logo")


def name(organization: UUID, template: UUID) -> str:
    """Returns a template's resource name."""
    return names.join("organizations", organization, "reportTemplates", template)


def etag(template: Template) -> str:
    """Returns a template's etag."""
    return etags.etag(template.id, template.version)


def message(organization: UUID, template: Template) -> report_template_pb2.ReportTemplate:
    """Returns a template as the contract has it."""
    content = template.content
    return report_template_pb2.ReportTemplate(
        name=name(organization, template.id),
        version=template.version,
        sections=[section.name for section in content.sections],
        create_time=template.created_at,
        update_time=template.updated_at,
        etag=etag(template),
        **{field: getattr(content, field) for field in (*_LINES, *_TEXTS, *_AS_THEY_ARE)},
    )


def logged(organization: UUID, template: Template) -> report_template_pb2.ReportTemplate:
    """Returns a template as its events have it: without its logo, which is large."""
    return message(organization, replace(template, content=replace(template.content, logo=b"")))


def content(
    sent: report_template_pb2.ReportTemplate, fields: frozenset[str] | None = None, current: Content | None = None
) -> Content:
    """Returns what a template is to say: the fields named in a request, and the rest as it is now.

    Args:
        sent: The template in the request.
        fields: The fields to take over; all where it is None.
        current: What the template says now.
    """
    new: dict[str, Any] = {field: one_line(getattr(sent, field)) for field in _LINES}
    new |= {field: storable(getattr(sent, field)) for field in _TEXTS}
    new |= {field: getattr(sent, field) for field in _AS_THEY_ARE}
    new["sections"] = tuple(map(Section, sent.sections))
    taken = {field: value for field, value in new.items() if fields is None or field in fields}
    return replace(current or Content(), **taken)
