"""tfsec's JSON (aquasecurity.github.io/tfsec; `FlatResult` of github.com/aquasecurity/defsec, pkg/scan/flat.go).

The status is a word in older versions and the number of `pkg/scan/status.go` since: 0 failed, 1 passed, 2 ignored.
"""

from collections.abc import Iterator

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import severity
from services.core.findings.formats.readers.json import json_values

_TOOL = Tool("tfsec")
_PASSED = {"passed", "1"}
_IGNORED = {"ignored", "2"}
_SEVERITIES = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "info": Severity.LOW}
"""Of the versions before 0.38, which had these three; the later ones are those of everybody."""


def _read(source: Source) -> Iterator[Entry]:
    return each(json_values(source, "results[]"), _result)


def _result(record: Record) -> Iterator[Reported]:
    result = record.node
    if (status := result.text("status").lower()) in _PASSED:
        return
    check = result.text("long_id") or required(result.text("rule_id"), "rule_id")
    place = result.at("location")
    yield Reported(
        tool=_TOOL,
        check=check,
        title=result.text("rule_description") or result.text("description"),
        location=Code(
            required(place.text("filename"), "location.filename"),
            place.whole("start_line"),
            place.whole("end_line"),
            result.text("resource"),
        ),
        description=joined(result.text("description"), result.text("impact")),
        remediation=result.text("resolution"),
        references=(*result.texts("links"), result.text("link")),
        severity=severity(result.text("severity"), others=_SEVERITIES),
        tool_severity=result.text("severity"),
        aliases=(result.text("rule_id"), result.text("legacy_rule_id")) if check != result.text("rule_id") else (),
        status=Status.SUPPRESSED if status in _IGNORED else Status.OPEN,
        status_reason="ignored by a comment in the code" if status in _IGNORED else "",
    )


def _recognizes(head: Head) -> bool:
    return head.json.has("results[].rule_id", "results[].location.filename", "results[].location.start_line")


FORMAT = Format(name="tfsec", title="tfsec JSON", endings=("json",), recognizes=_recognizes, read=_read)
