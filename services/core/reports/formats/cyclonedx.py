"""The findings as CycloneDX 1.6 (ECMA-424): assets as components, weaknesses as vulnerabilities with their analysis."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from services.core.reports.formats import statements, streamed
from services.core.reports.model import Finding, Report

_STATES = {"OPEN": "in_triage", "RESOLVED": "resolved", "DISMISSED": "false_positive"}
_METHODS = (("CVSS:4.", "CVSSv4"), ("CVSS:3.1/", "CVSSv31"), ("CVSS:3.0/", "CVSSv3"))


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the vulnerabilities; the components come after them, when they are known."""
    cover = report.cover
    head = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{cover.id}",
        "version": 1,
        "metadata": {
            "timestamp": streamed.moment(cover.made),
            "tools": {"components": [{"type": "application", "name": "XORB"}]},
            "component": {"type": "platform", "bom-ref": "report", "name": cover.client or cover.title},
        },
    }
    assets: dict[str, None] = {}
    streamed.write(out, head, "vulnerabilities", _vulnerabilities(findings, assets), lambda: _components(assets))


def _vulnerabilities(findings: Iterable[Finding], assets: dict[str, None]) -> Iterator[dict[str, Any]]:
    for finding in findings:
        if finding.state == "DUPLICATE":
            continue
        assets[finding.asset] = None
        yield from (_vulnerability(finding, name) for name in statements.names(finding))


def _components(assets: Iterable[str]) -> dict[str, object]:
    components = [{"type": "platform", "bom-ref": statements.product(asset), "name": asset} for asset in assets]
    return {"components": components} if components else {}


def _vulnerability(finding: Finding, name: str) -> dict[str, Any]:
    cwes = [cwe for cwe in finding.cwes if cwe > 0]
    links = [{"url": link} for link in dict.fromkeys(statements.links(finding))]
    found: dict[str, Any] = {
        "bom-ref": f"{finding.id}/{name}",
        "id": name,
        "source": {"name": "NVD" if statements.is_cve(name) else "XORB"},
        "ratings": [_rating(finding)],
        "description": finding.title,
        "detail": finding.description,
        "recommendation": finding.remediation,
        "created": streamed.moment(finding.first_seen),
        "updated": streamed.moment(finding.updated),
        "analysis": _analysis(finding),
        "affects": [{"ref": statements.product(finding.asset)}],
        "properties": [
            {"name": "xorb:finding", "value": finding.name},
            {"name": "xorb:location", "value": finding.location},
        ],
    }
    return found | ({"cwes": cwes} if cwes else {}) | ({"advisories": links} if links else {})


def _rating(finding: Finding) -> dict[str, Any]:
    rating: dict[str, Any] = {"source": {"name": "XORB"}, "severity": finding.severity.lower()}
    if finding.cvss_vector:
        method = next((one for prefix, one in _METHODS if finding.cvss_vector.startswith(prefix)), "CVSSv2")
        rating |= {"score": finding.cvss_score, "method": method, "vector": finding.cvss_vector}
    return rating


def _analysis(finding: Finding) -> dict[str, Any]:
    analysis: dict[str, Any] = {"state": _STATES.get(finding.state, "exploitable")}
    if finding.state_reason:
        analysis["detail"] = finding.state_reason
    if finding.state == "RISK_ACCEPTED":
        analysis["response"] = ["will_not_fix"]
    return analysis
