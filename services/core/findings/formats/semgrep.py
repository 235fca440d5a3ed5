"""Semgrep's JSON (--json): `cli_output` of its schema (github.com/semgrep/semgrep-interfaces, semgrep_output_v1.atd).

What the words for severities mean: semgrep.dev/docs/writing-rules/rule-syntax. Code that holds a secret isn't kept,
nor is what Semgrep writes in place of fields that need an account.
"""

from collections.abc import Iterator

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code, Package
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cwes, severity
from services.core.findings.formats.readers.json import json_first, json_values

_SEVERITIES = {"info": Severity.LOW, "inventory": Severity.INFO, "experiment": Severity.INFO}
_WITHHELD = "requires login"
_VALIDATED = {"CONFIRMED_VALID": Status.VERIFIED, "CONFIRMED_INVALID": Status.FALSE_POSITIVE}
_CREDENTIALS = 798


def _read(source: Source) -> Iterator[Entry]:
    tool = Tool("Semgrep", json_first(source, "version").text())

    def reported(record: Record) -> Iterator[Reported]:
        row, extra = record.node, record.node.at("extra")
        about = extra.at("metadata")
        check = required(row.text("check_id"), "check_id")
        weaknesses = cwes(*about.texts("cwe"))
        status, reason = _status(extra)
        yield Reported(
            tool=tool,
            check=check,
            title=check.rpartition(".")[2],
            location=_location(row, extra),
            description=extra.text("message"),
            remediation=joined(about.at("fix").brief(), _given(extra, "fix") and f"Replace it by: {extra.text('fix')}"),
            evidence=redaction.code(_given(extra, "lines"), (*weaknesses, *_secret(check, about))),
            references=(*about.texts("references"), about.at("source").brief()),
            severity=severity(extra.text("severity"), others=_SEVERITIES),
            tool_severity=extra.text("severity"),
            cwes=weaknesses,
            cves=cves(about.at("sca-vuln-database-identifier").brief(), about.at("cve").brief(), check),
            status=status,
            status_reason=reason,
            tool_id=_given(extra, "fingerprint"),
        )

    return each(json_values(source, "results[]"), reported)


def _location(row: Node, extra: Node) -> Code | Package:
    """Returns the place in the code; of a dependency that is vulnerable, the dependency."""
    path = required(row.text("path"), "path")
    if found := extra.at("sca_info", "dependency_match", "found_dependency"):
        name = required(found.text("package"), "package")
        return Package(name, found.text("version"), found.text("ecosystem"), path=found.text("lockfile_path") or path)
    return Code(path, row.whole("start", "line"), row.whole("end", "line"))


def _given(extra: Node, name: str) -> str:
    text = extra.text(name)
    return "" if text == _WITHHELD else text


def _secret(check: str, about: Node) -> tuple[int, ...]:
    """Returns the weakness of credentials in code where the rule looks for some and may not say so by a CWE."""
    return (_CREDENTIALS,) if "secret" in check.lower() or "secrets" in about.texts("technology") else ()


def _status(extra: Node) -> tuple[Status, str]:
    if extra.flag("is_ignored"):
        return Status.SUPPRESSED, "nosemgrep"
    state = extra.text("validation_state")
    return (_VALIDATED[state], state) if state in _VALIDATED else (Status.OPEN, "")


def _recognizes(head: Head) -> bool:
    return head.json.has("results[].check_id", "results[].path") or head.json.has("results", "errors", "paths.scanned")


FORMAT = Format(name="semgrep", title="Semgrep JSON", endings=("json",), recognizes=_recognizes, read=_read)
