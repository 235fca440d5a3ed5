"""Schedules of scans in PostgreSQL."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, insert, select, text, update

from services.core.scans.schedules.domain import Overlap, Schedule, State
from services.core.scans.schedules.tables import SCHEDULES
from services.mesh import windows
from services.mesh.database import Unit

_WORKING = text("SELECT suspended_at IS NULL AND deleted_at IS NULL FROM organizations WHERE id = :organization")


def every(unit: Unit) -> Select[Any]:
    """Returns the statement for the organization's schedules."""
    return select(SCHEDULES).where(SCHEDULES.c.organization_id == unit.organization)


async def add(unit: Unit, schedule: Schedule) -> None:
    """Adds a schedule."""
    await unit.execute(insert(SCHEDULES), {"organization_id": unit.organization, **_values(schedule)})


async def get(unit: Unit, identifier: UUID, *, lock: bool = False) -> Schedule | None:
    """Returns a schedule; with `lock`, nobody else changes it until the transaction ends."""
    statement = every(unit).where(SCHEDULES.c.id == identifier)
    row = (await unit.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return schedule(row) if row else None


async def save(unit: Unit, changed: Schedule) -> None:
    """Writes a changed schedule."""
    this = (SCHEDULES.c.organization_id == unit.organization) & (SCHEDULES.c.id == changed.id)
    await unit.execute(update(SCHEDULES).where(this).values(_values(changed)))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a schedule."""
    this = (SCHEDULES.c.organization_id == unit.organization) & (SCHEDULES.c.id == identifier)
    await unit.execute(delete(SCHEDULES).where(this))


async def organization_works(unit: Unit) -> bool:
    """Returns whether the organization is neither suspended nor being deleted."""
    return (await unit.execute(_WORKING, {"organization": unit.organization})).scalar_one_or_none() is not False


def schedule(row: Row[Any]) -> Schedule:
    """Returns a row as a schedule."""
    return Schedule(
        id=row.id,
        display_name=row.display_name,
        engagement=row.engagement_id,
        targets=tuple(row.targets),
        profile=row.profile,
        ports=tuple(row.ports),
        outside_window=row.outside_window,
        cron=row.cron,
        interval_seconds=row.interval_seconds,
        calendar=windows.loaded(row.calendar),
        overlap=Overlap(row.overlap),
        creator=row.creator,
        created_at=row.created_at,
        updated_at=row.updated_at,
        state=State(row.state),
        last_run_at=row.last_run_at,
        last_scan=row.last_scan_id,
        last_refusal=row.last_refusal,
        revision=row.revision,
    )


def _values(schedule: Schedule) -> dict[str, Any]:
    row = asdict(schedule)
    return row | {
        "engagement_id": row.pop("engagement"),
        "last_scan_id": row.pop("last_scan"),
        "targets": list(schedule.targets),
        "ports": list(schedule.ports),
        "calendar": windows.dumped(schedule.calendar),
        "overlap": schedule.overlap.value,
        "state": schedule.state.value,
    }
