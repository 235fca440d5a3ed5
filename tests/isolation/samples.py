"""Rows of an organization, each marked as its own."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from services.core.scans.domain import Evidence, Profile, Scan, State
from services.core.targets import domain as targets
from services.mesh import identifiers
from tests.isolation.tenants import Tenant


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def target(tenant: Tenant, identifier: UUID) -> targets.Target:
    """A target with an address of its own."""
    address = targets.Address(targets.Kind.HOST, f"{identifier}.example.com")
    return targets.register(identifier, address, now(), display_name=tenant.marker)


def scan(tenant: Tenant, identifier: UUID) -> Scan:
    """A scan of no targets."""
    return Scan(
        id=identifier,
        organization=tenant.organization,
        display_name=tenant.marker,
        targets=(),
        profile=Profile.QUICK,
        ports=(),
        state=State.QUEUED,
        creator=f"accounts/{tenant.account}",
        created_at=now(),
        updated_at=now(),
    )


def forged_scan(mine: Tenant, other: Tenant) -> str:
    """A scan's row as JSON, written by one organization for the other."""
    values = {"organization_id": other.organization, "id": identifiers.new(), "creator": mine.marker}
    content = ", ".join(f'"{name}": "{value}"' for name, value in values.items())
    rest = '"display_name": "", "profile": "QUICK", "ports": [], "state": "QUEUED", "failure_reason": ""'
    times = '"created_at": "2026-01-01", "updated_at": "2026-01-01", "findings": 0, "revision": 1'
    return f"{{{content}, {rest}, {times}}}"


def evidence(identifier: UUID, scan: UUID, target: UUID, marker: str) -> tuple[Evidence, bytes]:
    """Evidence and its content, which is the marker."""
    content = marker.encode()
    kept = Evidence(
        id=identifier,
        scan=scan,
        target=target,
        executor="http",
        media_type="text/plain",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        truncated=False,
        created_at=now(),
    )
    return kept, content
