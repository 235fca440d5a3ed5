"""Sightings as scans send them."""

from typing import Any

from xorb.core.v1.finding_pb2 import Finding, SightingReport

from services.mesh import identifiers
from tests.core.findings.samples import later
from tests.core.harness import Tenant

_TARGETS = "targets/019a0000-0000-7000-8000-000000000001"


def sighting(tenant: Tenant, hours: float = 0, identifier: str = "", **finding: Any) -> SightingReport:
    """Returns a report of a weakness of one fixed target."""
    content = {
        "target": f"{tenant.name}/{_TARGETS}",
        "check": "http.weak-hsts",
        "asset": "example.com",
        "location": "https://example.com/",
        "title": "No HSTS",
        "severity": "MEDIUM",
        "evidence": f"seen at {hours}",
        **finding,
    }
    return SightingReport(
        sighting_id=identifier or str(identifiers.new()), executor="http", time=later(hours), finding=Finding(**content)
    )


def in_events(finding: Finding) -> Finding:
    """Returns a finding as its events have it: without what the database keeps sealed."""
    shown = Finding()
    shown.CopyFrom(finding)
    shown.evidence = shown.dismissal_reason = ""
    return shown
