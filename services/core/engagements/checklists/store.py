"""Checklists in PostgreSQL."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.core.engagements.checklists.domain import Item, State
from services.core.engagements.checklists.tables import ITEMS
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed, Sealer

Open = Callable[[Sealed], Awaitable[bytes]]
"""Opens a sealed field: `Unit.open` inside of a unit, `Database.open` outside of any."""

_NOTES = "checklist_items.notes"


async def add(unit: Unit, items: Sequence[Item]) -> None:
    """Adds items; those whose identifier in the methodology the engagement has already stay as they are.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    sealer = await unit.sealer()
    rows = [{"organization_id": unit.organization, **_values(item, sealer)} for item in items]
    await unit.execute(insert(ITEMS).on_conflict_do_nothing(), rows)


def of_engagement(unit: Unit, engagement: UUID) -> Select[Any]:
    """Returns the statement for an engagement's items."""
    return select(ITEMS).where(ITEMS.c.organization_id == unit.organization, ITEMS.c.engagement_id == engagement)


async def get(unit: Unit, engagement: UUID, identifier: UUID) -> Row[Any] | None:
    """Returns an item's row."""
    return (await unit.execute(of_engagement(unit, engagement).where(ITEMS.c.id == identifier))).one_or_none()


async def save(unit: Unit, changed: Item) -> None:
    """Writes a changed item.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    this = (ITEMS.c.organization_id == unit.organization) & (ITEMS.c.id == changed.id)
    await unit.execute(update(ITEMS).where(this).values(_values(changed, await unit.sealer())))


async def remove(unit: Unit, engagement: UUID) -> None:
    """Removes an engagement's items."""
    this = (ITEMS.c.organization_id == unit.organization) & (ITEMS.c.engagement_id == engagement)
    await unit.execute(delete(ITEMS).where(this))


async def counts(unit: Unit, engagement: UUID) -> dict[int, dict[State, int]]:
    """Returns how many items an engagement has, by methodology and state."""
    listed = of_engagement(unit, engagement).with_only_columns(
        ITEMS.c.methodology, ITEMS.c.state, func.count().label("number")
    )
    counted: dict[int, dict[State, int]] = {}
    grouped = listed.group_by(ITEMS.c.methodology, ITEMS.c.state).order_by(ITEMS.c.methodology)
    for row in (await unit.execute(grouped)).mappings():
        counted.setdefault(row["methodology"], {})[State(row["state"])] = row["number"]
    return counted


async def item(row: Row[Any], opened: Open) -> Item:
    """Returns a row as an item.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    notes = await opened(Sealed(_NOTES, str(row.id), row.data_key_id, row.notes))
    return Item(
        id=row.id,
        engagement=row.engagement_id,
        methodology=row.methodology,
        code=row.code,
        place=row.place,
        updated_at=row.updated_at,
        state=State(row.state),
        assignee=row.assignee,
        notes=notes.decode(),
        findings=tuple(row.findings),
        revision=row.revision,
    )


def _values(item: Item, sealer: Sealer) -> dict[str, Any]:
    return {
        "id": item.id,
        "engagement_id": item.engagement,
        "methodology": item.methodology,
        "code": item.code,
        "place": item.place,
        "state": item.state.value,
        "assignee": item.assignee,
        "notes": sealer.seal(_NOTES, item.id, item.notes.encode()),
        "findings": list(item.findings),
        "updated_at": item.updated_at,
        "revision": item.revision,
        "data_key_id": sealer.key,
    }
