"""Views in PostgreSQL."""

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
    Table,
    Text,
    Uuid,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.core.findings.views.domain import Listing, View
from services.mesh.database import Unit
from services.mesh.filters import Field
from services.mesh.tables import METADATA

VIEWS = Table(
    "finding_views",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("filter", Text, nullable=False),
    Column("order_by", Text, nullable=False),
    Column("columns", ARRAY(Text), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("owner", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
)

FIELDS = {
    "display_name": Field(VIEWS.c.display_name, "text"),
    "shared": Field(VIEWS.c.shared, "flag"),
    "create_time": Field(VIEWS.c.created_at, "time"),
}
"""What lists are filtered and sorted by."""


def seen_by(who: str) -> Select[Any]:
    """Returns the statement for all views that somebody sees."""
    return select(VIEWS).where(VIEWS.c.shared | (VIEWS.c.owner == who))


async def add(unit: Unit, view: View) -> None:
    """Adds a view."""
    await unit.execute(insert(VIEWS), {"organization_id": unit.organization, **_values(view)})


async def save(unit: Unit, changed: View) -> None:
    """Writes a changed view."""
    await unit.execute(update(VIEWS).where(VIEWS.c.id == changed.id).values(_values(changed)))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a view."""
    await unit.execute(delete(VIEWS).where(VIEWS.c.id == identifier))


async def get(unit: Unit, identifier: UUID) -> View | None:
    """Returns a view, whoever's it is."""
    row = (await unit.execute(select(VIEWS).where(VIEWS.c.id == identifier))).one_or_none()
    return view(row) if row else None


async def named(unit: Unit, owner: str, display_name: str) -> UUID | None:
    """Returns the view that somebody calls so."""
    own = (VIEWS.c.owner == owner) & (VIEWS.c.display_name == display_name)
    found: UUID | None = (await unit.execute(select(VIEWS.c.id).where(own))).scalar_one_or_none()
    return found


async def count(unit: Unit) -> int:
    """Returns how many views the organization has."""
    return int((await unit.execute(select(func.count()).select_from(VIEWS))).scalar_one())


def view(row: Row[Any]) -> View:
    """Returns a row as a view."""
    return View(
        id=row.id,
        display_name=row.display_name,
        # A row's `filter` is its method.
        listing=Listing(row.query, row._mapping["filter"], row.order_by, tuple(row.columns)),  # noqa: SLF001 - public
        owner=row.owner,
        shared=row.shared,
        created_at=row.created_at,
        updated_at=row.updated_at,
        revision=row.revision,
    )


def _values(view: View) -> dict[str, Any]:
    return {
        "id": view.id,
        "display_name": view.display_name,
        "query": view.listing.query,
        "filter": view.listing.filter,
        "order_by": view.listing.order_by,
        "columns": list(view.listing.columns),
        "shared": view.shared,
        "owner": view.owner,
        "created_at": view.created_at,
        "updated_at": view.updated_at,
        "revision": view.revision,
    }
