"""The event of a scan that has come further."""

from dataclasses import replace
from datetime import UTC, datetime

from services.core.scans import store, wire
from services.core.scans.domain import Scan, percent
from services.mesh.database import Unit


async def record(unit: Unit, scan: Scan, findings: int | None = None) -> None:
    """Writes the scan's new count of findings, if there is one, and says how far it is. The scan's row is locked."""
    tasks = await store.tasks(unit, scan.id)
    further = replace(
        scan,
        findings=scan.findings if findings is None else findings,
        updated_at=datetime.now(UTC),
        revision=scan.revision + 1,
    )
    await store.save(unit, further)
    unit.record(wire.changed("scan.progressed", further, tasks, f"A scan is at {percent(tasks)} percent"))
