"""OSV-Scanner's JSON (google.github.io/osv-scanner/output), advisories as OSV has them (ossf.github.io/osv-schema).

Advisories that the scanner puts into one group are one weakness: the first of a group is reported, with the names of
all. The group's highest score, the scanner's own reckoning, goes with the first vector.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from services.core.findings.formats.kernel.format import Format, collect, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import unique
from services.core.findings.formats.kernel.words import cves, cvss, cwes, severity
from services.core.findings.formats.readers.json import json_values

_TOOL = Tool("OSV-Scanner")
_PACKAGE = "results[].packages[].package"
_FIELDS = ("name", "version", "ecosystem")
_GROUPS = "results[].packages[].groups[]"
_SOURCES = ("results[].source.path", "results[].packageSource.path")
_ECOSYSTEMS = {
    "alpine": "apk",
    "wolfi": "apk",
    "chainguard": "apk",
    "red hat": "rpm",
    "rocky linux": "rpm",
    "suse": "rpm",
}


@dataclass(frozen=True, slots=True)
class _Group:
    """What the scanner says of advisories that are one weakness: their names, score, and those that aren't called."""

    names: tuple[str, ...]
    score: float | None
    uncalled: frozenset[str]


_Groups = Mapping[tuple[int | str, ...], list[_Group]]
_Texts = Mapping[tuple[str, tuple[int | str, ...]], str]


def _read(source: Source) -> Iterator[Entry]:
    texts, groups = _around(source)
    advisories = json_values(source, "results[].packages[].vulnerabilities[]")
    return each(advisories, partial(_advisory, texts, groups))


def _around(source: Source) -> tuple[_Texts, _Groups]:
    """Returns what advisories need of those around them: packages, files, and groups by the indices of packages."""
    texts: dict[tuple[str, tuple[int | str, ...]], str] = {}
    groups: dict[tuple[int | str, ...], list[_Group]] = {}
    paths = (*(f"{_PACKAGE}.{name}" for name in _FIELDS), *_SOURCES, _GROUPS)
    for record in collect(source, json_values(source, *paths)):
        if record.path == _GROUPS:
            groups.setdefault(record.indices[:2], []).append(_group(record.node))
        else:
            texts[record.path, record.indices] = record.node.brief()
    return texts, groups


def _group(row: Node) -> _Group:
    analysis = row.at("experimentalAnalysis") or row.at("experimental_analysis")
    uncalled = (name for name, one in analysis.entries() if one.text("called") == "false")
    return _Group(unique((*row.texts("ids"), *row.texts("aliases"))), row.number("max_severity"), frozenset(uncalled))


def _advisory(texts: _Texts, groups: _Groups, record: Record) -> Iterator[Reported]:
    row, at = record.node, record.indices[:2]
    check = required(row.text("id"), "id")
    group = next((one for one in groups.get(at, ()) if check in one.names), _Group((check,), None, frozenset()))
    if check != group.names[0]:
        return
    names = (*group.names, *row.texts("aliases"))
    name, version, ecosystem = (texts.get((f"{_PACKAGE}.{field}", at), "") for field in _FIELDS)
    affected = [one for one in row.items("affected") if one.text("package", "name") == name]
    word, scores = row.at("database_specific", "severity").brief(), _scores(row, affected, group.score)
    yield Reported(
        tool=_TOOL,
        check=check,
        title=row.text("summary") or f"{check} in {name} {version}",
        location=_package(required(name, "package.name"), version, ecosystem, affected, _path(texts, at)),
        description=row.text("details"),
        remediation=_fixed(name, affected),
        references=tuple(one.text("url") for one in row.items("references")),
        severity=severity(word, scores),
        tool_severity=word or (str(group.score) if group.score is not None else ""),
        cvss=scores,
        cwes=_weaknesses(row, affected),
        cves=cves(*names),
        aliases=tuple(other for other in names if not cves(other)),
        status_reason="its vulnerable code isn't called" if check in group.uncalled else "",
    )


def _path(texts: _Texts, at: tuple[int | str, ...]) -> str:
    return next((text for name in _SOURCES if (text := texts.get((name, at[:1]), ""))), "")


def _package(name: str, version: str, ecosystem: str, affected: list[Node], path: str) -> Package:
    purl = next((one.text("package", "purl") for one in affected), "")
    # `Debian:12` names a release as well.
    ecosystem = ecosystem.partition(":")[0].lower()
    return Package(name, version, _ECOSYSTEMS.get(ecosystem, ecosystem), purl, path)


def _scores(row: Node, affected: list[Node], highest: float | None) -> tuple[Cvss, ...]:
    given = [*row.items("severity"), *(score for one in affected for score in one.items("severity"))]
    vectors = [one.text("score") for one in given if one.text("type").startswith("CVSS_")]
    scores = [cvss(vector, None if number else highest) for number, vector in enumerate(dict.fromkeys(vectors))]
    return tuple(score for some in scores for score in some)


def _fixed(name: str, affected: list[Node]) -> str:
    events = (event for one in affected for span in one.items("ranges") for event in span.items("events"))
    versions = unique(event.text("fixed") for event in events)
    return f"Update {name} to {' or '.join(versions)}." if versions else ""


def _weaknesses(row: Node, affected: list[Node]) -> tuple[int, ...]:
    given = (entry.text("cweId") for one in affected for entry in one.items("database_specific", "cwes"))
    return cwes(*row.texts("database_specific", "cwe_ids"), *given)


def _recognizes(head: Head) -> bool:
    found = head.json
    return any(found.has(f"results[].{at}.path", "results[].packages") for at in ("source", "packageSource")) or (
        found.has("results", "experimental_config")
    )


FORMAT = Format(name="osv-scanner", title="OSV-Scanner JSON", endings=("json",), recognizes=_recognizes, read=_read)
