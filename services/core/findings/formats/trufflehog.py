"""TruffleHog's JSON Lines (--json), versions 3 and 2.

Version 3: pkg/output/json.go and proto/source_metadata.proto of github.com/trufflesecurity/trufflehog; version 2:
`printJson` and `find_strings` of truffleHog/truffleHog.py. Of a secret only a hint is kept; TruffleHog's own `Redacted`
isn't one, for it may be all of it. TruffleHog judges no severity, and neither does this.
"""

import base64
from collections.abc import Iterator

from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined, unique
from services.core.findings.formats.kernel.words import instant
from services.core.findings.formats.readers.lines import json_lines

_TOOL = Tool("TruffleHog")
_FILES = ("file", "filename", "path", "link", "channel_name", "page_id")
_PLACES = ("repository", "image", "bucket", "project_name", "workspace_name", "location")
_EXTRA = ("account", "arn", "user_id", "is_canary")
_TIME = "%Y-%m-%d %H:%M:%S %z"


def _read(source: Source) -> Iterator[Entry]:
    return each(json_lines(source), _result)


def _result(record: Record) -> Iterator[Reported]:
    row = record.node
    if row.at("stringsFound"):
        yield from _version_2(row)
    elif row.at("SourceMetadata"):
        yield _version_3(row)
    elif not row.text("level"):
        # A line of the log, which --json writes as well, has a level.
        required(row.text("DetectorName"), "SourceMetadata")


def _version_3(row: Node) -> Reported:
    name, where = next(row.entries("SourceMetadata", "Data"), ("", Node()))
    secret = _secret(row)
    detector = required(row.text("DetectorName"), "DetectorName")
    extra = (f"{key}: {value}" for key in _EXTRA if (value := row.at("ExtraData", key).brief()))
    return Reported(
        tool=_TOOL,
        check=detector,
        title=f"{detector} secret",
        location=_location(where, secret),
        description=joined(_commit(where, name), *extra),
        remediation=row.at("ExtraData", "rotation_guide").brief(),
        evidence=redaction.hint(secret),
        references=(redaction.anonymous(where.text("link")),),
        status=Status.VERIFIED if row.flag("Verified") else Status.OPEN,
        status_reason=_verification(row),
        # Go writes the zone's name, or its offset again, behind the offset.
        seen_at=instant(" ".join(where.text("timestamp").split()[:3]), _TIME),
    )


def _verification(row: Node) -> str:
    """Returns how trying the secret went; the error's text is left out, for it may hold what was tried."""
    if row.flag("Verified"):
        return "the service that it is for accepted it"
    return "it could not be tried" if row.text("VerificationError") else ""


def _secret(row: Node) -> str:
    """Returns the secret; versions before 3.9, which name no decoder, write it in base64."""
    raw = row.first("Raw", "RawV2")
    if row.text("DecoderName"):
        return raw
    try:
        return base64.b64decode(raw, validate=True).decode()
    except ValueError:
        return raw


def _location(where: Node, secret: str) -> Code:
    """Returns the file, or whatever a source such as a chat or a wiki has in place of files."""
    path = redaction.anonymous(required(where.first(*_FILES), "the file"))
    asset = redaction.anonymous(where.first(*_PLACES))
    if where.text("image") and where.text("tag"):
        asset = f"{asset}:{where.text('tag')}"
    return Code(path, where.whole("line"), symbol=redaction.mark(secret), repository=asset)


def _commit(where: Node, source: str) -> str:
    commit, author = where.text("commit"), where.text("email")
    return f"In commit {commit} by {author}" if commit else f"Found by the source {source}"


def _version_2(row: Node) -> Iterator[Reported]:
    """Returns one for each secret of a file in a commit; the difference and the commit's message are left out."""
    check = required(row.text("reason"), "reason")
    for secret in unique(row.texts("stringsFound")):
        yield Reported(
            tool=_TOOL,
            check=check,
            title=check,
            location=Code(required(row.text("path"), "path"), symbol=redaction.mark(secret)),
            description=f"In commit {row.text('commitHash')} of {row.text('branch')}",
            evidence=redaction.hint(secret),
            seen_at=instant(row.text("date")),
        )


def _recognizes(head: Head) -> bool:
    found = head.json
    if found.has("SourceMetadata.Data", "DetectorName") or found.has("stringsFound", "reason", "printDiff"):
        return True
    return found.has("level", "msg") and head.line(r'\{"SourceMetadata":\{"Data":') is not None


FORMAT = Format(
    name="trufflehog", title="TruffleHog JSON Lines", endings=("json", "jsonl"), recognizes=_recognizes, read=_read
)
