"""Scans in PostgreSQL."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from services.core.scans.domain import (
    ENDED,
    Evidence,
    LogEntry,
    OutsideWindow,
    Profile,
    Scan,
    ScanTarget,
    Stage,
    State,
    Task,
    TaskState,
)
from services.core.scans.tables import EVIDENCE, EVIDENCE_COLUMNS, LOG_ENTRIES, SCAN_TARGETS, SCAN_TASKS, SCANS
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed
from services.mesh.errors import Failure, Reason, not_found

_TARGETS_OF = text(
    "SELECT scan_id, array_agg(target_id ORDER BY place) AS targets FROM scan_targets "
    "WHERE scan_id = ANY(:scans) GROUP BY scan_id"
)


async def add(unit: Unit, scan: Scan, targets: Sequence[ScanTarget]) -> None:
    """Adds a scan and takes hold of its targets.

    Raises:
        Failure: TARGET_BUSY; another scan has hold of one.
    """
    await unit.execute(insert(SCANS), _scan_row(scan))
    rows = [
        {
            "organization_id": unit.organization,
            "scan_id": scan.id,
            "target_id": target.id,
            "place": place,
            "display_name": target.display_name,
            "kind": target.kind,
            "address": target.address,
            "excluded": list(target.excluded),
            "active": True,
        }
        for place, target in enumerate(targets)
    ]
    # In one order for all, or two scans that ask for the same targets could wait for each other.
    rows.sort(key=lambda row: str(row["target_id"]))
    try:
        await unit.execute(insert(SCAN_TARGETS), rows)
    except IntegrityError as error:
        raise Failure(Reason.TARGET_BUSY) from error


async def find(unit: Unit, identifier: UUID, *, lock: bool = False) -> Scan | None:
    """Returns a scan if there is one; with `lock`, nobody else changes it until the transaction ends."""
    statement = select(SCANS).where(SCANS.c.organization_id == unit.organization, SCANS.c.id == identifier)
    row = (await unit.execute(statement.with_for_update() if lock else statement)).mappings().one_or_none()
    return (await scans(unit, [row]))[0] if row else None


async def get(unit: Unit, identifier: UUID, *, lock: bool = False) -> Scan:
    """Returns a scan that has to be there, as `find` does.

    Raises:
        Failure: NOT_FOUND.
    """
    found = await find(unit, identifier, lock=lock)
    if found is None:
        raise not_found(f"organizations/{unit.organization}/scans/{identifier}")
    return found


def every_scan(unit: Unit) -> Select[Any]:
    """Selects the organization's scans."""
    return select(SCANS).where(SCANS.c.organization_id == unit.organization)


def log_of(unit: Unit, scan: UUID) -> Select[Any]:
    """Selects a scan's log."""
    return select(LOG_ENTRIES).where(LOG_ENTRIES.c.organization_id == unit.organization, LOG_ENTRIES.c.scan_id == scan)


def evidence_from(unit: Unit, scan: UUID) -> Select[Any]:
    """Selects what a scan's executors printed, without the content."""
    return select(*EVIDENCE_COLUMNS).where(EVIDENCE.c.organization_id == unit.organization, EVIDENCE.c.scan_id == scan)


async def scans(unit: Unit, rows: Sequence[RowMapping]) -> list[Scan]:
    """Returns rows of the table as scans, with their targets."""
    found = await unit.execute(_TARGETS_OF, {"scans": [row["id"] for row in rows]})
    targets = {row.scan_id: tuple(row.targets) for row in found}
    return [_scan(row, targets.get(row["id"], ())) for row in rows]


async def save(unit: Unit, scan: Scan) -> None:
    """Writes a changed scan."""
    statement = update(SCANS).where(SCANS.c.organization_id == unit.organization, SCANS.c.id == scan.id)
    await unit.execute(statement.values(_scan_row(scan)))


async def of_engagement(unit: Unit, engagement: UUID) -> list[Scan]:
    """Returns an engagement's scans that haven't ended; nobody else changes them until the transaction ends."""
    statement = (
        every_scan(unit)
        .where(SCANS.c.engagement_id == engagement, SCANS.c.state.not_in([state.value for state in ENDED]))
        .order_by(SCANS.c.id)
        .with_for_update()
    )
    return await scans(unit, (await unit.execute(statement)).mappings().all())


async def release_targets(unit: Unit, scan: UUID) -> None:
    """Lets go of the scan's targets, so that another scan may have them."""
    statement = update(SCAN_TARGETS).where(
        SCAN_TARGETS.c.organization_id == unit.organization, SCAN_TARGETS.c.scan_id == scan
    )
    await unit.execute(statement.values(active=False))


async def targets(unit: Unit, scan: UUID) -> list[ScanTarget]:
    """Returns a scan's targets in the order given."""
    statement = (
        select(SCAN_TARGETS)
        .where(SCAN_TARGETS.c.organization_id == unit.organization, SCAN_TARGETS.c.scan_id == scan)
        .order_by(SCAN_TARGETS.c.place)
    )
    return [
        ScanTarget(row.target_id, row.display_name, row.kind, row.address, tuple(row.excluded))
        for row in await unit.execute(statement)
    ]


async def add_tasks(unit: Unit, scan: UUID, tasks: Iterable[Task]) -> None:
    """Adds a scan's tasks; those that are there already stay as they are."""
    rows = [_task_key(unit, scan, task) | _task_values(task) | {"place": place} for place, task in enumerate(tasks)]
    if rows:
        await unit.execute(upsert(SCAN_TASKS).on_conflict_do_nothing(), rows)


async def save_task(unit: Unit, scan: UUID, task: Task) -> None:
    """Writes how far a task is."""
    statement = update(SCAN_TASKS).filter_by(**_task_key(unit, scan, task))
    await unit.execute(statement.values(state=task.state.value, percent=task.percent, answered=task.answered))


async def tasks(unit: Unit, scan: UUID) -> list[Task]:
    """Returns a scan's tasks, in the order in which they were planned."""
    statement = (
        select(SCAN_TASKS)
        .where(SCAN_TASKS.c.organization_id == unit.organization, SCAN_TASKS.c.scan_id == scan)
        .order_by(SCAN_TASKS.c.place)
    )
    return [
        Task(
            row.executor,
            row.target_id,
            row.target_display_name,
            Stage(row.stage),
            TaskState(row.state),
            row.percent,
            row.answered,
        )
        for row in await unit.execute(statement)
    ]


async def add_log_entry(unit: Unit, scan: UUID, entry: LogEntry) -> None:
    """Adds a line to a scan's log; one that is there already changes nothing."""
    row = {"organization_id": unit.organization, "scan_id": scan, **asdict(entry)}
    await unit.execute(upsert(LOG_ENTRIES).on_conflict_do_nothing(), row)


async def put_evidence(unit: Unit, evidence: Evidence, content: bytes) -> None:
    """Keeps an executor's raw output, sealed, in place of what an earlier run of the same task left.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    sealer = await unit.sealer()
    sealed = sealer.seal(_CONTENT, evidence.id, content)
    row = asdict(evidence) | {"organization_id": unit.organization, "content": sealed, "data_key_id": sealer.key}
    row |= {"scan_id": row.pop("scan"), "target_id": row.pop("target")}
    await unit.execute(upsert(EVIDENCE).on_conflict_do_update(index_elements=_EVIDENCE_KEY, set_=row), row)


async def evidence(unit: Unit, scan: UUID, identifier: UUID) -> tuple[Evidence, Sealed] | None:
    """Returns a raw output with its content, to be opened when the unit has ended."""
    statement = select(EVIDENCE).where(
        EVIDENCE.c.organization_id == unit.organization, EVIDENCE.c.scan_id == scan, EVIDENCE.c.id == identifier
    )
    row = (await unit.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    return evidence_of(row), Sealed(_CONTENT, str(row["id"]), row["data_key_id"], row["content"])


def evidence_of(row: RowMapping) -> Evidence:
    """Returns a row of the evidence table, with or without content."""
    values = {column.name: row[column.name] for column in EVIDENCE_COLUMNS if column.name != "organization_id"}
    return Evidence(scan=values.pop("scan_id"), target=values.pop("target_id"), **values)


def log_entry(row: RowMapping) -> LogEntry:
    """Returns a row of the log."""
    return LogEntry(row["id"], row["time"], row["level"], row["executor"], row["message"])


_CONTENT = "evidence.content"
_EVIDENCE_KEY = ["organization_id", "scan_id", "id"]


def _scan(row: RowMapping, scan_targets: tuple[UUID, ...]) -> Scan:
    return Scan(
        id=row["id"],
        organization=row["organization_id"],
        display_name=row["display_name"],
        targets=scan_targets,
        profile=Profile(row["profile"]),
        ports=tuple(row["ports"]),
        state=State(row["state"]),
        creator=row["creator"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        failure_reason=row["failure_reason"],
        findings=row["findings"],
        revision=row["revision"],
        engagement=row["engagement_id"],
        schedule=row["schedule_id"],
        outside_window=OutsideWindow(row["outside_window"]),
        held_until=row["held_until"],
        executors=tuple(row["executors"]),
        checks=tuple(row["checks"]),
        places=tuple(row["places"]),
    )


def _scan_row(scan: Scan) -> dict[str, Any]:
    row = asdict(scan)
    del row["targets"]
    return row | {
        "organization_id": row.pop("organization"),
        "profile": scan.profile.value,
        "state": scan.state.value,
        "ports": list(scan.ports),
        "engagement_id": row.pop("engagement"),
        "schedule_id": row.pop("schedule"),
        "outside_window": scan.outside_window.value,
        "executors": list(scan.executors),
        "checks": list(scan.checks),
        "places": list(scan.places),
    }


def _task_key(unit: Unit, scan: UUID, task: Task) -> dict[str, Any]:
    return {
        "organization_id": unit.organization,
        "scan_id": scan,
        "target_id": task.target,
        "executor": task.executor,
    }


def _task_values(task: Task) -> dict[str, Any]:
    return {
        "target_display_name": task.target_display_name,
        "stage": task.stage.value,
        "state": task.state.value,
        "percent": task.percent,
        "answered": task.answered,
    }
