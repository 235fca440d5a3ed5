"""Bandit's JSON report (-f json), fields of `Issue.as_dict`: bandit.readthedocs.io/en/latest/formatters/json.html.

The tests B105 to B107 look for passwords in code and name them in their texts; neither text nor code of those is kept.
"""

from collections.abc import Iterator

from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cwes, instant, severity
from services.core.findings.formats.readers.json import json_first, json_values

_TOOL = Tool("Bandit")
_PASSWORD = 259
_PASSWORDS = {"B105", "B106", "B107"}


def _read(source: Source) -> Iterator[Entry]:
    seen = instant(json_first(source, "generated_at").text())

    def reported(record: Record) -> Iterator[Reported]:
        row = record.node
        check = required(row.text("test_id"), "test_id")
        weaknesses = cwes(row.text("issue_cwe", "id")) or ((_PASSWORD,) if check in _PASSWORDS else ())
        text = row.text("issue_text")
        lines = [int(line) for line in row.texts("line_range") if line.isdigit()]
        yield Reported(
            tool=_TOOL,
            check=check,
            title=text.partition(":")[0] if check in _PASSWORDS else text,
            location=Code(required(row.text("filename"), "filename"), row.whole("line_number"), max(lines, default=0)),
            description=f"{row.text('test_name')}, confidence {row.text('issue_confidence').lower()}",
            evidence=redaction.code(row.text("code"), weaknesses),
            references=(row.text("more_info"), row.text("issue_cwe", "link")),
            severity=severity(row.text("issue_severity")),
            tool_severity=row.text("issue_severity"),
            cwes=weaknesses,
            seen_at=seen,
        )

    return each(json_values(source, "results[]"), reported)


def _recognizes(head: Head) -> bool:
    return head.json.has("generated_at", "metrics._totals", "errors")


FORMAT = Format(name="bandit", title="Bandit JSON", endings=("json",), recognizes=_recognizes, read=_read)
