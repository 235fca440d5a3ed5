"""Acceptances in PostgreSQL, and which findings they cover."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, any_, delete, func, insert, literal, select, text, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.core.findings.acceptances.domain import COVERED, Acceptance, Kind, Scope, State
from services.core.findings.acceptances.tables import ACCEPTANCES, ACCEPTED
from services.core.findings.domain import Severity
from services.core.findings.domain import State as FindingState
from services.core.findings.store import Open
from services.core.findings.tables import FINDINGS
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed, Sealer

_COUNT = (
    select(func.count())
    .where(ACCEPTED.c.organization_id == ACCEPTANCES.c.organization_id, ACCEPTED.c.acceptance_id == ACCEPTANCES.c.id)
    .scalar_subquery()
    .label("finding_count")
)
ALL: Select[Any] = select(ACCEPTANCES, _COUNT)
"""The statement for all acceptances that the transaction sees."""

_SEALED = ("justification", "evidence", "note")
_TARGETS = text("SELECT count(*) FROM targets WHERE id = ANY (:targets)")
# Whose hands a finding has been in: who brought in what saw it first, and who said that it is or will be mended.
_INVOLVED = text(
    """
    WITH chosen AS (SELECT id FROM findings WHERE id = ANY (:findings)),
    seen AS (
        SELECT first.* FROM chosen CROSS JOIN LATERAL (
            SELECT scan_id, import_id FROM sightings
            WHERE organization_id = CAST(:organization AS uuid) AND finding_id = chosen.id ORDER BY seen_at, id LIMIT 1
        ) AS first
    ),
    named AS (
        SELECT DISTINCT 'organizations/' || :organization || '/scans/' || scan_id AS resource, 'scan.created' AS made
            FROM seen WHERE scan_id IS NOT NULL
        UNION SELECT 'organizations/' || :organization || '/imports/' || import_id, 'import.created'
            FROM seen WHERE import_id IS NOT NULL
    )
    SELECT 'found' FROM named JOIN event_log USING (resource)
        WHERE organization_id = CAST(:organization AS uuid) AND actor = :actor AND type = made
    UNION SELECT 'mended' FROM chosen JOIN event_log
        ON resource = 'organizations/' || :organization || '/findings/' || chosen.id
        WHERE organization_id = CAST(:organization AS uuid) AND actor = :actor
        AND type IN ('finding.remediation_started', 'finding.resolved', 'finding.retest_requested')
    """
)


async def add(unit: Unit, acceptance: Acceptance) -> None:
    """Adds an acceptance.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    values = _values(acceptance, await unit.sealer())
    await unit.execute(insert(ACCEPTANCES), {"organization_id": unit.organization, "pending": False, **values})


async def save(unit: Unit, acceptance: Acceptance, *, pending: bool) -> None:
    """Writes a changed acceptance; `pending` if findings are left to cover or to give back.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    values = _values(acceptance, await unit.sealer())
    await unit.execute(update(ACCEPTANCES).where(ACCEPTANCES.c.id == acceptance.id).values(pending=pending, **values))


async def settled(unit: Unit, identifier: UUID) -> None:
    """Notes that no findings are left to cover or to give back."""
    await unit.execute(update(ACCEPTANCES).where(ACCEPTANCES.c.id == identifier).values(pending=False))


async def get(unit: Unit, identifier: UUID) -> Acceptance | None:
    """Returns an acceptance."""
    row = (await unit.execute(ALL.where(ACCEPTANCES.c.id == identifier))).one_or_none()
    return await acceptance(row, unit.open) if row else None


async def in_force(unit: Unit) -> list[Acceptance]:
    """Returns the acceptances in force, the oldest first; without what is sealed."""
    rows = await unit.execute(
        ALL.where(ACCEPTANCES.c.state == State.APPROVED).order_by(ACCEPTANCES.c.decided_at, ACCEPTANCES.c.id)
    )
    return [_plain(row) for row in rows]


async def pending(unit: Unit) -> list[Acceptance]:
    """Returns the acceptances with findings left to cover or to give back; without what is sealed."""
    rows = await unit.execute(ALL.where(ACCEPTANCES.c.pending).order_by(ACCEPTANCES.c.id))
    return [_plain(row) for row in rows]


async def expiring(unit: Unit, now: datetime) -> tuple[list[UUID], datetime | None]:
    """Returns which acceptances' time is over, and when the next one's is."""
    due = (ACCEPTANCES.c.state == State.APPROVED) & (ACCEPTANCES.c.expires_at <= now)
    later = (ACCEPTANCES.c.state == State.APPROVED) & (ACCEPTANCES.c.expires_at > now)
    over = (await unit.execute(select(ACCEPTANCES.c.id).where(due))).scalars().all()
    following = (await unit.execute(select(func.min(ACCEPTANCES.c.expires_at)).where(later))).scalar_one()
    return list(over), following


async def to_cover(unit: Unit, scope: Scope, limit: int) -> list[UUID]:
    """Returns some findings that a scope covers and no acceptance has taken yet, the gravest first."""
    statement = (
        select(FINDINGS.c.id)
        .where(FINDINGS.c.state == any_(literal(sorted(COVERED))), _condition(scope))
        .order_by(FINDINGS.c.severity.desc(), FINDINGS.c.id)
        .limit(limit)
    )
    return list((await unit.execute(statement)).scalars())


async def covered(unit: Unit, identifier: UUID, limit: int) -> list[tuple[UUID, FindingState]]:
    """Returns some findings that an acceptance has taken, with the state that they had."""
    statement = select(ACCEPTED).where(ACCEPTED.c.acceptance_id == identifier).order_by(ACCEPTED.c.finding_id)
    rows = await unit.execute(statement.limit(limit))
    return [(row.finding_id, FindingState(row.state_before)) for row in rows]


async def take(unit: Unit, finding: UUID, identifier: UUID, before: FindingState) -> None:
    """Notes that an acceptance has taken a finding, and in which state."""
    values = {"acceptance_id": identifier, "state_before": before.value}
    statement = upsert(ACCEPTED).values(organization_id=unit.organization, finding_id=finding, **values)
    await unit.execute(statement.on_conflict_do_update(index_elements=["organization_id", "finding_id"], set_=values))


async def give_back(unit: Unit, finding: UUID) -> None:
    """Notes that no acceptance has a finding any more."""
    await unit.execute(delete(ACCEPTED).where(ACCEPTED.c.finding_id == finding))


async def involvement(unit: Unit, findings: Sequence[UUID], actor: str) -> list[str]:
    """Returns in which ways somebody has had these findings in hand: `found`, `mended`."""
    parameters = {"findings": list(findings), "organization": str(unit.organization), "actor": actor}
    return sorted((await unit.execute(_INVOLVED, parameters)).scalars())


async def all_targets_exist(unit: Unit, targets: Sequence[UUID]) -> bool:
    """Returns whether the organization has these targets."""
    return int((await unit.execute(_TARGETS, {"targets": list(targets)})).scalar_one()) == len(set(targets))


async def acceptance(row: Row[Any], opened: Open) -> Acceptance:
    """Returns a row as an acceptance.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    texts = {column: (await opened(_sealed(row, column))).decode() for column in _SEALED}
    return _acceptance(row, texts)


def _sealed(row: Row[Any], column: str) -> Sealed:
    return Sealed(f"acceptances.{column}", str(row.id), row.data_key_id, getattr(row, column))


def _plain(row: Row[Any]) -> Acceptance:
    return _acceptance(row, dict.fromkeys(_SEALED, ""))


def _acceptance(row: Row[Any], texts: dict[str, str]) -> Acceptance:
    return Acceptance(
        id=row.id,
        scope=Scope(
            Kind(row.kind),
            row.finding_id,
            row.cve,
            tuple(row.target_ids),
            row.check_id,
            Severity(row.greatest_severity),
        ),
        expires_at=row.expires_at,
        state=State(row.state),
        requester=row.requester,
        created_at=row.created_at,
        decider=row.decider,
        finding_count=row.finding_count,
        decided_at=row.decided_at,
        ended_at=row.ended_at,
        revision=row.revision,
        **texts,
    )


def _condition(scope: Scope) -> ColumnElement[bool]:
    """Returns a scope as a condition on findings; the same as `Scope.covers`."""
    chosen: dict[Kind, ColumnElement[bool]] = {
        Kind.FINDING: FINDINGS.c.id == scope.finding,
        Kind.CVE: literal(scope.cve) == any_(FINDINGS.c.cves),
        Kind.TARGETS: FINDINGS.c.target_id == any_(literal(list(scope.targets), ACCEPTANCES.c.target_ids.type)),
        Kind.ORGANIZATION: true(),
    }
    condition = chosen[scope.kind]
    if scope.check:
        condition &= FINDINGS.c.check_id == scope.check
    if scope.greatest:
        condition &= FINDINGS.c.severity <= scope.greatest.value
    return condition


def _values(acceptance: Acceptance, sealer: Sealer) -> dict[str, Any]:
    scope = acceptance.scope
    return {
        "id": acceptance.id,
        "kind": scope.kind.value,
        "finding_id": scope.finding,
        "cve": scope.cve,
        "target_ids": list(scope.targets),
        "check_id": scope.check,
        "greatest_severity": scope.greatest.value,
        "justification": sealer.seal("acceptances.justification", acceptance.id, acceptance.justification.encode()),
        "evidence": sealer.seal("acceptances.evidence", acceptance.id, acceptance.evidence.encode()),
        "note": sealer.seal("acceptances.note", acceptance.id, acceptance.note.encode()),
        "data_key_id": sealer.key,
        "state": acceptance.state.value,
        "requester": acceptance.requester,
        "decider": acceptance.decider,
        "created_at": acceptance.created_at,
        "decided_at": acceptance.decided_at,
        "ended_at": acceptance.ended_at,
        "expires_at": acceptance.expires_at,
        "revision": acceptance.revision,
    }
