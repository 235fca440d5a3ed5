"""SonarQube's issues and hotspots, as its web API (api/issues/search, api/hotspots/search) and sonar-report write them.

Responses are described in the server's own documentation, /web_api; severities of issues mean what
docs.sonarsource.com says of the two ways to rate (Standard Experience and Multi-Quality Rule). Bugs and code smells are
no weaknesses and are left out, unless they have an impact on security. github.com/soprasteria/sonar-report writes the
issues under the same names.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cves, cwes, instant, severity
from services.core.findings.formats.readers.json import json_texts, json_values

_TOOL = Tool("SonarQube")
_SEVERITIES = {
    "blocker": Severity.CRITICAL,
    "critical": Severity.HIGH,
    "major": Severity.MEDIUM,
    "minor": Severity.LOW,
    "info": Severity.INFO,
}
_RATINGS = {"blocker": Severity.CRITICAL}
"""Of impacts and of a hotspot's probability, beside the common words."""
_STATUSES = {
    "FALSE_POSITIVE": Status.FALSE_POSITIVE,
    "FALSE-POSITIVE": Status.FALSE_POSITIVE,
    "SAFE": Status.FALSE_POSITIVE,
    "ACCEPTED": Status.ACCEPTED,
    "WONTFIX": Status.ACCEPTED,
    "ACKNOWLEDGED": Status.ACCEPTED,
    "FIXED": Status.FIXED,
    "REMOVED": Status.FIXED,
    "CONFIRMED": Status.VERIFIED,
}
_WEAKNESSES = {"VULNERABILITY", "SECURITY_HOTSPOT"}
_AROUND = {"components[].key": "components[].path", "rules[].key": "rules[].name"}

_Names = Mapping[str, str]


def _read(source: Source) -> Iterator[Entry]:
    return each(json_values(source, "issues[]", "hotspots[]"), partial(_issue, _names(source)))


def _names(source: Source) -> _Names:
    """Returns the path of each component, and the name of each rule, by its key."""
    texts = json_texts(source, *_AROUND, *_AROUND.values())
    return {key: texts.get((_AROUND[path], at), "") for (path, at), key in texts.items() if path in _AROUND}


def _issue(names: _Names, record: Record) -> Iterator[Reported]:
    row = record.node
    impact = next(
        (one.text("severity") for one in row.items("impacts") if one.text("softwareQuality") == "SECURITY"), ""
    )
    if row.text("type") not in {"", *_WEAKNESSES} and not impact:
        return
    check, message = required(row.first("rule", "ruleKey"), "rule"), row.text("message")
    rating = impact or row.text("vulnerabilityProbability")
    word = rating or row.text("severity")
    status, reason = _status(row)
    yield Reported(
        tool=_TOOL,
        check=check,
        title=names.get(check) or row.text("description") or message,
        location=_location(row, names),
        description=message,
        severity=severity(word, others=_RATINGS if rating else _SEVERITIES),
        tool_severity=word,
        cwes=cwes(*row.texts("tags"), message),
        cves=cves(message),
        status=status,
        status_reason=reason,
        seen_at=instant(row.first("updateDate", "creationDate")),
        tool_id=row.text("key"),
    )


def _location(row: Node, names: _Names) -> Code:
    """Returns the file; the key of a component is the project's, a colon, and the path."""
    key, project = required(row.text("component"), "component"), row.text("project")
    path = names.get(key) or key.removeprefix(f"{project}:")
    return Code(
        path, row.whole("line") or row.whole("textRange", "startLine"), row.whole("textRange", "endLine"), "", project
    )


def _status(row: Node) -> tuple[Status, str]:
    for name in ("issueStatus", "resolution", "status"):
        if (word := row.text(name)) in _STATUSES:
            return _STATUSES[word], word
    return Status.OPEN, ""


def _recognizes(head: Head) -> bool:
    found = head.json
    return (
        found.has("issues[].rule", "issues[].component", "issues[].project")
        or found.has("hotspots[].securityCategory", "hotspots[].component")
        or found.has("issues", "paging.pageIndex")
        or found.has("hotspots", "paging.pageIndex")
        or found.has("sonarBaseURL", "sonarComponent")
    )


FORMAT = Format(
    name="sonarqube", title="SonarQube issues and hotspots JSON", endings=("json",), recognizes=_recognizes, read=_read
)
