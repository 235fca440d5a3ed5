"""Trivy's JSON (trivy.dev/docs/latest/configuration/reporting): packages, settings and secrets.

Fields of `types.Report`, `types.DetectedVulnerability`, `types.DetectedMisconfiguration` and `types.DetectedSecret`
(github.com/aquasecurity/trivy, pkg/types), and of the summary and full reports of clusters (pkg/k8s/report).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code, Location, Package, Resource
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, severity
from services.core.findings.formats.readers.json import Texts, json_texts, json_values

_LISTS = ("Vulnerabilities", "Misconfigurations", "Secrets")
_OF_RESULT = ("Target", "Type")
_OF_RESOURCE = ("Namespace", "Kind", "Name")
_RESULTS = ("Results[]", "Resources[].Results[]", "[]")
_LONE = ("ArtifactName", "CreatedAt", "ClusterName", "Trivy.Version")


@dataclass(frozen=True, slots=True)
class _Around:
    """What a record needs of its surroundings."""

    texts: Texts

    def lone(self, name: str) -> str:
        """Returns a text of the report."""
        return self.texts.get((name, ()), "")

    def of_result(self, record: Record, name: str) -> str:
        """Returns a text of the result that a record is in."""
        return self.texts.get((f"{record.path.rpartition('.')[0]}.{name}", record.indices[:-1]), "")

    def of_resource(self, record: Record, name: str) -> str:
        """Returns a text of the resource of a cluster that a record is in."""
        return self.texts.get((f"Resources[].{name}", record.indices[:1]), "")


def _read(source: Source) -> Iterator[Entry]:
    of_results = (f"{result}.{name}" for result in _RESULTS for name in _OF_RESULT)
    of_resources = (f"Resources[].{name}" for name in _OF_RESOURCE)
    around = _Around(json_texts(source, *_LONE, *of_results, *of_resources))
    paths = (f"{result}.{name}[]" for result in _RESULTS for name in _LISTS)
    return each(json_values(source, *paths), partial(_record, around))


def _record(around: _Around, record: Record) -> Iterator[Reported]:
    kind = record.path.rpartition(".")[2]
    if kind == "Vulnerabilities[]":
        yield _vulnerability(around, record)
    elif kind == "Secrets[]":
        yield _secret(around, record)
    elif record.node.text("Status") != "PASS":
        yield _misconfiguration(around, record)


def _vulnerability(around: _Around, record: Record) -> Reported:
    one, scores = record.node, _scores(record.node)
    name = required(one.text("VulnerabilityID"), "VulnerabilityID")
    fixed = one.text("FixedVersion")
    location = Package(
        name=required(one.text("PkgName"), "PkgName"),
        version=one.text("InstalledVersion"),
        ecosystem=around.of_result(record, "Type"),
        purl=one.text("PkgIdentifier", "PURL"),
        path=one.text("PkgPath") or around.of_result(record, "Target"),
        of=_asset(around, record),
    )
    return Reported(
        tool=_tool(around),
        check=name,
        title=one.text("Title") or f"{name} in {location.name}",
        location=location,
        description=one.text("Description"),
        remediation=f"Update {location.name} to {fixed}." if fixed else "",
        evidence=f"{location.name} {location.version}",
        references=(one.text("PrimaryURL"), *one.texts("References")),
        severity=severity(one.text("Severity"), scores),
        tool_severity=one.text("Severity"),
        cvss=scores,
        cwes=cwes(*one.texts("CweIDs")),
        cves=cves(name),
        aliases=(*(() if cves(name) else (name,)), *one.texts("VendorIDs")),
        status=Status.OPEN,
        status_reason=one.text("Status"),
        seen_at=instant(around.lone("CreatedAt")),
        tool_id=one.text("Fingerprint"),
    )


def _scores(one: Node) -> tuple[Cvss, ...]:
    """Returns the scores, those of the source of the severity first."""
    source = one.text("SeveritySource")
    found = [
        score
        for name, given in one.entries("CVSS")
        for score in (
            *cvss(given.text("V40Vector"), given.number("V40Score"), name),
            *cvss(given.text("V3Vector"), given.number("V3Score"), name),
            *cvss(given.text("V2Vector"), given.number("V2Score"), name),
        )
    ]
    return tuple(sorted(found, key=lambda score: (score.source != source, score.source != "nvd")))


def _misconfiguration(around: _Around, record: Record) -> Reported:
    one, cause = record.node, record.node.at("CauseMetadata")
    lines = (line.text("Content") for line in cause.items("Code", "Lines"))
    return Reported(
        tool=_tool(around),
        check=required(one.first("AVDID", "ID"), "ID"),
        title=one.text("Title"),
        location=_place(around, record, cause),
        asset=_asset(around, record),
        description=joined(one.text("Message"), one.text("Description")),
        remediation=one.text("Resolution"),
        evidence="\n".join(lines),
        references=(one.text("PrimaryURL"), *one.texts("References")),
        severity=severity(one.text("Severity")),
        tool_severity=one.text("Severity"),
        status=Status.SUPPRESSED if one.text("Status") == "EXCEPTION" else Status.OPEN,
        seen_at=instant(around.lone("CreatedAt")),
    )


def _place(around: _Around, record: Record, cause: Node) -> Location:
    if record.path.startswith("Resources"):
        kind, name = around.of_resource(record, "Kind"), around.of_resource(record, "Name")
        parts = (around.of_resource(record, "Namespace"), kind, name)
        return Resource("/".join(filter(None, parts)), "kubernetes", around.lone("ClusterName"), kind=kind)
    target = around.of_result(record, "Target")
    return Code(
        target, cause.whole("StartLine"), cause.whole("EndLine"), cause.text("Resource"), _asset(around, record)
    )


def _secret(around: _Around, record: Record) -> Reported:
    """Returns a secret; Trivy has masked it in the match."""
    one, target = record.node, around.of_result(record, "Target")
    return Reported(
        tool=_tool(around),
        check=required(one.text("RuleID"), "RuleID"),
        title=one.text("Title"),
        location=Code(target, one.whole("StartLine"), one.whole("EndLine"), repository=_asset(around, record)),
        evidence=one.text("Match"),
        severity=severity(one.text("Severity")),
        tool_severity=one.text("Severity"),
        cwes=(798,),
        seen_at=instant(around.lone("CreatedAt")),
    )


def _asset(around: _Around, record: Record) -> str:
    """Returns the image, repository or machine that was scanned."""
    if record.path.startswith("Resources"):
        return f"kubernetes/{around.lone('ClusterName')}".rstrip("/")
    return around.lone("ArtifactName") or around.of_result(record, "Target").partition(" (")[0]


def _tool(around: _Around) -> Tool:
    return Tool("Trivy", around.lone("Trivy.Version"))


def _recognizes(head: Head) -> bool:
    """Knows reports of version 2, of clusters, and the lists of results before version 0.20."""
    report = head.json.has("SchemaVersion", "ArtifactName") or head.json.has("ClusterName", "Resources")
    return report or head.json.has("[].Target", "[].Vulnerabilities") or head.json.has("[].Target", "[].Class")


FORMAT = Format(name="trivy", title="Trivy JSON", endings=("json",), recognizes=_recognizes, read=_read)
