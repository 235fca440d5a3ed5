"""Findings, targets and the organization, read for a report."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, TextClause, func, select, text

from services.core.findings import domain as findings
from services.core.findings import store as findings_store
from services.core.findings.tables import FIELDS, FINDINGS, SIGHTINGS
from services.core.reports.model import Finding, Sighting, Target
from services.core.reports.summary import Counted, Summarizer
from services.core.reports.texts import line, shown
from services.mesh import names
from services.mesh.calls import Call
from services.mesh.database import Database, Unit
from services.mesh.filters import to_sql

MOST = 100_000
"""The most findings that a report may have."""

BATCH = 100
"""How many findings are read at once."""

_SIGHTINGS = 5
_MENDED = frozenset({"RESOLVED", "DISMISSED", "DUPLICATE"})
_LEFT_OUT = [state.value for state in findings.State if state.name in {"DISMISSED", "DUPLICATE"}]
_COUNTED = ("id", "severity", "state", "asset", "first_seen_at", "last_seen_at", "cwes", "cves", "due_at", "breached")
_ORDER = (FINDINGS.c.severity.desc(), FINDINGS.c.cvss_score.desc(), FINDINGS.c.first_seen_at, FINDINGS.c.id)
_OF_ENGAGEMENT = text(
    "findings.id IN (SELECT finding_id FROM sightings WHERE scan_id IN"
    " (SELECT id FROM scans WHERE engagement_id = :engagement)"
    " UNION SELECT finding_id FROM sightings WHERE import_id IN"
    " (SELECT id FROM imports WHERE engagement_id = :engagement)"
    " UNION SELECT unnest(findings) FROM checklist_items WHERE engagement_id = :engagement)"
)
_ORGANIZATION = text("SELECT display_name FROM organizations WHERE id = :id")
_TARGETS = text(
    "SELECT id, display_name, address, excluded_addresses FROM targets"
    " WHERE CAST(:engagement AS uuid) IS NULL"
    " OR id IN (SELECT unnest(targets) FROM engagements WHERE id = :engagement) ORDER BY display_name, id LIMIT 1000"
)


@dataclass(frozen=True, slots=True)
class Selection:
    """The findings of a report in their order, and their figures."""

    ids: tuple[UUID, ...]
    figures: Summarizer


def check_filter(expression: str) -> None:
    """Checks a filter of findings.

    Raises:
        Failure: INVALID_FILTER.
    """
    to_sql(expression, FIELDS)


async def choose(
    unit: Unit, filters: Sequence[str], now: datetime, *, documents: bool, engagement: UUID | None = None
) -> Selection:
    """Returns the findings that all filters let through, the gravest first, without reading their texts.

    Args:
        unit: The unit.
        filters: Filters (AIP-160); empty ones let everything through.
        now: The time at which deadlines are looked at.
        documents: Whether, where there is no filter, false positives and duplicates are left out.
        engagement: The engagement whose scans saw them or whose checklists name them; all findings where it is None.

    Raises:
        Failure: INVALID_FILTER.
    """
    statement = select(*(FINDINGS.c[name] for name in _COUNTED)).order_by(*_ORDER).limit(MOST + 1)
    conditions: list[ColumnElement[bool] | TextClause] = [
        condition for one in filters if (condition := to_sql(one, FIELDS)) is not None
    ]
    if documents and not conditions:
        conditions = [FINDINGS.c.state.not_in(_LEFT_OUT)]
    if engagement:
        conditions.append(_OF_ENGAGEMENT.bindparams(engagement=engagement))
    figures, ids = Summarizer(), []
    for row in await unit.execute(statement.where(*conditions)):
        figures.add(_counted(row, now))
        ids.append(row.id)
    return Selection(tuple(ids), figures)


async def read(
    database: Database, call: Call, ids: Sequence[UUID], now: datetime, *, evidence: bool
) -> AsyncIterator[list[Finding]]:
    """Yields the findings, a batch at a time; those that were removed meanwhile are left out.

    Args:
        database: Where they are.
        call: For whom.
        ids: Their identifiers in the order of the report.
        now: The time at which deadlines are looked at.
        evidence: Whether to show the evidence.
    """
    async with database.unit(call) as unit:
        known = {row.id: line(row.display_name) for row in await unit.execute(_TARGETS, {"engagement": None})}
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        async with database.unit(call) as unit:
            rows = {row.id: row for row in await unit.execute(select(FINDINGS).where(FINDINGS.c.id.in_(part)))}
            found = {one: await findings_store.finding(row, unit.open) for one, row in rows.items()}
            seen = await _sightings(unit, part)
        yield [
            _finding(number, call.organization, found[one], rows[one], seen.get(one, ()), known, now, evidence=evidence)
            for number, one in enumerate(part, start + 1)
            if one in found
        ]


async def organization(unit: Unit) -> str:
    """Returns the organization's name."""
    return line(str((await unit.execute(_ORGANIZATION, {"id": unit.organization})).scalar_one_or_none() or ""))


async def targets(unit: Unit, engagement: UUID | None = None) -> tuple[Target, ...]:
    """Returns the organization's targets, or those of an engagement; at most a thousand."""
    return tuple(
        Target(line(row.display_name), line(row.address), tuple(map(line, row.excluded_addresses)))
        for row in await unit.execute(_TARGETS, {"engagement": engagement})
    )


async def _sightings(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, tuple[Sighting, ...]]:
    """Returns the latest sightings of findings, without their evidence."""
    place = func.row_number().over(partition_by=SIGHTINGS.c.finding_id, order_by=SIGHTINGS.c.seen_at.desc())
    columns = (SIGHTINGS.c.finding_id, SIGHTINGS.c.executor, SIGHTINGS.c.seen_at, place.label("place"))
    ranked = select(*columns).where(SIGHTINGS.c.finding_id.in_(ids)).subquery()
    latest = select(ranked).where(ranked.c.place <= _SIGHTINGS).order_by(ranked.c.seen_at.desc())
    seen: dict[UUID, tuple[Sighting, ...]] = {}
    for row in await unit.execute(latest):
        seen[row.finding_id] = (*seen.get(row.finding_id, ()), Sighting(row.seen_at, line(row.executor)))
    return seen


def _counted(row: Row[Any], now: datetime) -> Counted:
    severity, state = _severity(row.severity), findings.State(row.state).name
    mended = state in _MENDED
    return Counted(
        severity=severity,
        state=state,
        asset=line(row.asset),
        first_seen=row.first_seen_at,
        last_seen=row.last_seen_at,
        due=row.due_at,
        # What has passed is written down a moment later; what is mended stays as it was then.
        late=row.breached or (not mended and row.due_at is not None and row.due_at <= now),
        mended=mended,
        cwes=tuple(row.cwes),
        cves=tuple(row.cves),
    )


def _finding(
    number: int,
    organization: UUID,
    finding: findings.Finding,
    row: Row[Any],
    sightings: tuple[Sighting, ...],
    targets: dict[UUID, str],
    now: datetime,
    *,
    evidence: bool,
) -> Finding:
    weakness, counted = finding.weakness, _counted(row, now)
    return Finding(
        number=number,
        id=str(finding.id),
        name=names.join("organizations", organization, "findings", finding.id),
        title=line(weakness.wording.title),
        severity=counted.severity,
        state=counted.state,
        state_reason=shown(finding.dismissal_reason),
        cvss_vector=line(weakness.cvss_vector),
        cvss_score=weakness.cvss_score,
        cwes=weakness.cwes,
        cves=tuple(map(line, weakness.cves)),
        check=line(weakness.check),
        asset=counted.asset,
        location=line(weakness.location),
        target=targets.get(row.target_id, ""),
        description=shown(weakness.wording.description),
        evidence=shown(finding.evidence) if evidence else "",
        remediation=shown(weakness.wording.remediation),
        references=tuple(_lines(weakness.references)),
        first_seen=finding.first_seen_at,
        last_seen=finding.last_seen_at,
        updated=finding.updated_at,
        due=counted.due,
        late=counted.late,
        mended=counted.mended,
        sightings=sightings,
        sighting_count=finding.sighting_count,
    )


def _lines(texts: Sequence[str]) -> Iterator[str]:
    return (one for one in map(line, texts) if one)


def _severity(value: int) -> str:
    """Returns how grave a finding is; one that nobody rated is informational."""
    return findings.Severity(max(value, findings.Severity.INFO.value)).name
