"""Nuclei's results, JSON Lines (-jsonl) and JSON (-json-export).

Fields of `ResultEvent` (github.com/projectdiscovery/nuclei, pkg/output/output.go) and `model.Info` (pkg/model); the
spellings of version 2.3 and before, `templateID` and `matched`, are read too.
"""

from collections.abc import Iterator

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Location, Web, place
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, severity
from services.core.findings.formats.readers.json import json_values
from services.core.findings.formats.readers.lines import json_lines

_TOOL = Tool("Nuclei")


def _read(source: Source) -> Iterator[Entry]:
    array = source.head.start.lstrip()[:1] == b"["
    return each(json_values(source, "[]") if array else json_lines(source), _result)


def _result(record: Record) -> Iterator[Reported]:
    result, info = record.node, record.node.at("info")
    if result.text("matcher-status") == "false":
        return  # with -matcher-status, what did not match is told as well
    classes = info.at("classification")
    scores = cvss(classes.text("cvss-metrics"), classes.number("cvss-score"), version="3.1")
    check = required(result.first("template-id", "templateID"), "template-id")
    matcher = result.first("matcher-name", "matcher_name")
    yield Reported(
        tool=_TOOL,
        check=f"{check}:{matcher}" if matcher else check,
        title=info.text("name") + (f" ({matcher})" if matcher else ""),
        location=_location(result),
        description=joined(info.text("description"), info.text("impact")),
        remediation=info.text("remediation"),
        evidence=_evidence(result),
        references=tuple(link for text in info.texts("reference") for link in text.split()),
        severity=severity(info.text("severity"), scores),
        tool_severity=info.text("severity"),
        cvss=scores,
        cwes=cwes(*classes.texts("cwe-id")),
        cves=cves(*classes.texts("cve-id")) or cves(check),
        seen_at=instant(result.text("timestamp")),
    )


def _location(result: Node) -> Location:
    matched = required(result.first("matched-at", "matched", "host"), "matched-at")
    location = place(matched)
    if isinstance(location, Web):
        return Web(location.url, result.text("request").partition(" ")[0][:20], result.text("fuzzing_parameter"))
    return location


def _evidence(result: Node) -> str:
    extracted = "\n".join(result.texts("extracted-results"))
    return joined(extracted, result.text("curl-command"), result.text("request"), result.text("response"))


def _recognizes(head: Head) -> bool:
    return any(
        head.json.has(f"{at}{name}", f"{at}info.name") for at in ("", "[].") for name in ("template-id", "templateID")
    )


FORMAT = Format(
    name="nuclei", title="Nuclei JSON Lines and JSON", endings=("jsonl", "json"), recognizes=_recognizes, read=_read
)
