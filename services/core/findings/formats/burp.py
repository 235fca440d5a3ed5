"""Burp Suite's issues as XML, as the document type in each file describes them (Report selected issues, XML)."""

import base64
import binascii
import re
from collections.abc import Iterator

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import TEXT, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.texts import joined, plain
from services.core.findings.formats.kernel.words import cwes, instant, links, severity
from services.core.findings.formats.readers.xml import xml_elements

_PARAMETER = re.compile(
    r"\[(?:the )?(.{1,200}?)(?: (?:URL|body|JSON|XML|multipart))? (?:parameter|HTTP header|cookie)\]"
)
_LOCATION = 1000
_SHOWN = 20_000
_FALSE_POSITIVE = "False positive"


def _read(source: Source) -> Iterator[Entry]:
    return each(xml_elements(source, "issues/issue"), _issue)


def _issue(record: Record) -> Iterator[Reported]:
    issue, root = record.tag, record.ancestors[0]
    word = issue.text("severity")
    classes, parameter = (
        issue.text("vulnerabilityClassifications"),
        _PARAMETER.search(issue.text("location")[-_LOCATION:]),
    )
    yield Reported(
        tool=Tool("Burp Suite", root.get("burpVersion", "")),
        check=issue.text("type"),
        title=issue.text("name"),
        location=Web(
            required(issue.text("host"), "host") + issue.text("path"),
            issue.at("requestresponse/request").attribute("method"),
            parameter[1] if parameter else "",
        ),
        description=joined(plain(issue.text("issueDetail")), plain(issue.text("issueBackground"))),
        remediation=joined(plain(issue.text("remediationDetail")), plain(issue.text("remediationBackground"))),
        evidence=joined(*(_message(message) for message in issue.items("requestresponse/*"))),
        references=links(issue.text("references"), classes),
        severity=severity(word, others={_FALSE_POSITIVE.lower(): Severity.INFO}),
        tool_severity=word,
        cwes=cwes(plain(classes)),
        status=Status.FALSE_POSITIVE if word == _FALSE_POSITIVE else Status.OPEN,
        seen_at=instant(root.get("exportTime", ""), "%a %b %d %H:%M:%S %Z %Y"),
        tool_id=issue.text("serialNumber"),
    )


def _message(message: Tag) -> str:
    """Returns a request or response as text; what is no text in it is left out."""
    if message.name not in {"request", "response"}:
        return ""
    text = message.text()[: TEXT * 2]
    if message.attribute("base64") == "true":
        try:
            text = base64.b64decode(text[: len(text) // 4 * 4]).decode("utf-8", "replace")
        except binascii.Error:
            return ""
    return text[:_SHOWN]


def _recognizes(head: Head) -> bool:
    return head.root is not None and head.root.name == "issues" and "burpVersion" in head.root.attributes


FORMAT = Format(name="burp", title="Burp Suite XML", endings=("xml",), recognizes=_recognizes, read=_read)
