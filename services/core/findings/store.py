"""Findings and sightings in PostgreSQL."""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    LargeBinary,
    Row,
    Select,
    Table,
    TextClause,
    Uuid,
    any_,
    bindparam,
    literal,
    select,
    text,
    update,
)

from services.core.findings.domain import Finding, Recorded, Severity, Sighting, State, Weakness, Wording
from services.core.findings.tables import FINDINGS, SIGHTINGS
from services.mesh.database import Database, Unit
from services.mesh.encryption.keyring import Sealed, Sealer
from services.mesh.queries import Query

ALL: Select[Any] = select(FINDINGS)
"""The statement for all findings that the transaction sees."""

Open = Callable[[Sealed], Awaitable[bytes]]
"""Opens a sealed field: `Unit.open` inside of a unit, `Database.open` outside of any."""

_EVIDENCE, _REASON, _SEEN = "findings.evidence", "findings.dismissal_reason", "sightings.evidence"


def _upsert(table: Table, conflict: str, action: str) -> TextClause:
    """Returns the statement that writes the rows of a JSON array at once; COPY is refused under row-level security."""
    columns = ", ".join(column.name for column in table.columns)
    return text(
        f"INSERT INTO {table.name} ({columns}) "  # noqa: S608 - names of our own tables
        f"SELECT {columns} FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json)) "
        f"ON CONFLICT (organization_id, {conflict}) DO {action}"
    )


_KEPT = {"organization_id", "id", "identity"}
_CHANGES = ", ".join(
    f"{column.name} = EXCLUDED.{column.name}" for column in FINDINGS.columns if column.name not in _KEPT
)
_WRITE_FINDINGS = _upsert(FINDINGS, "identity", f"UPDATE SET {_CHANGES}")
_WRITE_SIGHTINGS = _upsert(SIGHTINGS, "id", "NOTHING")
_COUNT_OF_SCAN = text("SELECT count(DISTINCT finding_id) FROM sightings WHERE scan_id = :scan")


_BY_ID = select(FINDINGS).where(FINDINGS.c.id == bindparam("id"))
_READ = Query(_BY_ID)


async def recorded(unit: Unit, sightings: Sequence[UUID]) -> frozenset[UUID]:
    """Returns which of these sightings are there already."""
    statement = select(SIGHTINGS.c.id).where(SIGHTINGS.c.id == any_(literal(sightings, ARRAY(Uuid))))
    return frozenset((await unit.execute(statement)).scalars())


async def known(unit: Unit, identities: Iterable[bytes]) -> dict[bytes, Finding]:
    """Returns the findings with these identities, as far as there are."""
    wanted = literal(list(identities), ARRAY(LargeBinary))
    rows = await unit.execute(select(FINDINGS).where(FINDINGS.c.identity == any_(wanted)))
    return {row.identity: await finding(row, unit.open) for row in rows}


async def write(unit: Unit, batch: Sequence[Recorded]) -> None:
    """Writes findings, new and changed ones, with their new sightings.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    sealer = await unit.sealer()
    findings = [_values(entry.finding, sealer) for entry in batch]
    sightings = [_sighting_values(entry.finding, sighting, sealer) for entry in batch for sighting in entry.sightings]
    await unit.execute(_WRITE_FINDINGS, {"rows": _rows(unit.organization, findings)})
    await unit.execute(_WRITE_SIGHTINGS, {"rows": _rows(unit.organization, sightings)})


async def get(unit: Unit, identifier: UUID) -> Finding | None:
    """Returns a finding."""
    row = (await unit.execute(_BY_ID, {"id": identifier})).one_or_none()
    return await finding(row, unit.open) if row else None


async def exists(unit: Unit, identifier: UUID) -> bool:
    """Returns whether there is a finding."""
    found = select(FINDINGS.c.id).where(FINDINGS.c.id == identifier)
    return (await unit.execute(found)).one_or_none() is not None


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


def sightings_of(finding: UUID) -> Select[Any]:
    """Returns the statement for a finding's sightings."""
    return select(SIGHTINGS).where(SIGHTINGS.c.finding_id == finding)


async def finding(row: Row[Any], opened: Open) -> Finding:
    """Returns a row as a finding.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    identifier, key = str(row.id), row.data_key_id
    evidence = await opened(Sealed(_EVIDENCE, identifier, key, row.evidence))
    reason = await opened(Sealed(_REASON, identifier, key, row.dismissal_reason))
    return Finding(
        id=row.id,
        identity=row.identity,
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
    )


async def sighting(row: Row[Any], opened: Open) -> Sighting:
    """Returns a row as a sighting.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    evidence = await opened(Sealed(_SEEN, str(row.id), row.data_key_id, row.evidence))
    return Sighting(
        id=row.id,
        scan=row.scan_id,
        executor=row.executor,
        time=row.seen_at,
        evidence=evidence.decode(),
        imported=row.import_id,
        tool=row.tool,
        tool_version=row.tool_version,
        tool_severity=row.tool_severity,
        tool_finding_id=row.tool_finding_id,
        place=row.place,
        part=row.part,
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


def _values(finding: Finding, sealer: Sealer) -> dict[str, Any]:
    weakness, wording = finding.weakness, finding.weakness.wording
    return {
        "id": finding.id,
        "identity": finding.identity,
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
        "latest_sighting_id": None,
        "description_digest": None,
    }


def _sighting_values(finding: Finding, sighting: Sighting, sealer: Sealer) -> dict[str, Any]:
    return {
        "id": sighting.id,
        "finding_id": finding.id,
        "scan_id": sighting.scan,
        "executor": sighting.executor,
        "evidence": sealer.seal(_SEEN, sighting.id, sighting.evidence.encode()),
        "seen_at": sighting.time,
        "data_key_id": sealer.key,
        "import_id": sighting.imported,
        "origin_id": finding.id,
        "target_id": finding.weakness.target,
        "tool": sighting.tool,
        "tool_version": sighting.tool_version,
        "tool_severity": sighting.tool_severity,
        "tool_finding_id": sighting.tool_finding_id,
        "check_id": finding.weakness.check,
        "asset": finding.weakness.asset,
        "location": finding.weakness.location,
        "place": sighting.place,
        "part": sighting.part,
        "description_digest": None,
        "keys": [],
        "matched_keys": [],
        "matched_sightings": [],
    }


def _rows(organization: UUID, rows: Sequence[dict[str, Any]]) -> str:
    return json.dumps([{"organization_id": organization, **row} for row in rows], default=_text)


def _text(value: object) -> str:
    """Returns what PostgreSQL reads a value from that JSON has no form for."""
    match value:
        case bytes():
            return f"\\x{value.hex()}"
        case datetime():
            return value.isoformat()
    return str(value)
