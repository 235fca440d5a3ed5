"""Sightings in PostgreSQL: what was seen, where, by which tool, and how it was matched."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Select, Uuid, and_, any_, literal, select, text

from services.core.findings.domain import Finding, Report, Severity, Sighting, Weakness, Wording
from services.core.findings.matching.keys import Kind, keys
from services.core.findings.matching.recording import Match, Recorded, Seen
from services.core.findings.store import Open
from services.core.findings.tables import DESCRIPTIONS, SIGHTINGS
from services.mesh.bulk import as_json, binary, insertion, pairs, rows_of
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed, Sealer

_EVIDENCE = "sightings.evidence"
_COLUMNS = tuple(column.name for column in SIGHTINGS.columns if column.name != "organization_id")
_WRITE = insertion(SIGHTINGS, _COLUMNS, conflict="id")
_DESCRIBE = insertion(DESCRIPTIONS, ("digest", "content"), conflict="digest")
_DESCRIBED = text("SELECT digest FROM sighting_descriptions WHERE digest = ANY(CAST(:digests AS bytea[]))")
_MOVE = text(
    "UPDATE sightings SET finding_id = pair.new "
    "FROM json_to_recordset(CAST(:pairs AS json)) AS pair(old uuid, new uuid) WHERE finding_id = pair.old"
)
_MOVE_SOME = text("UPDATE sightings SET finding_id = :finding WHERE id = ANY(CAST(:sightings AS uuid[]))")
_ALL = select(SIGHTINGS, DESCRIPTIONS.c.content).outerjoin(
    DESCRIPTIONS,
    and_(
        DESCRIPTIONS.c.organization_id == SIGHTINGS.c.organization_id,
        DESCRIPTIONS.c.digest == SIGHTINGS.c.description_digest,
    ),
)


async def recorded(unit: Unit, sightings: Sequence[UUID]) -> frozenset[UUID]:
    """Returns which of these sightings are there already."""
    statement = select(SIGHTINGS.c.id).where(SIGHTINGS.c.id == any_(literal(sightings, ARRAY(Uuid))))
    return frozenset((await unit.execute(statement)).scalars())


async def write(unit: Unit, batch: Sequence[Recorded], source: str) -> None:
    """Writes the new sightings of findings, and what they say where that was never said before.

    Args:
        unit: The transaction.
        batch: The findings.
        source: What their import is one of; empty for what can't be compared.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    sealer, said = await unit.sealer(), dict[bytes, str]()
    from_source = source_of(source) if source else None
    rows = [_values(entry.finding, seen, sealer, said, from_source) for entry in batch for seen in entry.sightings]
    await _describe(unit, said)
    await unit.execute(_WRITE, rows_of(unit.organization, rows))


async def move(unit: Unit, moves: Mapping[UUID, UUID]) -> None:
    """Gives all sightings of some findings to others."""
    if moves:
        await unit.execute(_MOVE, {"pairs": pairs(moves)})


async def move_some(unit: Unit, sightings: Collection[UUID], finding: UUID) -> None:
    """Gives some sightings to a finding."""
    await unit.execute(_MOVE_SOME, {"sightings": list(sightings), "finding": finding})


def of(finding: UUID) -> Select[Any]:
    """Returns the statement for a finding's sightings."""
    return _ALL.where(SIGHTINGS.c.finding_id == finding)


def source_of(text: str) -> bytes:
    """Returns what stands for a source."""
    return hashlib.sha256(text.encode()).digest()[:16]


async def seen(row: Row[Any], opened: Open) -> Seen:
    """Returns a row as a sighting with what it says, and how it was matched.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    evidence = await opened(Sealed(_EVIDENCE, str(row.id), row.data_key_id, row.evidence)) if row.evidence else b""
    said = json.loads(row.content) if row.content else _NOTHING
    sighting = Sighting(
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
        aliases=tuple(said["aliases"]),
        place=row.place,
        part=row.part,
    )
    report = Report(sighting, _weakness(row, said))
    matches = tuple(
        Match(Kind(kind), other) for kind, other in zip(row.matched_keys, row.matched_sightings, strict=True)
    )
    return Seen(report, keys(row.organization_id, report), matches)


def _weakness(row: Row[Any], said: Mapping[str, Any]) -> Weakness:
    return Weakness(
        target=row.target_id,
        check=row.check_id,
        asset=row.asset,
        location=row.location,
        wording=Wording(said["title"], said["description"], Severity(said["severity"]), said["remediation"]),
        cvss_vector=said["cvss_vector"],
        cvss_score=said["cvss_score"],
        cwes=tuple(said["cwes"]),
        cves=tuple(said["cves"]),
        references=tuple(said["references"]),
    )


async def _describe(unit: Unit, said: Mapping[bytes, str]) -> None:
    known = set((await unit.execute(_DESCRIBED, {"digests": list(said)})).scalars())
    rows = [{"digest": binary(digest), "content": content} for digest, content in said.items() if digest not in known]
    if rows:
        await unit.execute(_DESCRIBE, rows_of(unit.organization, rows))


def _values(
    finding: Finding, seen: Seen, sealer: Sealer, said: dict[bytes, str], source: bytes | None
) -> dict[str, Any]:
    sighting, weakness = seen.report.sighting, seen.report.weakness
    content = as_json(_content(seen.report))
    digest = hashlib.sha256(content.encode()).digest()
    said[digest] = content
    return {
        "id": sighting.id,
        "finding_id": finding.id,
        "scan_id": sighting.scan,
        "executor": sighting.executor,
        "evidence": binary(sealer.seal(_EVIDENCE, sighting.id, sighting.evidence.encode())),
        "seen_at": sighting.time,
        "data_key_id": sealer.key,
        "import_id": sighting.imported,
        "source": binary(source) if source else None,
        "origin_id": finding.id,
        "target_id": weakness.target,
        "tool": sighting.tool,
        "tool_version": sighting.tool_version,
        "tool_severity": sighting.tool_severity,
        "tool_finding_id": sighting.tool_finding_id,
        "check_id": weakness.check,
        "asset": weakness.asset,
        "location": weakness.location,
        "place": sighting.place,
        "part": sighting.part,
        "description_digest": binary(digest),
        "keys": [binary(key.value) for key in seen.keys],
        "matched_keys": [match.kind.value for match in seen.matches],
        "matched_sightings": [match.sighting for match in seen.matches],
    }


def _content(report: Report) -> dict[str, Any]:
    weakness, wording = report.weakness, report.weakness.wording
    return {
        "title": wording.title,
        "description": wording.description,
        "severity": wording.severity.value,
        "remediation": wording.remediation,
        "cvss_vector": weakness.cvss_vector,
        "cvss_score": weakness.cvss_score,
        "cwes": weakness.cwes,
        "cves": weakness.cves,
        "references": weakness.references,
        "aliases": report.sighting.aliases,
    }


_NOTHING: Mapping[str, Any] = {
    "title": "",
    "description": "",
    "severity": 0,
    "remediation": "",
    "cvss_vector": "",
    "cvss_score": 0.0,
    "cwes": (),
    "cves": (),
    "references": (),
    "aliases": (),
}
"""What sightings said of which that wasn't kept."""
