"""Re-tests in PostgreSQL, and what they ask of findings' sightings."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from services.core.findings.domain import State as FindingState
from services.core.findings.retests.domain import Look, Method, Retest, State, Verdict
from services.core.findings.retests.tables import RETESTS
from services.core.findings.store import Open
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed, Sealer
from services.mesh.errors import Failure, Reason

ALL: Select[Any] = select(RETESTS)
"""The statement for all re-tests that the transaction sees."""

_NOTE, _BEFORE, _AFTER = "note", "evidence_before", "evidence_after"
# The scan that has seen a finding last, and what it has seen.
_LOOK = text(
    """
    SELECT executor, check_id, asset, location, target_id,
        (SELECT engagement_id FROM scans WHERE scans.id = sightings.scan_id) AS engagement_id
    FROM sightings WHERE finding_id = :finding AND scan_id IS NOT NULL AND executor <> ''
    ORDER BY seen_at DESC, id DESC LIMIT 1
    """
)
_SEEN_BY = text(
    "SELECT id, evidence, data_key_id FROM sightings WHERE scan_id = :scan AND check_id = :check ORDER BY location, id"
)
_BEFORE_WAITING = text(
    "SELECT finding_state_before FROM retests WHERE finding_id = :finding ORDER BY requested_at DESC, id DESC LIMIT 1"
)
# Who has begun to mend a finding, or has said that it is mended.
_MENDED = text(
    """
    SELECT 1 FROM event_log
    WHERE organization_id = CAST(:organization AS uuid) AND resource = :finding AND actor = :actor
    AND type IN ('finding.remediation_started', 'finding.retest_requested') LIMIT 1
    """
)


async def add(unit: Unit, retest: Retest) -> None:
    """Adds a re-test.

    Raises:
        Failure: RETEST_UNDER_WAY; the finding has one already. UNAVAILABLE; Vault is away.
    """
    values = _values(retest, await unit.sealer())
    try:
        await unit.execute(insert(RETESTS), {"organization_id": unit.organization, **values})
    except IntegrityError as error:
        raise Failure(Reason.RETEST_UNDER_WAY) from error


async def save(unit: Unit, retest: Retest) -> None:
    """Writes a changed re-test.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    values = _values(retest, await unit.sealer())
    await unit.execute(update(RETESTS).where(RETESTS.c.id == retest.id).values(values))


async def get(unit: Unit, identifier: UUID) -> Retest | None:
    """Returns a re-test with its evidence.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    row = (await unit.execute(ALL.where(RETESTS.c.id == identifier))).one_or_none()
    return await retest(row, unit.open) if row else None


async def under_way(unit: Unit, finding: UUID) -> bool:
    """Returns whether a finding is being tested again."""
    statement = select(RETESTS.c.id).where(RETESTS.c.finding_id == finding, RETESTS.c.state < State.ENDED)
    return (await unit.execute(statement)).first() is not None


async def look(unit: Unit, finding: UUID, engagement: UUID | None) -> Look | None:
    """Returns what of ours has seen a finding last; None where only imports have.

    Args:
        unit: The transaction.
        finding: The finding.
        engagement: What the scan is to be held to; that of the scan that has seen it, where it isn't given.
    """
    row = (await unit.execute(_LOOK, {"finding": finding})).one_or_none()
    if row is None or row.target_id is None:
        return None
    held_to = engagement or row.engagement_id
    return Look(row.executor, row.check_id, row.asset, row.location, row.target_id, held_to)


async def state_before_waiting(unit: Unit, finding: UUID) -> FindingState:
    """Returns what a finding was before it waited for the re-test that is over; IN_REMEDIATION where there was none."""
    before = (await unit.execute(_BEFORE_WAITING, {"finding": finding})).scalar_one_or_none()
    return FindingState(before) if before else FindingState.IN_REMEDIATION


async def seen_by(unit: Unit, scan: UUID, check: str) -> str | None:
    """Returns what a scan has seen of a check, a sighting's evidence after the other; None where it has seen nothing.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    rows = (await unit.execute(_SEEN_BY, {"scan": scan, "check": check})).all()
    if not rows:
        return None
    seen = [await unit.open(Sealed("sightings.evidence", str(row.id), row.data_key_id, row.evidence)) for row in rows]
    return "\n".join(part.decode() for part in seen)


async def has_mended(unit: Unit, finding: str, actor: str) -> bool:
    """Returns whether somebody has begun to mend a finding, given by its name, or has asked to test it again."""
    parameters = {"organization": str(unit.organization), "finding": finding, "actor": actor}
    return (await unit.execute(_MENDED, parameters)).first() is not None


async def retest(row: Row[Any], opened: Open) -> Retest:
    """Returns a row as a re-test, with its evidence.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    texts = [(await opened(_sealed(row, column))).decode() for column in (_NOTE, _BEFORE, _AFTER)]
    return plain(row, *texts)


def plain(row: Row[Any], note: str = "", before: str = "", after: str = "") -> Retest:
    """Returns a row as a re-test; without what is sealed, where that isn't given."""
    return Retest(
        id=row.id,
        finding=row.finding_id,
        finding_before=FindingState(row.finding_state_before),
        method=Method(row.method),
        state=State(row.state),
        requester=row.requester,
        requested_at=row.requested_at,
        look=_look(row) if row.target_id else None,
        scan=row.scan_id,
        tester=row.tester_id,
        verdict=Verdict(row.verdict) if row.verdict else None,
        decider=row.decider,
        reason=row.reason,
        note=note,
        before=before,
        after=after,
        queued_at=row.queued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        revision=row.revision,
    )


def _look(row: Row[Any]) -> Look:
    return Look(row.executor, row.check_id, row.asset, row.location, row.target_id, row.engagement_id)


def _sealed(row: Row[Any], column: str) -> Sealed:
    return Sealed(f"retests.{column}", str(row.id), row.data_key_id, getattr(row, column))


def _values(retest: Retest, sealer: Sealer) -> dict[str, Any]:
    look = retest.look
    sealed = {_NOTE: retest.note, _BEFORE: retest.before, _AFTER: retest.after}
    return {
        "id": retest.id,
        "finding_id": retest.finding,
        "finding_state_before": retest.finding_before.value,
        "method": retest.method.value,
        "state": retest.state.value,
        "verdict": retest.verdict.value if retest.verdict else None,
        "reason": retest.reason,
        "executor": look.executor if look else "",
        "check_id": look.check if look else "",
        "asset": look.asset if look else "",
        "location": look.location if look else "",
        "target_id": look.target if look else None,
        "engagement_id": look.engagement if look else None,
        "scan_id": retest.scan,
        "tester_id": retest.tester,
        "requester": retest.requester,
        "decider": retest.decider,
        "requested_at": retest.requested_at,
        "queued_at": retest.queued_at,
        "started_at": retest.started_at,
        "ended_at": retest.ended_at,
        **{column: sealer.seal(f"retests.{column}", retest.id, text.encode()) for column, text in sealed.items()},
        "data_key_id": sealer.key,
        "revision": retest.revision,
    }
