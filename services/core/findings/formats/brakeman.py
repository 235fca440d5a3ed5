"""Brakeman's JSON report (-f json).

Fields of lib/brakeman/report/report_json.rb and `Warning#to_hash` (github.com/presidentbeef/brakeman). Brakeman judges
how sure it is, not how bad; its own SARIF (report_sarif.rb) makes levels of that, and this table the same. Checks are
named as there: `BRAKE` and the code of the warning.
"""

from collections.abc import Iterator

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cves, cwes, instant, severity
from services.core.findings.formats.readers.json import json_first, json_values

_IGNORED = "ignored_warnings[]"
_SEVERITIES = {"high": Severity.HIGH, "medium": Severity.MEDIUM, "weak": Severity.LOW}
_PASSWORD_WARNINGS = {"Authentication", "Basic Auth"}


def _read(source: Source) -> Iterator[Entry]:
    run = json_first(source, "scan_info")
    tool, seen = Tool("Brakeman", run.text("brakeman_version")), instant(run.text("end_time"), "%Y-%m-%d %H:%M:%S %z")

    def reported(record: Record) -> Iterator[Reported]:
        row = record.node
        kind, message = row.text("warning_type"), row.text("message")
        weaknesses = cwes(*row.texts("cwe_id"))
        ignored = record.path == _IGNORED
        yield Reported(
            tool=tool,
            check=f"BRAKE{int(required(row.text('warning_code'), 'warning_code')):04d}",
            title=f"{kind}: {message}" if kind else message,
            location=_location(row),
            description=f"Check {row.text('check_name')}",
            evidence="" if kind in _PASSWORD_WARNINGS else redaction.code(row.text("code"), weaknesses),
            references=(row.text("link"),),
            severity=severity(row.text("confidence"), others=_SEVERITIES),
            tool_severity=row.text("confidence"),
            cwes=weaknesses,
            cves=cves(message),
            status=Status.SUPPRESSED if ignored else Status.OPEN,
            status_reason=(row.text("note") or "in brakeman.ignore") if ignored else "",
            seen_at=seen,
            tool_id=row.text("fingerprint"),
        )

    return each(json_values(source, "warnings[]", _IGNORED), reported)


def _location(row: Node) -> Code:
    """Returns the file and the method, template or model in it."""
    around = row.at("location")
    parts = (around.first("class", "controller", "model", "template"), around.text("method"))
    return Code(required(row.text("file"), "file"), row.whole("line"), symbol="#".join(filter(None, parts)))


def _recognizes(head: Head) -> bool:
    return head.json.has("scan_info.brakeman_version")


FORMAT = Format(name="brakeman", title="Brakeman JSON", endings=("json",), recognizes=_recognizes, read=_read)
