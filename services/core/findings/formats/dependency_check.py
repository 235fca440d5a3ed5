"""Dependency-Check's XML and JSON (dependency-check.github.io/DependencyCheck/general/dependency-check.*.xsd).

Fields of the schemas 1.3 to 4.1 and of the templates xmlReport.vsl and jsonReport.vsl, whose slips in names are read as
well. Vectors are put together of the words for their parts, of which each begins with the letter that stands for it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, severity
from services.core.findings.formats.readers.json import json_first, json_values
from services.core.findings.formats.readers.xml import xml_elements

_PARTS_2 = {
    "AV": ("accessVector",),
    "AC": ("accessComplexity",),
    "Au": ("authenticationr", "authentication", "authenticationr>"),
    "C": ("confidentialImpact", "confidentialityImpact"),
    "I": ("integrityImpact",),
    "A": ("availabilityImpact",),
}
_PARTS_3 = {
    "AV": ("attackVector",),
    "AC": ("attackComplexity",),
    "PR": ("privilegesRequired",),
    "UI": ("userInteraction",),
    "S": ("scope",),
    "C": ("confidentialityImpact",),
    "I": ("integrityImpact",),
    "A": ("availabilityImpact",),
}

_Text = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Run:
    """What the file says of itself."""

    tool: Tool
    time: str
    project: str


@dataclass(frozen=True, slots=True)
class _Weakness:
    """A vulnerability of either syntax."""

    name: str
    source: str
    words: tuple[str, ...]
    description: str
    notes: str
    suppressed: bool
    cwes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    cvss: tuple[Cvss, ...] = field(default=())


def _read(source: Source) -> Iterator[Entry]:
    if source.head.root:
        return each(xml_elements(source, "analysis/dependencies/dependency"), partial(_element, _xml_run(source)))
    scan, project = json_first(source, "scanInfo"), json_first(source, "projectInfo")
    run = _Run(_tool(scan.text("engineVersion")), project.text("reportDate"), project.text("name"))
    return each(json_values(source, "dependencies[]"), partial(_object, run))


def _tool(version: str) -> Tool:
    return Tool("Dependency-Check", version)


def _xml_run(source: Source) -> _Run:
    found = islice(xml_elements(source, "analysis/scanInfo", "analysis/projectInfo"), 2)
    tags = {record.path: record.tag for record in found if isinstance(record, Record)}
    scan, project = tags.get("analysis/scanInfo", Tag()), tags.get("analysis/projectInfo", Tag())
    return _Run(_tool(scan.text("engineVersion")), project.text("reportDate"), project.text("name"))


def _element(run: _Run, record: Record) -> Iterator[Reported]:
    tag = record.tag
    purls = tag.texts("identifiers/package/id")
    for name, suppressed in (("vulnerability", False), ("suppressedVulnerability", True)):
        for one in tag.items(f"vulnerabilities/{name}"):
            yield _reported(run, tag.text("fileName"), tag.text("filePath"), purls, _of_tag(one, suppressed))


def _of_tag(one: Tag, suppressed: bool) -> _Weakness:
    def part(name: str) -> _Text:
        return lambda key: one.text(f"{name}/{key}")

    source = one.attribute("source")
    # Schemas before 2.0 have one score and no parts.
    old = cvss("", float(one.text("cvssScore") or "nan"), source, "2.0")
    return _Weakness(
        name=one.text("name"),
        source=source,
        words=(one.text("severity"), one.text("cvssV3/baseSeverity"), one.text("cvssV2/severity")),
        description=one.text("description"),
        notes=one.text("notes"),
        suppressed=suppressed,
        cwes=(*one.texts("cwes/cwe"), one.text("cwe")),
        references=one.texts("references/reference/url"),
        cvss=_scores(source, part("cvssV3"), part("cvssV2")) or old,
    )


def _object(run: _Run, record: Record) -> Iterator[Reported]:
    row = record.node
    purls = tuple(one.text("id") for one in row.items("packages"))
    for name, suppressed in (("vulnerabilities", False), ("suppressedVulnerabilities", True)):
        for one in row.items(name):
            yield _reported(run, row.text("fileName"), row.text("filePath"), purls, _of_node(one, suppressed))


def _of_node(one: Node, suppressed: bool) -> _Weakness:
    def part(name: str) -> _Text:
        return lambda key: one.text(name, key)

    severities = (one.at("cvssv3").first("baseSeverity", "baseSeverity>"), one.text("cvssv2", "severity"))
    return _Weakness(
        name=one.text("name"),
        source=one.text("source"),
        words=(one.text("severity"), *severities),
        description=one.text("description"),
        notes=one.text("notes"),
        suppressed=suppressed,
        cwes=one.texts("cwes"),
        references=tuple(reference.text("url") for reference in one.items("references")),
        cvss=_scores(one.text("source"), part("cvssv3"), part("cvssv2")),
    )


def _scores(source: str, third: _Text, second: _Text) -> tuple[Cvss, ...]:
    version = third("version") or "3.1"
    return (
        *cvss(f"CVSS:{version}/{_vector(third, _PARTS_3)}", _number(third("baseScore")), source, version),
        *cvss(_vector(second, _PARTS_2), _number(second("score")), source, "2.0"),
    )


def _vector(text: _Text, parts: Mapping[str, tuple[str, ...]]) -> str:
    """Returns a vector, empty where a part is missing."""
    given = {letters: next(filter(None, map(text, names)), "")[:1].upper() for letters, names in parts.items()}
    return "/".join(f"{letters}:{value}" for letters, value in given.items()) if all(given.values()) else ""


def _number(text: str) -> float | None:
    return float(text) if text else None


def _reported(run: _Run, filename: str, path: str, purls: tuple[str, ...], one: _Weakness) -> Reported:
    name = required(one.name, "name")
    purl = next((purl for purl in purls if purl.startswith("pkg:")), "")
    word = next(filter(None, one.words), "")
    return Reported(
        tool=run.tool,
        check=name,
        title=f"{name} in {filename}",
        location=Package(required(filename or path, "fileName"), _version(purl), purl=purl, path=path, of=run.project),
        description=one.description,
        evidence="\n".join(purls),
        references=one.references,
        severity=severity(word, one.cvss),
        tool_severity=word,
        cvss=one.cvss,
        cwes=cwes(*one.cwes),
        cves=cves(name),
        aliases=() if cves(name) else (name,),
        status=Status.SUPPRESSED if one.suppressed else Status.OPEN,
        status_reason=one.notes if one.suppressed else "",
        seen_at=instant(run.time),
    )


def _version(purl: str) -> str:
    return purl.partition("?")[0].rpartition("/")[2].partition("@")[2]


def _recognizes(head: Head) -> bool:
    if head.tag("analysis") and head.root:
        return "dependency-check" in head.root.namespace.lower()
    return head.json.has("reportSchema", "scanInfo.engineVersion", "projectInfo")


FORMAT = Format(
    name="dependency-check",
    title="Dependency-Check XML and JSON",
    endings=("xml", "json"),
    recognizes=_recognizes,
    read=_read,
)
