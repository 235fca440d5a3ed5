"""The findings as OpenVEX 0.2.0: for each weakness and asset, whether it is affected."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from services.core.reports.formats import RefusedError, statements, streamed
from services.core.reports.model import Finding, Report

_STATUSES = {"OPEN": "under_investigation", "RESOLVED": "fixed", "DISMISSED": "not_affected"}


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the statements.

    Raises:
        RefusedError: There is nothing to state.
    """
    cover = report.cover
    head = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": f"urn:uuid:{cover.id}",
        "author": cover.author or cover.organization or "XORB",
        "timestamp": streamed.moment(cover.made),
        "version": 1,
        "tooling": "XORB",
    }
    if not streamed.write(out, head, "statements", _statements(findings)):
        raise RefusedError("OpenVEX needs a finding at least, and the filter lets none through")


def _statements(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    for finding in findings:
        if finding.state != "DUPLICATE":
            yield from (_statement(finding, name) for name in statements.names(finding))


def _statement(finding: Finding, name: str) -> dict[str, Any]:
    status = _STATUSES.get(finding.state, "affected")
    said: dict[str, Any] = {
        "@id": f"urn:xorb:finding:{finding.id}:{quote(name, safe='')}",
        "vulnerability": {"name": name, "description": finding.title},
        "products": [{"@id": statements.product(finding.asset)}],
        "status": status,
        "timestamp": streamed.moment(finding.first_seen),
        "last_updated": streamed.moment(finding.updated),
    }
    if status == "not_affected":
        said["impact_statement"] = finding.state_reason or "A false positive."
    if status == "affected":
        said["action_statement"] = finding.remediation or "None known."
    return said
