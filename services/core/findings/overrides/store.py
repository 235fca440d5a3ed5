"""Decisions about severities in PostgreSQL."""

from uuid import UUID

from sqlalchemy import Column, DateTime, LargeBinary, Table, Text, Uuid, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.core.findings.domain import Finding
from services.core.findings.overrides.domain import Decision, Said
from services.core.findings.sightings import store as sightings
from services.core.findings.tables import SIGHTINGS
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed
from services.mesh.encryption.resealing import SealedTable
from services.mesh.tables import METADATA

OVERRIDES = Table(
    "severity_overrides",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("finding_id", Uuid, primary_key=True),
    Column("reason", LargeBinary, nullable=False),
    Column("data_key_id", Uuid),
    Column("actor", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)
SEALED = (SealedTable(OVERRIDES, ("finding_id",), ("reason",)),)
"""What a rotation of the organization's key seals anew."""

_REASON = "severity_overrides.reason"


async def get(unit: Unit, finding: UUID) -> Decision | None:
    """Returns what was decided about a finding's severity.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    row = (await unit.execute(select(OVERRIDES).where(OVERRIDES.c.finding_id == finding))).one_or_none()
    if row is None:
        return None
    reason = await unit.open(Sealed(_REASON, str(finding), row.data_key_id, row.reason))
    return Decision(reason.decode(), row.actor, row.decided_at)


async def put(unit: Unit, finding: UUID, decision: Decision) -> None:
    """Keeps a decision in place of an earlier one.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    sealer = await unit.sealer()
    values = {
        "reason": sealer.seal(_REASON, finding, decision.reason.encode()),
        "data_key_id": sealer.key,
        "actor": decision.actor,
        "decided_at": decision.decided_at,
    }
    statement = insert(OVERRIDES).values(organization_id=unit.organization, finding_id=finding, **values)
    keys = ["organization_id", "finding_id"]
    await unit.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))


async def remove(unit: Unit, finding: UUID) -> None:
    """Forgets a decision."""
    await unit.execute(delete(OVERRIDES).where(OVERRIDES.c.finding_id == finding))


async def said(unit: Unit, finding: Finding) -> Said:
    """Returns what a finding's latest sighting says; where it has none, what the finding does.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    latest = sightings.of(finding.id).order_by(SIGHTINGS.c.seen_at.desc(), SIGHTINGS.c.id.desc()).limit(1)
    row = (await unit.execute(latest)).one_or_none()
    report = (await sightings.seen(row, unit.open)).report if row else None
    # What sightings said wasn't kept before there was matching.
    if report is None or not report.weakness.wording.severity:
        return Said(finding.weakness.wording.severity)
    return Said(report.weakness.wording.severity, report.sighting.tool_severity)
