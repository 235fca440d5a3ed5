"""Findings in PostgreSQL."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Row,
    Select,
    Uuid,
    any_,
    bindparam,
    literal,
    select,
    text,
    update,
)

from services.core.findings.domain import Finding, Severity, State, Weakness, Wording
from services.core.findings.tables import FINDINGS
from services.mesh.bulk import binary, insertion, rows_of
from services.mesh.database import Database, Unit
from services.mesh.encryption.keyring import Sealed, Sealer
from services.mesh.queries import Query

ALL: Select[Any] = select(FINDINGS)
"""The statement for all findings that the transaction sees."""

Open = Callable[[Sealed], Awaitable[bytes]]
"""Opens a sealed field: `Unit.open` inside of a unit, `Database.open` outside of any."""

_EVIDENCE, _REASON = "findings.evidence", "findings.dismissal_reason"
_WRITTEN = (
    *("id", "target_id", "check_id", "asset", "location", "title", "description", "severity", "remediation"),
    *("reworded", "cvss_vector", "cvss_score", "cwes", "cves", "reference_urls", "evidence", "state"),
    *("dismissal_reason", "sighting_count", "scan_id", "first_seen_at", "last_seen_at", "updated_at", "revision"),
    *("data_key_id", "import_id", "duplicate_of", "state_before", "latest_sighting_id", "assignee_id"),
    "tool",
)
"""The columns that are this domain's; others of the table are their own domains' to write."""
_SEALED = ("evidence", "dismissal_reason")
_WRITE = insertion(FINDINGS, _WRITTEN, conflict="id", change=[name for name in _WRITTEN if name != "id"])
_COUNT_OF_SCAN = text("SELECT count(DISTINCT finding_id) FROM sightings WHERE scan_id = :scan")
_BY_ID = select(FINDINGS).where(FINDINGS.c.id == bindparam("id"))
_READ = Query(_BY_ID)


async def get(unit: Unit, identifier: UUID) -> Finding | None:
    """Returns a finding."""
    row = (await unit.execute(_BY_ID, {"id": identifier})).one_or_none()
    return await finding(row, unit.open) if row else None


async def exists(unit: Unit, identifier: UUID) -> bool:
    """Returns whether there is a finding."""
    found = select(FINDINGS.c.id).where(FINDINGS.c.id == identifier)
    return (await unit.execute(found)).one_or_none() is not None


async def get_all(unit: Unit, identifiers: Iterable[UUID]) -> dict[UUID, Finding]:
    """Returns those of some findings that there are, by identifier."""
    wanted = list(identifiers)
    if not wanted:
        return {}
    rows = await unit.execute(select(FINDINGS).where(FINDINGS.c.id == any_(literal(wanted, ARRAY(Uuid)))))
    return {row.id: await finding(row, unit.open) for row in rows}


async def duplicates_of(unit: Unit, identifiers: Collection[UUID]) -> list[Finding]:
    """Returns the findings that are duplicates of some."""
    if not identifiers:
        return []
    wanted = literal(list(identifiers), ARRAY(Uuid))
    rows = await unit.execute(select(FINDINGS).where(FINDINGS.c.duplicate_of == any_(wanted)))
    return [await finding(row, unit.open) for row in rows]


async def read(database: Database, identifier: UUID, opened: Open | None = None) -> Finding | None:
    """Returns a finding in a single round trip, outside any unit; `opened` opens what is sealed, or the database."""
    row = await database.one(_READ, id=identifier)
    return await finding(row, opened or database.open) if row else None


async def count_of_scan(unit: Unit, scan: UUID) -> int:
    """Returns how many findings a scan has seen."""
    return int((await unit.execute(_COUNT_OF_SCAN, {"scan": scan})).scalar_one())


async def save(unit: Unit, changed: Finding) -> None:
    """Writes a changed finding.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    values = _values(changed, await unit.sealer())
    await unit.execute(update(FINDINGS).where(FINDINGS.c.id == changed.id).values(values))


async def write(unit: Unit, findings: Iterable[Finding]) -> None:
    """Writes findings, new and changed ones, with one statement.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    sealer = await unit.sealer()
    if rows := [_as_json(_values(one, sealer)) for one in findings]:
        await unit.execute(_WRITE, rows_of(unit.organization, rows))


async def finding(row: Row[Any], opened: Open) -> Finding:
    """Returns a row as a finding.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    identifier, key = str(row.id), row.data_key_id
    evidence = await opened(Sealed(_EVIDENCE, identifier, key, row.evidence)) if row.evidence else b""
    reason = await opened(Sealed(_REASON, identifier, key, row.dismissal_reason)) if row.dismissal_reason else b""
    return Finding(
        id=row.id,
        weakness=_weakness(row),
        reworded=frozenset(row.reworded),
        evidence=evidence.decode(),
        state=State(row.state),
        dismissal_reason=reason.decode(),
        sighting_count=row.sighting_count,
        scan=row.scan_id,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        updated_at=row.updated_at,
        revision=row.revision,
        imported=row.import_id,
        duplicate_of=row.duplicate_of,
        before=State(row.state_before) if row.state_before else None,
        latest=row.latest_sighting_id,
        assignee=row.assignee_id,
        due_at=row.due_at,
        breached=row.breached,
        tool=row.tool,
    )


def _weakness(row: Row[Any]) -> Weakness:
    return Weakness(
        target=row.target_id,
        check=row.check_id,
        asset=row.asset,
        location=row.location,
        wording=Wording(row.title, row.description, Severity(row.severity), row.remediation),
        cvss_vector=row.cvss_vector,
        cvss_score=row.cvss_score,
        cwes=tuple(row.cwes),
        cves=tuple(row.cves),
        references=tuple(row.reference_urls),
    )


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    for name in _SEALED:
        values[name] = binary(values[name])
    return values


def _values(finding: Finding, sealer: Sealer) -> dict[str, Any]:
    weakness, wording = finding.weakness, finding.weakness.wording
    return {
        "id": finding.id,
        "target_id": weakness.target,
        "check_id": weakness.check,
        "asset": weakness.asset,
        "location": weakness.location,
        "title": wording.title,
        "description": wording.description,
        "severity": wording.severity.value,
        "remediation": wording.remediation,
        "reworded": sorted(finding.reworded),
        "cvss_vector": weakness.cvss_vector,
        "cvss_score": weakness.cvss_score,
        "cwes": list(weakness.cwes),
        "cves": list(weakness.cves),
        "reference_urls": list(weakness.references),
        "evidence": sealer.seal(_EVIDENCE, finding.id, finding.evidence.encode()),
        "state": finding.state.value,
        "dismissal_reason": sealer.seal(_REASON, finding.id, finding.dismissal_reason.encode()),
        "sighting_count": finding.sighting_count,
        "scan_id": finding.scan,
        "first_seen_at": finding.first_seen_at,
        "last_seen_at": finding.last_seen_at,
        "updated_at": finding.updated_at,
        "revision": finding.revision,
        "data_key_id": sealer.key,
        "import_id": finding.imported,
        "duplicate_of": finding.duplicate_of,
        "state_before": finding.before.value if finding.before else None,
        "latest_sighting_id": finding.latest,
        "assignee_id": finding.assignee,
        "tool": finding.tool,
    }
