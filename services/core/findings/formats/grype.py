"""Grype's JSON, packages of an image or folder: `Document`, `Match` (github.com/anchore/grype, presenter/models)."""

from collections.abc import Iterator
from functools import partial

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, severity
from services.core.findings.formats.readers.json import json_first, json_texts, json_values


def _read(source: Source) -> Iterator[Entry]:
    texts = json_texts(source, "descriptor.version", "descriptor.timestamp")
    target = json_first(source, "source.target")
    # Of an image it is an object, of a folder its path.
    asset = target.first("userInput", "imageID") if isinstance(target.value, dict) else target.brief()
    tool, time = Tool("Grype", texts.get(("descriptor.version", ()), "")), texts.get(("descriptor.timestamp", ()), "")
    return each(json_values(source, "matches[]", "ignoredMatches[]"), partial(_match, tool, time, asset))


def _match(tool: Tool, time: str, asset: str, record: Record) -> Iterator[Reported]:
    match, one, artifact = record.node, record.node.at("vulnerability"), record.node.at("artifact")
    related = list(match.items("relatedVulnerabilities"))
    name = required(one.text("id"), "vulnerability.id")
    names = (name, *(other.text("id") for other in related))
    scores = tuple(score for given in (one, *related) for score in _scores(given))
    location = Package(
        name=required(artifact.text("name"), "artifact.name"),
        version=artifact.text("version"),
        ecosystem=artifact.text("type"),
        purl=artifact.text("purl"),
        path=next((place.text("path") for place in artifact.items("locations")), ""),
        of=asset,
    )
    yield Reported(
        tool=tool,
        check=name,
        title=f"{name} in {location.name} {location.version}",
        location=location,
        description=one.text("description") or next((other.text("description") for other in related), ""),
        remediation=_remediation(one.at("fix"), location.name),
        evidence=joined(*(_detail(detail) for detail in match.items("matchDetails"))),
        references=(one.text("dataSource"), *one.texts("urls"), *(other.text("dataSource") for other in related)),
        severity=severity(one.text("severity"), scores),
        tool_severity=one.text("severity"),
        cvss=scores,
        cwes=cwes(*(entry.text("cwe") for given in (one, *related) for entry in given.items("cwes"))),
        cves=cves(*names),
        aliases=tuple(other for other in names if not cves(other)),
        status=Status.SUPPRESSED if record.path == "ignoredMatches[]" else Status.OPEN,
        status_reason=one.text("fix", "state"),
        seen_at=instant(time),
    )


def _scores(one: Node) -> Iterator[Cvss]:
    for given in one.items("cvss"):
        score, source = given.number("metrics", "baseScore"), given.text("source") or one.text("namespace")
        yield from cvss(given.text("vector"), score, source, given.text("version"))


def _remediation(fix: Node, name: str) -> str:
    versions = fix.texts("versions")
    return f"Update {name} to {', '.join(versions)}." if versions else ""


def _detail(detail: Node) -> str:
    kind, found = detail.text("type"), detail.at("found")
    constraint = found.text("versionConstraint") if isinstance(found.value, dict) else ""
    return f"{kind}: {constraint}" if constraint else ""


def _recognizes(head: Head) -> bool:
    return head.json.has("matches[].vulnerability.id", "matches[].artifact") or (
        head.json.has("matches", "source", "descriptor.name") and head.json.text("descriptor.name") == "grype"
    )


FORMAT = Format(name="grype", title="Grype JSON", endings=("json",), recognizes=_recognizes, read=_read)
