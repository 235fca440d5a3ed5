"""Snyk's JSON of open source and containers (snyk test --json, snyk container test --json), of one or many projects.

Fields of `TestResult` and `AnnotatedIssue` (github.com/snyk/cli, src/lib/snyk-test/legacy.ts); what is in `filtered` is
there by a policy's word (docs.snyk.io, .snyk policy file). Issues of licences are none of security and are left out.
What Snyk Code finds comes as SARIF.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cves, cvss, cwes, severity
from services.core.findings.formats.readers.json import json_texts, json_values

_TOOL = Tool("Snyk")
_ECOSYSTEMS = {
    "yarn": "npm",
    "sbt": "maven",
    "gradle": "maven",
    "pip": "pypi",
    "poetry": "pypi",
    "gomodules": "golang",
    "golangdep": "golang",
    "govendor": "golang",
    "rubygems": "gem",
    "paket": "nuget",
    "alpine": "apk",
    "amzn": "rpm",
    "centos": "rpm",
    "oracle": "rpm",
    "rhel": "rpm",
    "rocky": "rpm",
    "sles": "rpm",
}
"""Snyk's package managers, and distributions, where the type of package URLs is called otherwise."""
_REASONS = {"not-vulnerable": Status.FALSE_POSITIVE, "wont-fix": Status.ACCEPTED}
_ISSUES = ("vulnerabilities[]", "filtered.ignore[]")
_PROJECT = ("projectName", "displayTargetFile", "packageManager")

_Texts = Mapping[tuple[str, tuple[int | str, ...]], str]


def _read(source: Source) -> Iterator[Entry]:
    many = "[]." if source.head.start.lstrip()[:1] == b"[" else ""
    texts = json_texts(source, *(many + name for name in _PROJECT))
    return each(json_values(source, *(many + path for path in _ISSUES)), partial(_issue, texts, many))


def _issue(texts: _Texts, many: str, record: Record) -> Iterator[Reported]:
    row = record.node
    check = required(row.text("id"), "id")
    if row.text("type") == "license" or check.startswith("snyk:lic:"):
        return
    project, target, manager = (texts.get((many + name, record.indices[: len(many) // 3]), "") for name in _PROJECT)
    scores = _scores(row)
    identifiers = [name for _, names in row.entries("identifiers") for name in names.texts()]
    status, reason = _status(row)
    word = row.first("severityWithCritical", "severity")
    yield Reported(
        tool=_TOOL,
        check=check,
        title=row.text("title"),
        location=_package(row, project, target, manager),
        description=row.text("description"),
        remediation=_remediation(row),
        evidence=" > ".join(row.texts("from")),
        references=tuple(one.text("url") for one in row.items("references")),
        severity=severity(word, scores),
        tool_severity=word,
        cvss=scores,
        cwes=cwes(*row.texts("identifiers", "CWE")),
        cves=cves(*row.texts("identifiers", "CVE")),
        aliases=tuple(name for name in identifiers if not name.startswith(("CVE-", "CWE-"))),
        status=status,
        status_reason=reason,
    )


def _package(row: Node, project: str, target: str, manager: str) -> Package:
    # `sles:15.3` names a release as well.
    ecosystem = (row.text("packageManager") or manager).partition(":")[0]
    return Package(
        name=required(row.first("packageName", "moduleName", "name"), "packageName"),
        version=row.text("version"),
        ecosystem=_ECOSYSTEMS.get(ecosystem, ecosystem),
        path=target,
        of=project.removeprefix("docker-image|"),
    )


def _scores(row: Node) -> tuple[Cvss, ...]:
    own = cvss(row.text("CVSSv3"), row.number("cvssScore"), version="3.1")
    others = [
        cvss(one.text("vector"), one.number("baseScore"), one.text("assigner"), one.text("cvssVersion"))
        for one in row.items("cvssSources")
    ]
    # The sources repeat Snyk's own score.
    return tuple(score for some in others for score in some) or own


def _remediation(row: Node) -> str:
    versions = row.texts("fixedIn") or row.texts("nearestFixedInVersion")
    return f"Update {row.first('packageName', 'name')} to {' or '.join(versions)}." if any(versions) else ""


def _status(row: Node) -> tuple[Status, str]:
    """Returns what a policy says; a rule of the policy names a reason, and of some kinds the kind."""
    for rule in row.items("filtered", "ignored"):
        kind = rule.text("reasonType")
        return _REASONS.get(kind, Status.SUPPRESSED), rule.text("reason") or kind or "ignored"
    return Status.OPEN, ""


def _recognizes(head: Head) -> bool:
    return any(
        head.json.has(f"{at}vulnerabilities[].from", f"{at}vulnerabilities[].id")
        or head.json.has(f"{at}vulnerabilities", f"{at}ok", f"{at}dependencyCount")
        for at in ("", "[].")
    )


FORMAT = Format(name="snyk", title="Snyk JSON", endings=("json",), recognizes=_recognizes, read=_read)
