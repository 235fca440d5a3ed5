"""Scans and their targets, made up."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from services.core.scans.domain import Profile, Scan, ScanTarget, State
from services.mesh import identifiers


def target(identifier: UUID | None = None) -> ScanTarget:
    """Returns a target; its address stands for nothing."""
    return ScanTarget(identifier or identifiers.new(), "Shop", "host", "shop.example.com")


def scan(organization: UUID, targets: Sequence[ScanTarget], state: State = State.QUEUED) -> Scan:
    """Returns a scan of targets."""
    now = datetime.now(UTC)
    return Scan(
        id=identifiers.new(),
        organization=organization,
        display_name="Scan of Shop",
        targets=tuple(target.id for target in targets),
        profile=Profile.QUICK,
        ports=(),
        state=state,
        creator=f"accounts/{identifiers.new()}",
        created_at=now,
        updated_at=now,
    )
