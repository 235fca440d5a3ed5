"""detect-secrets' baseline, as scanned or audited (github.com/Yelp/detect-secrets, core/baseline.py, docs/audit.md).

It holds the secrets' SHA-1 digests, unsalted, from which a password can be guessed: no more than three digits are kept.
"""

from collections.abc import Iterator

from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import instant
from services.core.findings.formats.readers.json import json_first, json_values


def _read(source: Source) -> Iterator[Entry]:
    tool = Tool("detect-secrets", json_first(source, "version").text())
    seen = instant(json_first(source, "generated_at").text())

    def reported(record: Record) -> Iterator[Reported]:
        row = record.node
        kind = required(row.text("type"), "type")
        status, reason = _status(row)
        path = row.text("filename") or str(record.indices[0])
        digest = required(row.text("hashed_secret"), "hashed_secret")
        yield Reported(
            tool=tool,
            check=kind,
            title=kind,
            location=Code(path, row.whole("line_number"), symbol=redaction.mark("", digest)),
            status=status,
            status_reason=reason,
            seen_at=seen,
        )

    return each(json_values(source, "results.*[]"), reported)


def _status(row: Node) -> tuple[Status, str]:
    """Returns what the audit says, else whether the secret was tried."""
    if row.text("is_secret") == "false":
        return Status.FALSE_POSITIVE, "audited: no secret"
    if row.flag("is_secret"):
        return Status.VERIFIED, "audited: a secret"
    return (Status.VERIFIED, "verified") if row.flag("is_verified") else (Status.OPEN, "")


def _recognizes(head: Head) -> bool:
    return head.json.has("plugins_used", "results")


FORMAT = Format(
    name="detect-secrets",
    title="detect-secrets baseline",
    endings=("json", "baseline"),
    recognizes=_recognizes,
    read=_read,
)
