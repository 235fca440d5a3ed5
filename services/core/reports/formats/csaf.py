"""The findings as a security advisory: CSAF 2.0 (OASIS), profile VEX."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from services.core.reports.formats import RefusedError, statements, streamed
from services.core.reports.model import Finding, Report

_STATUSES = {"OPEN": "under_investigation", "RESOLVED": "fixed", "DISMISSED": "known_not_affected"}
_LONGEST = 1000
_NAMESPACE = "https://xorb.dev"
# CVSS v3.1 §5 has other words than we have.
_RATINGS = ((9.0, "CRITICAL"), (7.0, "HIGH"), (4.0, "MEDIUM"), (0.1, "LOW"))


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the advisory; the product tree comes at its end, when the assets are known.

    Raises:
        RefusedError: There is nothing to advise on.
    """
    assets: dict[str, None] = {}
    head = {"document": _document(report)}
    if not streamed.write(out, head, "vulnerabilities", _vulnerabilities(findings, assets), lambda: _products(assets)):
        raise RefusedError("CSAF needs a finding at least, and the filter lets none through")


def _document(report: Report) -> dict[str, Any]:
    cover = report.cover
    made = streamed.moment(cover.made)
    publisher = {"category": "other", "name": cover.author or cover.organization or "XORB", "namespace": _NAMESPACE}
    return {
        "category": "csaf_vex",
        "csaf_version": "2.0",
        "title": cover.title,
        "lang": "en",
        "distribution": {"text": cover.classification},
        "notes": [{"category": "summary", "title": "Summary", "text": f"{cover.title} for {cover.client}".strip()}],
        "publisher": publisher,
        "tracking": {
            "id": cover.id,
            "status": "final",
            "version": "1",
            "initial_release_date": made,
            "current_release_date": made,
            "revision_history": [{"date": made, "number": "1", "summary": "As rendered"}],
            "generator": {"date": made, "engine": {"name": "XORB"}},
        },
    }


def _vulnerabilities(findings: Iterable[Finding], assets: dict[str, None]) -> Iterator[dict[str, Any]]:
    for finding in findings:
        if finding.state == "DUPLICATE":
            continue
        assets[finding.asset] = None
        yield from (_vulnerability(finding, name) for name in statements.names(finding))


def _products(assets: Iterable[str]) -> dict[str, object]:
    names = [{"name": asset or "unknown", "product_id": statements.product(asset)} for asset in assets]
    return {"product_tree": {"full_product_names": names}} if names else {}


def _vulnerability(finding: Finding, name: str) -> dict[str, Any]:
    products, status = [statements.product(finding.asset)], _STATUSES.get(finding.state, "known_affected")
    found: dict[str, Any] = {
        "title": finding.title or name,
        "ids": [{"system_name": "XORB", "text": finding.id}],
        "notes": [
            {"category": "description", "title": "Description", "text": finding.description or finding.title or name}
        ],
        "discovery_date": streamed.moment(finding.first_seen),
        "product_status": {status: products},
        "remediations": [_remediation(finding, status, products)],
    }
    if statements.is_cve(name):
        found["cve"] = name
    if status == "known_not_affected":
        reason = finding.state_reason or "A false positive."
        found["threats"] = [{"category": "impact", "details": reason, "product_ids": products}]
    if score := _score(finding):
        found["scores"] = [score | {"products": products}]
    if links := list(dict.fromkeys(statements.links(finding))):
        found["references"] = [{"summary": link[:_LONGEST], "url": link} for link in links]
    return found


def _remediation(finding: Finding, status: str, products: list[str]) -> dict[str, Any]:
    category = "vendor_fix" if status == "fixed" else "mitigation" if finding.remediation else "none_available"
    return {"category": category, "details": finding.remediation or "None known.", "product_ids": products}


def _score(finding: Finding) -> dict[str, Any]:
    """Returns a score of CVSS 3; CSAF 2.0 knows no later one."""
    version = finding.cvss_vector[5:8]
    if not finding.cvss_vector.startswith("CVSS:3.") or version not in {"3.0", "3.1"}:
        return {}
    rating = next((name for least, name in _RATINGS if finding.cvss_score >= least), "NONE")
    return {
        "cvss_v3": {
            "version": version,
            "vectorString": finding.cvss_vector,
            "baseScore": finding.cvss_score,
            "baseSeverity": rating,
        }
    }
