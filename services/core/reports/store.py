"""Reports and their files in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, insert, select, update

from services.core.reports.domain import File, Format, Order, Report, State
from services.core.reports.tables import FILES, PIECES, REPORTS
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed

PIECE = 256 * 1024
"""Bytes in a piece of a file; the last one may have fewer."""

ALL: Select[Any] = select(REPORTS)
"""The statement for all reports that the transaction sees."""

_CONTENT = "report_pieces.content"


async def add(unit: Unit, report: Report) -> None:
    """Adds a report."""
    await unit.execute(insert(REPORTS), {"organization_id": unit.organization, **_values(report)})


async def get(unit: Unit, identifier: UUID, *, lock: bool = False) -> Report | None:
    """Returns a report with its files; locked, it stays as it is until the transaction ends."""
    statement = select(REPORTS).where(REPORTS.c.id == identifier)
    row = (await unit.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return (await reports(unit, [row]))[0] if row else None


async def reports(unit: Unit, rows: Sequence[Row[Any]]) -> list[Report]:
    """Returns rows as reports, with their files."""
    statement = select(FILES).where(FILES.c.report_id.in_([row.id for row in rows])).order_by(FILES.c.format)
    files: dict[UUID, list[File]] = {}
    for row in await unit.execute(statement):
        files.setdefault(row.report_id, []).append(_file(row))
    return [_report(row, tuple(files.get(row.id, ()))) for row in rows]


async def save(unit: Unit, report: Report) -> None:
    """Writes a changed report, without its files."""
    await unit.execute(update(REPORTS).where(REPORTS.c.id == report.id).values(_values(report)))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a report with its files."""
    await unit.execute(delete(REPORTS).where(REPORTS.c.id == identifier))


async def clear(unit: Unit, report: UUID) -> None:
    """Removes what an earlier attempt has left of a report's files."""
    await unit.execute(delete(PIECES).where(PIECES.c.report_id == report))
    await unit.execute(delete(FILES).where(FILES.c.report_id == report))


async def add_piece(unit: Unit, report: Report, file: UUID, number: int, content: bytes) -> None:
    """Adds a piece of a file, sealed.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    sealer = await unit.sealer()
    row = {
        "organization_id": unit.organization,
        "report_id": report.id,
        "file_id": file,
        "number": number,
        "content": sealer.seal(_CONTENT, f"{file} {number}", content),
        "expires_at": report.expires_at,
        "data_key_id": sealer.key,
    }
    await unit.execute(insert(PIECES), row)


async def add_file(unit: Unit, report: Report, file: File) -> None:
    """Adds a file whose pieces are there."""
    row = {
        "organization_id": unit.organization,
        "report_id": report.id,
        "id": file.id,
        "format": file.format.value,
        "file_name": file.file_name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "expires_at": report.expires_at,
    }
    await unit.execute(insert(FILES), row)


async def file(unit: Unit, report: UUID, identifier: UUID) -> File | None:
    """Returns a file without its content."""
    found = await unit.execute(select(FILES).where(FILES.c.report_id == report, FILES.c.id == identifier))
    row = found.one_or_none()
    return _file(row) if row else None


async def piece(unit: Unit, file: UUID, number: int) -> Sealed | None:
    """Returns a piece of a file as it is stored."""
    found = await unit.execute(select(PIECES).where(PIECES.c.file_id == file, PIECES.c.number == number))
    row = found.one_or_none()
    return Sealed(_CONTENT, f"{file} {number}", row.data_key_id, row.content) if row else None


def _file(row: Row[Any]) -> File:
    return File(row.id, Format(row.format), row.file_name, row.media_type, row.size, row.sha256)


def _report(row: Row[Any], files: tuple[File, ...]) -> Report:
    return Report(
        id=row.id,
        order=Order(
            display_name=row.display_name,
            template=row.template_id,
            template_version=row.template_version,
            filter=row.filter,
            formats=tuple(map(Format, row.formats)),
            client=row.client,
            start=row.started_at,
            finish=row.finished_at,
            engagement=row.engagement_id,
            testers=tuple(row.testers),
        ),
        state=State(row.state),
        percent=row.percent,
        finding_count=row.finding_count,
        failure_reason=row.failure_reason,
        creator=row.creator,
        created_at=row.created_at,
        ended_at=row.ended_at,
        expires_at=row.expires_at,
        files=files,
    )


def _values(report: Report) -> dict[str, Any]:
    order = report.order
    return {
        "id": report.id,
        "display_name": order.display_name,
        "template_id": order.template,
        "template_version": order.template_version,
        "filter": order.filter,
        "formats": [one.value for one in order.formats],
        "client": order.client,
        "started_at": order.start,
        "finished_at": order.finish,
        "engagement_id": order.engagement,
        "testers": list(order.testers),
        "state": report.state.value,
        "percent": report.percent,
        "finding_count": report.finding_count,
        "failure_reason": report.failure_reason,
        "creator": report.creator,
        "created_at": report.created_at,
        "ended_at": report.ended_at,
        "expires_at": report.expires_at,
    }
