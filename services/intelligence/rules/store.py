"""Detection rules in PostgreSQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    Integer,
    Row,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.intelligence.rules.domain import Content, DetectionRule, Kind, Level
from services.mesh.database import Unit
from services.mesh.filters import Field
from services.mesh.tables import METADATA

RULES = Table(
    "detection_rules",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("path", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

VERSIONS = Table(
    "detection_rule_versions",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("rule_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("editor", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

FIELDS = {
    "title": Field(RULES.c.title, "text"),
    "kind": Field(RULES.c.kind, "enum", values={one.name: one.value for one in Kind}),
    "rule_id": Field(RULES.c.rule_id, "text"),
    "level": Field(RULES.c.level, "enum", values={one.name: one.value for one in Level}),
    "status": Field(RULES.c.status, "text"),
    "product": Field(RULES.c.product, "text"),
    "category": Field(RULES.c.category, "text"),
    "service": Field(RULES.c.service, "text"),
    "tags": Field(RULES.c.tags, "text", repeated=True),
    "path": Field(RULES.c.path, "text"),
    "disabled": Field(RULES.c.disabled, "flag"),
    "create_time": Field(RULES.c.created_at, "time"),
    "update_time": Field(RULES.c.updated_at, "time"),
}
"""What lists are filtered and sorted by."""

SHORT: Select[Any] = select(*(literal("").label("text") if column is RULES.c.text else column for column in RULES.c))
"""The statement for all rules that the transaction sees, without their texts."""


@dataclass(frozen=True, slots=True)
class Version:
    """A text that a rule has or had, and the actor who wrote it here."""

    version: int
    text: str
    editor: str
    created_at: datetime


async def add(unit: Unit, rules: Sequence[DetectionRule]) -> None:
    """Adds rules, each with its first version."""
    if rules:
        own = {"organization_id": unit.organization}
        await unit.execute(insert(RULES), [own | _values(rule) for rule in rules])
        await _keep(unit, rules)


async def save(unit: Unit, rules: Sequence[DetectionRule]) -> None:
    """Writes changed rules; a version that isn't kept yet is."""
    if rules:
        statement = update(RULES).where(RULES.c.id == bindparam("changed"))
        await unit.execute(statement, [{"changed": rule.id, **_values(rule)} for rule in rules])
        await _keep(unit, rules)


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a rule with its versions."""
    await unit.execute(delete(RULES).where(RULES.c.id == identifier))


async def get(unit: Unit, identifier: UUID) -> DetectionRule | None:
    """Returns a rule."""
    row = (await unit.execute(select(RULES).where(RULES.c.id == identifier))).one_or_none()
    return rule(row) if row else None


async def some(unit: Unit, identifiers: Iterable[UUID]) -> dict[UUID, DetectionRule]:
    """Returns those of some rules that are here."""
    rows = await unit.execute(select(RULES).where(RULES.c.id.in_(list(identifiers))))
    return {row.id: rule(row) for row in rows}


async def by_key(unit: Unit, keys: Iterable[str]) -> dict[str, DetectionRule]:
    """Returns the rules with these keys, by key."""
    rows = await unit.execute(select(RULES).where(RULES.c.key.in_(list(keys))))
    return {row.key: rule(row) for row in rows}


async def filters(unit: Unit) -> list[DetectionRule]:
    """Returns the filters that are asked, in the order of their creation."""
    asked = (RULES.c.kind == Kind.FILTER) & RULES.c.disabled.is_(False)
    return [
        rule(row) for row in await unit.execute(select(RULES).where(asked).order_by(RULES.c.created_at, RULES.c.id))
    ]


async def count(unit: Unit) -> int:
    """Returns how many rules the organization has."""
    return int((await unit.execute(select(func.count()).select_from(RULES))).scalar_one())


def versions(identifier: UUID) -> Select[Any]:
    """Returns the statement for all versions of a rule."""
    return select(VERSIONS).where(VERSIONS.c.rule_id == identifier)


def version(row: Row[Any]) -> Version:
    """Returns a row as a version."""
    return Version(row.version, row.text, row.editor, row.created_at)


def rule(row: Row[Any]) -> DetectionRule:
    """Returns a row as a rule."""
    return DetectionRule(
        id=row.id,
        key=row.key,
        content=Content(
            row.text,
            Kind(row.kind),
            row.rule_id,
            row.title,
            Level(row.level),
            row.status,
            row.product,
            row.category,
            row.service,
            tuple(row.tags),
        ),
        created_at=row.created_at,
        updated_at=row.updated_at,
        path=row.path,
        disabled=row.disabled,
        version=row.version,
        revision=row.revision,
    )


async def _keep(unit: Unit, rules: Sequence[DetectionRule]) -> None:
    rows = [
        {
            "organization_id": unit.organization,
            "rule_id": rule.id,
            "version": rule.version,
            "text": rule.content.text,
            "editor": unit.actor,
            "created_at": rule.updated_at,
        }
        for rule in rules
    ]
    await unit.execute(insert(VERSIONS).on_conflict_do_nothing(), rows)


def _values(rule: DetectionRule) -> dict[str, Any]:
    content = rule.content
    return {
        "id": rule.id,
        "key": rule.key,
        "kind": content.kind.value,
        "rule_id": content.rule_id,
        "title": content.title,
        "level": content.level.value,
        "status": content.status,
        "product": content.product,
        "category": content.category,
        "service": content.service,
        "tags": list(content.tags),
        "path": rule.path,
        "text": content.text,
        "disabled": rule.disabled,
        "version": rule.version,
        "revision": rule.revision,
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
    }
