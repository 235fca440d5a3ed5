"""Tables, JSON and JSON Lines of any make, read by a mapping that says which column or value is what.

Without a mapping the columns are called as the fields of `FieldMap`. It must be asked for: nothing tells its files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.errors import Unreadable
from services.core.findings.formats.kernel.format import Format, each, never
from services.core.findings.formats.kernel.locations import (
    Code,
    Endpoint,
    Image,
    Location,
    Package,
    Resource,
    Web,
    place,
)
from services.core.findings.formats.kernel.model import Entry, Refused, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, links, severity
from services.core.findings.formats.readers.json import json_values
from services.core.findings.formats.readers.lines import json_lines
from services.core.findings.formats.readers.tables import rows

_PLACES = ("url", "host", "file", "package", "image", "resource")
_SETTINGS = ("tool", "records", "separator", "time_format", "severities")
_STATUSES = {status.value: status for status in Status}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMap:
    """Where the fields of a weakness stand: a column, a path such as `info.name`, or `=text` for a constant.

    Attributes:
        title: What is wrong, in one line.
        check: The tool's identifier of it.
        url: With `method` and `parameter`: a page. A host, or `host:port`, is taken as one.
        host: With `port` and `protocol`: a service.
        file: With `line`, and `repository`: code.
        package: With `version`, `ecosystem` and `purl`: a dependency.
        image: A container image.
        resource: With `provider`, `account` and `region`: something of a cloud.
        tool: The tool's name, as it is; no column.
        records: The path of the records in JSON, such as `results[]`; not for JSON Lines and tables.
        separator: Between the fields of a table; found out where empty.
        time_format: Of `seen_at`, as `strptime` has it; not needed for the usual ones.
        severities: The tool's words, and ours for each.

    Raises:
        ValueError: Title and check, or the place, are nowhere; a separator isn't one character.
    """

    title: str = ""
    check: str = ""
    description: str = ""
    remediation: str = ""
    evidence: str = ""
    references: str = ""
    severity: str = ""
    cvss: str = ""
    cvss_score: str = ""
    cwes: str = ""
    cves: str = ""
    status: str = ""
    seen_at: str = ""
    tool_id: str = ""
    asset: str = ""
    url: str = ""
    method: str = ""
    parameter: str = ""
    host: str = ""
    port: str = ""
    protocol: str = ""
    file: str = ""
    line: str = ""
    repository: str = ""
    package: str = ""
    version: str = ""
    ecosystem: str = ""
    purl: str = ""
    image: str = ""
    resource: str = ""
    provider: str = ""
    account: str = ""
    region: str = ""
    tool: str = "Imported"
    records: str = "[]"
    separator: str = ""
    time_format: str = ""
    severities: Mapping[str, Severity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (self.title or self.check):
            raise ValueError("a mapping must say where title or check stand")
        if not any(getattr(self, name) for name in _PLACES):
            raise ValueError(f"a mapping must say where one of {', '.join(_PLACES)} stands")
        if len(self.separator) > 1:
            raise ValueError("a separator is one character")


def field_map(document: Mapping[str, object]) -> FieldMap:
    """Returns the mapping that a JSON object describes: texts by field, and `severities` by the tool's words.

    Raises:
        ValueError: It names a field that there isn't, or something isn't text.
    """
    known = {one.name for one in fields(FieldMap)}
    if unknown := sorted(set(document) - known):
        raise ValueError(f"a mapping has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    node = Node(dict(document))
    words = {word.lower(): _severity(name.text()) for word, name in node.entries("severities")}
    texts = {name: node.text(name) for name in document if name != "severities"}
    return FieldMap(**texts, severities=words)


def mapped(mapping: FieldMap) -> Format:
    """Returns the generic format as a mapping reads it."""
    return replace(FORMAT, read=partial(_read_mapped, mapping))


def _severity(name: str) -> Severity:
    try:
        return Severity[name.upper()]
    except KeyError:
        raise ValueError(f"{name!r} is no severity of ours: {', '.join(Severity.__members__)}") from None


def _read(source: Source) -> Iterator[Entry]:
    named = {one.name: one.name for one in fields(FieldMap) if one.name not in _SETTINGS}
    return _read_mapped(field_map(named), source)


def _read_mapped(mapping: FieldMap, source: Source) -> Iterator[Entry]:
    return each(_records(mapping, source), partial(_reported, mapping))


def _records(mapping: FieldMap, source: Source) -> Iterator[Record | Refused]:
    outline = source.head.json
    if not outline.paths:
        return rows(source, mapping.separator)
    lines = outline.many or (mapping.records == "[]" and not source.head.start.lstrip().startswith(b"["))
    return json_lines(source) if lines else json_values(source, mapping.records)


def _reported(mapping: FieldMap, record: Record) -> Iterator[Reported]:
    said = _Said(mapping, record.node)
    scores = cvss(said.text("cvss"), _number(said.text("cvss_score")), version="3.1")
    yield Reported(
        tool=Tool(mapping.tool),
        check=said.text("check"),
        title=said.text("title"),
        location=_location(said),
        asset=said.text("asset"),
        description=said.text("description"),
        remediation=said.text("remediation"),
        evidence=said.text("evidence"),
        references=links(*said.texts("references")),
        severity=severity(said.text("severity"), scores, mapping.severities),
        tool_severity=said.text("severity"),
        cvss=scores,
        cwes=cwes(*said.texts("cwes")),
        cves=cves(*said.texts("cves")),
        status=_STATUSES.get(said.text("status").lower().replace("_", " "), Status.OPEN),
        status_reason=said.text("status"),
        seen_at=instant(said.text("seen_at"), *filter(None, [mapping.time_format])),
        tool_id=said.text("tool_id"),
    )


def _location(said: "_Said") -> Location:
    """Returns the first place that the record names."""
    if url := said.text("url"):
        location = place(url)
        return Web(url, said.text("method"), said.text("parameter")) if isinstance(location, Web) else location
    if host := said.text("host"):
        return Endpoint(host, Node(said.text("port") or None).whole(), said.text("protocol") or "tcp")
    if file := said.text("file"):
        return Code(file, Node(said.text("line") or None).whole(), repository=said.text("repository"))
    if package := said.text("package") or said.text("purl"):
        return Package(package, said.text("version"), said.text("ecosystem"), said.text("purl"))
    if image := said.text("image"):
        return Image(image)
    if resource := said.text("resource"):
        return Resource(resource, said.text("provider"), said.text("account"), said.text("region"))
    raise Unreadable(f"it names none of {', '.join(_PLACES)}")


def _number(text: str) -> float | None:
    return Node(text or None).number()


@dataclass(frozen=True, slots=True)
class _Said:
    """What a record says, by our names."""

    mapping: FieldMap
    node: Node

    def text(self, name: str) -> str:
        """Returns the text of a field, those of a list joined."""
        return ", ".join(self.texts(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Returns the texts of a field."""
        where: str = getattr(self.mapping, name)
        if not where:
            return ()
        if where.startswith("="):
            return (where[1:],)
        # A column may have a full stop in its name; a path is taken apart only where there is no such column.
        whole = self.node.texts(where)
        return whole or self.node.texts(*where.split(".")) if "." in where else whole


FORMAT = Format(
    name="generic",
    title="Table, JSON or JSON Lines with a mapping",
    endings=("csv", "json", "jsonl"),
    recognizes=never,
    read=_read,
)
