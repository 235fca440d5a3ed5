"""The findings as SARIF 2.1.0 (OASIS): a run of ours, a rule for each check, a result for each finding."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from uuid import UUID, uuid5

from services.core.reports.formats import statements, streamed
from services.core.reports.model import Finding, Report

_LEVELS = {"CRITICAL": "error", "HIGH": "error", "MEDIUM": "warning", "LOW": "note", "INFO": "note"}
# How code hosts rank results without a CVSS score.
_SCORES = {"CRITICAL": "9.5", "HIGH": "8.0", "MEDIUM": "5.5", "LOW": "2.0", "INFO": "0.0"}
_SUPPRESSED = frozenset({"DISMISSED", "DUPLICATE", "RISK_ACCEPTED"})
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the findings; the rules come after them, when they are known."""
    rules: dict[str, dict[str, Any]] = {}
    out.write(streamed.line({"$schema": _SCHEMA, "version": "2.1.0"})[:-1] + b',"runs":[')
    run = {
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": f"xorb/{report.cover.id}", "description": {"text": report.cover.title}},
    }
    driver = {"name": "XORB", "rules": []}
    streamed.write(
        out,
        run,
        "results",
        _results(findings, rules),
        lambda: {"tool": {"driver": driver | {"rules": list(rules.values())}}},
    )
    out.write(b"]}\n")


def _results(findings: Iterable[Finding], rules: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    places: dict[str, int] = {}
    for finding in findings:
        if finding.check not in rules:
            places[finding.check] = len(rules)
            rules[finding.check] = _rule(finding)
        yield _result(finding, places[finding.check])


def _rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": finding.check,
        "shortDescription": {"text": finding.title or finding.check},
        "fullDescription": {"text": finding.description or finding.title or finding.check},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {
            "tags": ["security", *(f"external/cwe/cwe-{cwe}" for cwe in dict.fromkeys(finding.cwes))],
            "security-severity": _score(finding),
        },
    }
    if finding.remediation:
        rule["help"] = {"text": finding.remediation}
    if link := next(statements.links(finding), None):
        rule["helpUri"] = link
    return rule


def _result(finding: Finding, place: int) -> dict[str, Any]:
    # SARIF's schema knows versions 1 to 5 of UUIDs only, and a finding's is of version 7.
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": place,
        "guid": str(uuid5(UUID(finding.id), "result")),
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.title or finding.check},
        "locations": [_location(finding)],
        "partialFingerprints": {"xorbFinding/v1": finding.id},
        "provenance": {
            "firstDetectionTimeUtc": streamed.moment(finding.first_seen),
            "lastDetectionTimeUtc": streamed.moment(finding.last_seen),
        },
        "properties": {
            "reference": finding.reference,
            "severity": finding.severity,
            "state": finding.state,
            "security-severity": _score(finding),
            "cvss": finding.cvss_vector,
            "cves": list(finding.cves),
            "cwes": list(finding.cwes),
            "evidence": finding.evidence,
        },
    }
    if finding.state in _SUPPRESSED:
        suppression = {"kind": "external", "status": "accepted", "justification": finding.state_reason or finding.state}
        result["suppressions"] = [suppression]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {
        "logicalLocations": [
            {"name": finding.asset, "fullyQualifiedName": finding.location or finding.asset, "kind": "resource"}
        ]
    }
    if statements.is_link(finding.location):
        location["physicalLocation"] = {"artifactLocation": {"uri": finding.location}}
    return location


def _score(finding: Finding) -> str:
    return f"{finding.cvss_score:.1f}" if finding.cvss_vector else _SCORES[finding.severity]
