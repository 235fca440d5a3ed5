"""gitleaks' JSON report: `report.Finding` of version 8 and `Leak` of version 7 (github.com/gitleaks/gitleaks).

Of a secret, and of the line it is in, only a hint is kept. gitleaks judges no severity, and neither does this.
"""

from collections.abc import Iterator

from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import instant
from services.core.findings.formats.readers.json import json_values

_TOOL = Tool("gitleaks")


def _read(source: Source) -> Iterator[Entry]:
    return each(json_values(source, "[]"), _leak)


def _leak(record: Record) -> Iterator[Reported]:
    row = record.node
    secret = row.first("Secret", "offender", "Match")
    check = required(row.first("RuleID", "rule"), "RuleID")
    yield Reported(
        tool=_TOOL,
        check=check,
        title=row.text("Description") or check,
        location=_location(row, secret),
        description=_commit(row),
        evidence=redaction.hint(secret),
        references=(redaction.anonymous(row.first("Link", "leakURL")),),
        seen_at=instant(row.first("Date", "date")),
        tool_id=row.text("Fingerprint"),
    )


def _location(row: Node, secret: str) -> Code:
    repository = row.first("repoURL", "repo")
    return Code(
        required(row.first("File", "file"), "File"),
        row.whole("StartLine") or row.whole("lineNumber"),
        row.whole("EndLine"),
        redaction.mark(secret),
        "" if repository == "." else redaction.anonymous(repository),
    )


def _commit(row: Node) -> str:
    """Returns where in the history it is; the commit's message, which may hold anything, is left out."""
    commit = row.first("Commit", "commit")
    author = " ".join(filter(None, (row.first("Author", "author"), f"<{row.first('Email', 'email')}>")))
    return f"In commit {commit} by {author}" if commit else ""


def _recognizes(head: Head) -> bool:
    return head.json.has("[].RuleID", "[].StartLine", "[].File") or head.json.has("[].offender", "[].rule")


FORMAT = Format(name="gitleaks", title="gitleaks JSON", endings=("json",), recognizes=_recognizes, read=_read)
