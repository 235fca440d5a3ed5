"""The findings as CSV (RFC 4180), a line each, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from services.core.reports.model import Finding, Report

HEADER = (
    "reference", "id", "title", "severity", "state", "cvss_score", "cvss_vector", "cwes", "cves", "check", "asset",
    "location", "target", "first_seen", "last_seen", "due", "sightings", "description", "evidence", "remediation",
    "references",
)  # fmt: skip
"""The columns."""

# What spreadsheets take for a formula, or strip before they look (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")
_LONGEST = 32_000  # characters in a spreadsheet's cell: 32,767


def write(_report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the findings; a byte order mark tells spreadsheets that it is UTF-8."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", errors="replace", newline="", write_through=True)
    lines = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    lines.writerow(HEADER)
    lines.writerows([_cell(value) for value in _row(finding)] for finding in findings)
    text.detach()


def _row(finding: Finding) -> list[str]:
    return [
        finding.reference,
        finding.id,
        finding.title,
        finding.severity,
        finding.state,
        f"{finding.cvss_score:.1f}" if finding.cvss_vector else "",
        finding.cvss_vector,
        " ".join(f"CWE-{cwe}" for cwe in finding.cwes),
        " ".join(finding.cves),
        finding.check,
        finding.asset,
        finding.location,
        finding.target,
        finding.first_seen.isoformat(timespec="seconds"),
        finding.last_seen.isoformat(timespec="seconds"),
        finding.due.date().isoformat() if finding.due else "",
        str(finding.sighting_count),
        finding.description,
        finding.evidence,
        finding.remediation,
        "\n".join(finding.references),
    ]


def _cell(value: str) -> str:
    """Returns a value that no spreadsheet computes: an apostrophe before it says that it is text."""
    value = value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
