"""SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), of any tool: CodeQL, Semgrep, and the many others.

Numbers of severity in `properties.security-severity` are GitHub's convention; rules are read in a pass of their own,
for they may follow the results.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.format import Format, collect, each
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code, Location, Web
from services.core.findings.formats.kernel.model import TEXT, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, cwes, links, severity
from services.core.findings.formats.readers.json import json_texts, json_values

_RULES = ("runs[].tool.driver.rules[]", "runs[].tool.extensions[].rules[]")
_DRIVER = "runs[].tool.driver"
_URIS = "runs[].artifacts[].location.uri"
_MOST_RULES = 20_000
_TEXT = 2000
_ARGUMENT = 200
_REPORTED = frozenset({"", "fail", "open", "review"})
_SECRET_TOOLS = re.compile(r"leaks|truffle|secret|noseyparker|ggshield|credential", re.IGNORECASE)
_SECRET_WORDS = re.compile(r"secret|password|credential|private.?key|api.?key|access.?token", re.IGNORECASE)
_REJECTED = frozenset({"rejected", "underReview"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """What is kept of a rule."""

    id: str
    title: str
    description: str
    help: str
    link: str
    level: str
    score: float | None
    tags: tuple[str, ...]
    messages: Mapping[str, str]


_NO_RULE = _Rule("", "", "", "", "", "", None, (), {})


@dataclass(frozen=True, slots=True)
class _Run:
    """What results need of the file besides themselves."""

    tools: Mapping[int | str, Tool]
    rules: Mapping[tuple[int | str, ...], _Rule]
    named: Mapping[tuple[int | str, str], _Rule]
    uris: Mapping[tuple[int | str, ...], str]


def _read(source: Source) -> Iterator[Entry]:
    run = _run(source)
    return each(json_values(source, "runs[].results[]"), lambda record: _result(run, record))


def _run(source: Source) -> _Run:
    fields = tuple(f"{_DRIVER}.{field}" for field in ("name", "semanticVersion", "version"))
    texts = json_texts(source, *fields, _URIS)
    tools = {
        indices[0]: Tool(text, next((found for field in fields[1:] if (found := texts.get((field, indices)))), ""))
        for (path, indices), text in texts.items()
        if path == fields[0]
    }
    kept = collect(source, json_values(source, *_RULES), _MOST_RULES)
    rules = {record.indices: _rule(record.node) for record in kept if isinstance(record.node.value, dict)}
    named = {(indices[0], rule.id): rule for indices, rule in reversed(rules.items())}
    return _Run(tools, rules, named, {indices: text for (path, indices), text in texts.items() if path == _URIS})


def _rule(rule: Node) -> _Rule:
    """Returns what is kept of a rule; one that isn't as it should be is none, its results are read without."""
    try:
        messages = {name: message.text("text")[:_TEXT] for name, message in rule.entries("messageStrings")}
        return _Rule(
            id=rule.text("id"),
            title=(rule.text("shortDescription", "text") or rule.text("name"))[:_TEXT],
            description=rule.text("fullDescription", "text")[:_TEXT],
            help=rule.text("help", "text")[:_TEXT],
            link=rule.text("helpUri")[:_TEXT],
            level=rule.text("defaultConfiguration", "level"),
            score=rule.number("properties", "security-severity"),
            tags=(*rule.texts("properties", "tags")[:50], *rule.texts("properties", "cwe")[:50], *_related(rule)),
            messages=messages,
        )
    except ValueError:
        return _NO_RULE


def _related(rule: Node) -> Iterator[str]:
    """Returns the entries of taxonomies, such as CWE's, that a rule or result names."""
    for taxon in (*(relation.at("target") for relation in rule.items("relationships")), *rule.items("taxa")):
        yield f"{taxon.text('toolComponent', 'name')}-{taxon.text('id').removeprefix('CWE-')}"


def _result(run: _Run, record: Record) -> Iterator[Reported]:
    result, index = record.node, record.indices[0]
    if result.text("kind") not in _REPORTED:
        return
    rule = _rule_of(run, index, result)
    score = result.number("properties", "security-severity")
    scores = cvss("", rule.score if score is None else score, version="3.1")
    level = result.text("level") or rule.level or "warning"
    places = list(result.items("locations"))
    place = places[0] if places else Node({})
    message = _message(result.at("message"), rule)
    tags = (*rule.tags, *_related(result), *result.texts("properties", "cwe"), *result.texts("properties", "tags"))
    tool, weaknesses = run.tools.get(index, Tool("")), cwes(*tags)
    check = result.text("ruleId") or result.text("rule", "id") or rule.id
    code = place.text("physicalLocation", "region", "snippet", "text")
    yield Reported(
        tool=tool,
        check=check,
        title=rule.title or message,
        location=_location(run, index, place),
        description=joined(message, rule.description),
        remediation=rule.help,
        evidence="" if _of_secrets(tool, check, message) else redaction.code(code, weaknesses),
        references=links(rule.link),
        severity=severity("" if scores else level, scores),
        tool_severity=level if not scores else f"{level} ({scores[0].score})",
        cvss=scores,
        cwes=weaknesses,
        cves=cves(result.text("ruleId"), rule.id, *rule.tags),
        status=_status(result),
        status_reason=joined(*(one.text("justification") for one in result.items("suppressions"))),
        tool_id=_fingerprint(result),
    )


def _of_secrets(tool: Tool, check: str, message: str) -> bool:
    """Whether the code of a result may be a secret in the clear: of tools that look for them, or say so in words."""
    return bool(_SECRET_TOOLS.search(tool.name) or _SECRET_WORDS.search(f"{check} {message}"))


def _rule_of(run: _Run, index: int | str, result: Node) -> _Rule:
    number = result.number("ruleIndex")
    number = result.number("rule", "index") if number is None else number
    extension = result.number("rule", "toolComponent", "index")
    if number is not None and extension is not None:
        return run.rules.get((index, int(extension), int(number)), _NO_RULE)
    name = result.text("ruleId") or result.text("rule", "id")
    found = run.rules.get((index, int(number)), _NO_RULE) if number is not None else _NO_RULE
    # An index that leads elsewhere is a slip of its writer; a rule of a hierarchy is named by its beginning.
    if name and found.id != name:
        parent = run.named.get((index, name.rpartition("/")[0]), found)
        return run.named.get((index, name), parent)
    return found


def _message(message: Node, rule: _Rule) -> str:
    text = message.text("text")[:TEXT] or rule.messages.get(message.text("id"), "")
    arguments = message.texts("arguments")
    # Both are cut, for a text that names an argument often would make much of little.
    given = {str(number): argument[:_ARGUMENT] for number, argument in enumerate(arguments)}
    return re.sub(r"\{(\d{1,2})\}", lambda one: given.get(one[1], one[0]), text)


def _location(run: _Run, index: int | str, place: Node) -> Location:
    artifact, region = place.at("physicalLocation", "artifactLocation"), place.at("physicalLocation", "region")
    number = artifact.number("index")
    uri = artifact.text("uri") or ("" if number is None else run.uris.get((index, int(number)), ""))
    if uri.startswith(("http://", "https://")):
        return Web(uri)
    logical = next(place.items("logicalLocations"), Node({}))
    symbol = logical.first("fullyQualifiedName", "name")
    return Code(uri or symbol, region.whole("startLine"), region.whole("endLine"), symbol if uri else "")


def _status(result: Node) -> Status:
    if any(one.text("status") not in _REJECTED for one in result.items("suppressions")):
        return Status.SUPPRESSED
    return Status.FIXED if result.text("baselineState") == "absent" else Status.OPEN


def _fingerprint(result: Node) -> str:
    given = (*result.entries("fingerprints"), *result.entries("partialFingerprints"))
    return next((f"{name}:{value.text()}" for name, value in given), "") or result.text("guid")


def _recognizes(head: Head) -> bool:
    schema = head.json.text("$schema")
    return (head.json.has("runs") and head.json.text("version").startswith("2.1")) or (
        "sarif" in schema.lower() and "2.1" in schema
    )


FORMAT = Format(name="sarif", title="SARIF 2.1.0", endings=("sarif", "json"), recognizes=_recognizes, read=_read)
