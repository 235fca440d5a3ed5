"""npm's audit (npm audit --json): report version 2, of npm 7 and later, and version 1, of npm 6 and pnpm.

Fields of `AuditReport` and `Vuln` (github.com/npm/cli, workspaces/arborist/lib/audit-report.js and vuln.js), and of
the registry's answer (docs.npmjs.com/cli/v6/commands/npm-audit). In version 2 a package that is vulnerable only by what
it needs has names in place of advisories: the weakness is reported where it is.
"""

import re
from collections.abc import Iterator

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, cwes, links, severity
from services.core.findings.formats.readers.json import json_values

_TOOL = Tool("npm audit")
_GHSA = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}")
_PATHS = 50


def _read(source: Source) -> Iterator[Entry]:
    return each(json_values(source, "vulnerabilities.*", "advisories.*"), _record)


def _record(record: Record) -> Iterator[Reported]:
    return _version_1(record.node) if record.path == "advisories.*" else _version_2(record.node)


def _version_2(row: Node) -> Iterator[Reported]:
    places = "\n".join(row.texts("nodes")[:_PATHS])
    for advisory in row.items("via"):
        if isinstance(advisory.value, dict):
            name = required(advisory.first("dependency", "name") or row.text("name"), "name")
            yield _reported(
                advisory,
                Package(name, ecosystem="npm"),
                names=(advisory.text("url"),),
                description=f"Versions {advisory.text('range')} of {name}" if advisory.text("range") else "",
                remediation=_fix(row.at("fixAvailable")),
                evidence=places,
            )


def _version_1(row: Node) -> Iterator[Reported]:
    """Returns one for each version that is installed."""
    for found in row.items("findings"):
        yield _reported(
            row,
            Package(required(row.text("module_name"), "module_name"), found.text("version"), "npm"),
            names=(row.text("github_advisory_id"), row.text("url"), *row.texts("cves")),
            description=row.text("overview"),
            remediation=row.text("recommendation"),
            evidence="\n".join(found.texts("paths")[:_PATHS]),
        )


def _reported(
    row: Node, package: Package, *, names: tuple[str, ...], description: str, remediation: str, evidence: str
) -> Reported:
    ghsa = tuple(dict.fromkeys(name for text in names for name in _GHSA.findall(text)))
    # Where it knows no score it writes 0.
    scores = cvss(row.text("cvss", "vectorString"), row.number("cvss", "score") or None, version="3.1")
    return Reported(
        tool=_TOOL,
        check=required(next(iter(ghsa), "") or row.first("source", "id"), "source"),
        title=row.text("title"),
        location=package,
        description=description,
        remediation=remediation,
        evidence=joined(evidence),
        references=(row.text("url"), *links(*(text.replace("](", " ") for text in row.texts("references")))),
        severity=severity(row.text("severity"), scores),
        tool_severity=row.text("severity"),
        cvss=scores,
        cwes=cwes(*row.texts("cwe")),
        cves=cves(*names),
        aliases=ghsa,
    )


def _fix(fix: Node) -> str:
    """Returns what `npm audit fix` can do: nothing, something, or the update of a package that it names."""
    if not isinstance(fix.value, dict):
        return "npm audit fix updates it." if fix.value is True else ""
    major = ", a new major version" if fix.flag("isSemVerMajor") else ""
    return f"Update {fix.text('name')} to {fix.text('version')}{major}."


def _recognizes(head: Head) -> bool:
    found = head.json
    return found.has("auditReportVersion", "vulnerabilities") or (
        found.has("advisories") and (found.has("metadata.vulnerabilities") or found.has("muted") or _advisory(head))
    )


def _advisory(head: Head) -> bool:
    """Tells whether the first advisory, under whatever number, is one of npm's."""
    return any(re.fullmatch(r"advisories\.[^.]+\.(?:module_name|findings)", path) for path in head.json.paths)


FORMAT = Format(name="npm-audit", title="npm audit JSON", endings=("json",), recognizes=_recognizes, read=_read)
