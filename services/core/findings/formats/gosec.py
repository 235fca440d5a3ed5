"""gosec's JSON report (-fmt=json): `ReportInfo` and `Issue` (github.com/securego/gosec, report.go, issue/issue.go).

Rule G101 looks for credentials in code, whose code isn't kept.
"""

import re
from collections.abc import Iterator

from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cwes, severity
from services.core.findings.formats.readers.json import json_first, json_values

_CREDENTIALS = 798
_KINDS = {"inSource": "#nosec", "external": "excluded by configuration"}


def _read(source: Source) -> Iterator[Entry]:
    tool = Tool("gosec", json_first(source, "GosecVersion").text().removeprefix("dev"))

    def reported(record: Record) -> Iterator[Reported]:
        row = record.node
        check = required(row.text("rule_id"), "rule_id")
        weaknesses = cwes(row.first("cwe_id") or row.at("cwe").first("id", "ID"))
        secrets = (*weaknesses, _CREDENTIALS) if check == "G101" else weaknesses
        reason = _suppression(row)
        yield Reported(
            tool=tool,
            check=check,
            title=row.text("details"),
            location=_location(row),
            description=f"Confidence {row.text('confidence').lower()}" if row.text("confidence") else "",
            remediation=row.text("autofix"),
            evidence=redaction.code(row.text("code"), secrets),
            references=(row.at("cwe").first("url", "URL"),),
            severity=severity(row.text("severity")),
            tool_severity=row.text("severity"),
            cwes=weaknesses,
            status=Status.SUPPRESSED if reason else Status.OPEN,
            status_reason=reason,
        )

    return each(json_values(source, "Issues[]"), reported)


def _location(row: Node) -> Code:
    """Returns where it is; lines are `79` or `79-83`."""
    found = re.match(r"(\d{1,9})(?:-(\d{1,9}))?", row.text("line"))
    first, last = (int(number or 0) for number in found.groups()) if found else (0, 0)
    return Code(required(row.text("file"), "file"), first, last)


def _suppression(row: Node) -> str:
    """Returns why it is suppressed; empty where it isn't."""
    given = [
        one.text("justification") or _KINDS.get(one.text("kind"), "suppressed") for one in row.items("suppressions")
    ]
    return "; ".join(given) or ("#nosec" if row.flag("nosec") else "")


def _recognizes(head: Head) -> bool:
    return head.json.has("Issues[].rule_id", "Issues[].details") or head.json.has("Golang errors", "Issues")


FORMAT = Format(name="gosec", title="gosec JSON", endings=("json",), recognizes=_recognizes, read=_read)
