"""Templates and their versions in PostgreSQL."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, insert, literal, select, update
from sqlalchemy.sql.expression import label
from sqlalchemy.types import LargeBinary

from services.core.reports.tables import TEMPLATES, VERSIONS
from services.core.reports.templates.domain import Content, Section, Template
from services.mesh.database import Unit

_NO_LOGO = label("logo", literal(b"", LargeBinary))

ALL: Select[Any] = select(*(column for column in TEMPLATES.c if column.name != "logo"), _NO_LOGO)
"""The statement for all templates that the transaction sees, without their logos."""


async def add(unit: Unit, template: Template) -> None:
    """Adds a template, and its first version."""
    for table in (TEMPLATES, VERSIONS):
        await unit.execute(insert(table), {"organization_id": unit.organization, **_values(template)})


async def get(unit: Unit, identifier: UUID) -> Template | None:
    """Returns a template as it is now."""
    row = (await unit.execute(select(TEMPLATES).where(TEMPLATES.c.id == identifier))).one_or_none()
    return template(row) if row else None


async def version(unit: Unit, identifier: UUID, number: int) -> Template | None:
    """Returns a template as it was in one of its versions."""
    statement = select(VERSIONS).where(VERSIONS.c.id == identifier, VERSIONS.c.version == number)
    row = (await unit.execute(statement)).one_or_none()
    return template(row) if row else None


def versions_of(identifier: UUID) -> Select[Any]:
    """Returns the statement for a template's versions, without their logos."""
    columns = (column for column in VERSIONS.c if column.name != "logo")
    return select(*columns, _NO_LOGO).where(VERSIONS.c.id == identifier)


async def save(unit: Unit, changed: Template) -> None:
    """Writes the next version of a template."""
    await unit.execute(update(TEMPLATES).where(TEMPLATES.c.id == changed.id).values(_values(changed)))
    await unit.execute(insert(VERSIONS), {"organization_id": unit.organization, **_values(changed)})


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a template with its versions."""
    await unit.execute(delete(TEMPLATES).where(TEMPLATES.c.id == identifier))


def template(row: Row[Any]) -> Template:
    """Returns a row as a template."""
    content = Content(
        display_name=row.display_name,
        sections=tuple(map(Section, row.sections)),
        filter=row.filter,
        author=row.author,
        classification=row.classification,
        introduction=row.introduction,
        methodology=row.methodology,
        scope=row.scope,
        attestation=row.attestation,
        omits_evidence=row.omits_evidence,
        accent_color=row.accent_color,
        logo=row.logo,
        typst_markup=row.typst_markup,
    )
    return Template(row.id, row.version, content, row.created_at, row.updated_at)


def _values(template: Template) -> dict[str, Any]:
    return asdict(template.content) | {
        "id": template.id,
        "version": template.version,
        "sections": [section.value for section in template.content.sections],
        "created_at": template.created_at,
        "updated_at": template.updated_at,
    }
