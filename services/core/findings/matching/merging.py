"""What two findings come to that are one weakness."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.core.findings import domain
from services.core.findings.domain import Finding, Report, State

_ORDER = (
    State.OPEN,
    State.DISMISSED,
    State.RESOLVED,
    State.RISK_ACCEPTED,
    State.READY_FOR_RETEST,
    State.TRIAGED,
    State.IN_REMEDIATION,
)
"""What wins over what stands before it: what somebody decided over nothing, and what keeps work over what ends it."""
_NO_SIGHTING = UUID(int=0)


def survivor(one: Finding, other: Finding) -> tuple[Finding, Finding]:
    """Returns the one that was seen first, by sighting and then by identifier, and the other."""
    first, second = sorted((one, other), key=lambda finding: (finding.first_seen_at, finding.id))
    return first, second


def linked(kept: Finding, other: Finding, now: datetime) -> Finding:
    """Returns what stays of two that a sighting links: the later sighting's words, and what people decided of either.

    The state is the one of the two that stands last in this order: open, dismissed, resolved, risk accepted, ready for
    re-test, triaged, in remediation. Words that people changed stay; those of the first, where both were changed.
    """
    merged = absorbed(kept, other, now)
    decided = max(kept, other, key=lambda finding: _ORDER.index(finding.state))
    words = {name: getattr(other.weakness.wording, name) for name in other.reworded - kept.reworded}
    wording = replace(merged.weakness.wording, **words)
    return replace(
        merged,
        weakness=replace(merged.weakness, wording=wording),
        reworded=kept.reworded | other.reworded,
        state=decided.state,
        dismissal_reason=decided.dismissal_reason,
    )


def absorbed(kept: Finding, other: Finding, now: datetime) -> Finding:
    """Returns what stays of two where a person said which: its state and people's words, and all sightings."""
    latest = other if seen_last(other) > seen_last(kept) else kept
    words = {name: getattr(kept.weakness.wording, name) for name in kept.reworded}
    theirs = latest.weakness
    return replace(
        kept,
        weakness=replace(theirs, wording=replace(theirs.wording, **words), target=first_target(kept, other)),
        evidence=latest.evidence,
        latest=latest.latest,
        tool=latest.tool,
        scan=latest.scan,
        imported=latest.imported,
        sighting_count=kept.sighting_count + other.sighting_count,
        first_seen_at=min(kept.first_seen_at, other.first_seen_at),
        last_seen_at=latest.last_seen_at,
        updated_at=now,
        revision=kept.revision + 1,
    )


def duplicate(finding: Finding, kept: Finding, now: datetime) -> Finding:
    """Returns a finding as a duplicate of another, which has its sightings.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is a duplicate already.
    """
    return replace(domain.move(finding, State.DUPLICATE, now, duplicate_of=kept.id), sighting_count=0)


def seen_last(finding: Finding) -> tuple[datetime, UUID]:
    """Returns when a finding was seen last, and by which sighting; of several at once by the highest identifier."""
    return finding.last_seen_at, finding.latest or _NO_SIGHTING


def first_target(*findings: Finding) -> UUID | None:
    """Returns the target that was registered first, of those that they were seen on."""
    return min((finding.weakness.target for finding in findings if finding.weakness.target), default=None)


def of_sightings(finding: Finding, seen: Sequence[Report], now: datetime) -> Finding:
    """Returns a finding that has these sightings and no others: the latest one's words, except for people's."""
    latest = max(seen, key=lambda report: (report.sighting.time, report.sighting.id))
    # What sightings said wasn't kept before there was matching.
    told = latest.weakness if latest.weakness.wording.title else finding.weakness
    words = {name: getattr(finding.weakness.wording, name) for name in finding.reworded}
    target = min((report.weakness.target for report in seen if report.weakness.target), default=None)
    return replace(
        finding,
        weakness=replace(told, wording=replace(told.wording, **words), target=target),
        evidence=latest.sighting.evidence,
        latest=latest.sighting.id,
        tool=latest.sighting.tool or latest.sighting.executor,
        scan=latest.sighting.scan,
        imported=latest.sighting.imported,
        sighting_count=len(seen),
        first_seen_at=min(report.sighting.time for report in seen),
        last_seen_at=latest.sighting.time,
        updated_at=now,
        revision=finding.revision + 1,
    )


def redirect(finding: Finding, kept: UUID, now: datetime) -> Finding:
    """Returns a duplicate whose other has become a duplicate itself: it is one of that one's other."""
    return replace(finding, duplicate_of=kept, updated_at=now, revision=finding.revision + 1)
