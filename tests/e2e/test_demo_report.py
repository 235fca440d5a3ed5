"""The report of an engagement with the demo target: in every format, read back and compared with the findings."""

import base64
import csv
import hashlib
import html
import io
import json
from typing import Any

import docx
import pypdf

from stack.polling import until
from tests.e2e.members import Json, Member
from tests.e2e.scans import ended, findings

_FORMATS = ["PDF", "DOCX", "HTML", "MARKDOWN", "JSON", "CSV", "SARIF", "OPENVEX", "CYCLONEDX", "CSAF"]
_GRAVEST = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO")
_TOLD = ("Spring test", "Rules of engagement", "7.5", "F-023", "OWASP WSTG")
_SECONDS = 90


async def test_an_engagements_report_says_in_every_format_what_was_found(member: Member) -> None:
    engagement = await _tested(member)
    found = await findings(member)
    elsewhere = await member.post(f"{member.organization}/engagements", {"displayName": "Elsewhere"})
    wanted = {"displayName": "Demo report", "formats": _FORMATS, "engagement": engagement}
    read = await _rendered(member, wanted)
    assert list(read) == _FORMATS
    texts = {"PDF": _pdf(read["PDF"]), "DOCX": _docx(read["DOCX"])}
    texts |= {kind: html.unescape(read[kind].decode().replace("\\", "")) for kind in ("HTML", "MARKDOWN")}
    for kind, text in texts.items():
        for said in (
            *(one["title"] for one in found),
            "Spring test",
            "Rules of engagement",
            "7.5",
            "F-023",
            "OWASP WSTG",
        ):
            assert "".join(said.split()) in "".join(text.split()), (kind, said)
        assert "F-024" not in text
    _counts(json.loads(read["JSON"]), found)
    rows = list(csv.DictReader(io.StringIO(read["CSV"].decode("utf-8-sig"))))
    assert sorted(row["check"] for row in rows) == sorted(one["check"] for one in found)
    assert len(json.loads(read["SARIF"])["runs"][0]["results"]) == len(found)
    for kind, place in (("OPENVEX", "statements"), ("CYCLONEDX", "vulnerabilities"), ("CSAF", "vulnerabilities")):
        assert json.loads(read[kind])[place], kind
    nothing = await _rendered(member, {"formats": ["JSON"], "engagement": elsewhere["name"]})
    assert json.loads(nothing["JSON"])["findings"] == []


async def _tested(member: Member) -> str:
    """The name of an engagement in which the demo target was scanned."""
    target = await member.demo_target()
    terms = {"displayName": "Spring test", "targets": [target], "rulesOfEngagement": "Be gentle"}
    drafted = await member.post(f"{member.organization}/engagements", terms)
    engagement = str(drafted["name"])
    for verb in ("scope", "schedule", "start"):
        await member.post(f"{engagement}:{verb}")
    await member.post(f"{engagement}:record-effort", {"hours": 7.5})
    await member.post(f"{engagement}/checklistItems:add", {"methodology": "OWASP_WSTG"})
    body = {"targets": [target], "ports": list(member.platform.demo_ports), "engagement": engagement}
    operation = await member.post(f"{member.organization}/scans", body)
    assert (await ended(member, str(operation["name"]).removeprefix("operations/")))["state"] == "SUCCEEDED"
    return engagement


async def _rendered(member: Member, wanted: Json) -> dict[str, bytes]:
    """The files of a report by their format, whole and as they were rendered."""
    report = await member.post(f"{member.organization}/reports", wanted)

    async def is_ready() -> bool:
        now = await member.get(report["name"])
        assert now["state"] != "FAILED", now["failureReason"]
        return bool(now["state"] == "SUCCEEDED")

    await until(is_ready, _SECONDS)
    return {file["format"]: await _content(member, file) for file in (await member.get(report["name"]))["files"]}


async def _content(member: Member, file: Json) -> bytes:
    content, offset = b"", 0
    while not content or offset:
        piece = await member.get(f"{file['name']}?offset={offset}")
        content += base64.b64decode(piece["content"])
        offset = int(piece["nextOffset"])
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    return content


def _pdf(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return "".join(page.extract_text() for page in pages).replace("\u200b", "")


def _docx(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def _counts(said: Any, found: list[Json]) -> None:
    severities = [one["severity"] for one in found]
    assert said["summary"]["severities"] == [severities.count(one) for one in _GRAVEST]
    assert said["summary"]["total"] == len(found) == len(said["findings"])
    assert said["summary"]["deadlines"] == []
    assert {one["check"] for one in said["findings"]} == {one["check"] for one in found}
    assert [_GRAVEST.index(one["severity"]) for one in said["findings"]] == sorted(map(_GRAVEST.index, severities))
