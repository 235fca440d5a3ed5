"""Reports as they might be, for the tests of formats."""

import io
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.core.reports import formats
from services.core.reports.assembling import Background, assemble
from services.core.reports.domain import Format, Order, ordered
from services.core.reports.model import SEVERITIES, Finding, Report, Sighting, Target
from services.core.reports.summary import Counted, Summarizer
from services.core.reports.templates.domain import Content
from services.mesh import identifiers

NOW = datetime(2026, 3, 31, 12, 0, 0, 123456, tzinfo=UTC)
BEGIN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORGANIZATION = "0197d1a0-3a5e-7c3e-9b1d-5f5e2d1c6a10"
_VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
_DAYS = {"CRITICAL": 7, "HIGH": 30, "MEDIUM": 90, "LOW": 180}
_STATES = ("OPEN", "TRIAGED", "RESOLVED", "OPEN", "DISMISSED")


def finding(number: int = 1, **changes: Any) -> Finding:
    """Returns a finding; every fifth of a series is alike."""
    severity = SEVERITIES[(number - 1) * len(SEVERITIES) // 20 % len(SEVERITIES)]
    first = BEGIN + timedelta(days=number % 25)
    identifier = str(identifiers.new())
    state = _STATES[number % len(_STATES)]
    one = Finding(
        number=number,
        id=identifier,
        name=f"organizations/{ORGANIZATION}/findings/{identifier}",
        title=f"Server number {number} sends no Strict-Transport-Security",
        severity=severity,
        state=state,
        state_reason="The proxy before it adds the header." if state == "DISMISSED" else "",
        cvss_vector=_VECTOR if number % 2 else "",
        cvss_score=9.8 if number % 2 else 0.0,
        cwes=(319, 693),
        cves=("CVE-2014-0160",) if number % 3 == 1 else (),
        check="http.missing-hsts",
        asset=f"host{number % 7}.example.com",
        location=f"https://host{number % 7}.example.com/login?next=%2F",
        target="Shop",
        description="Browsers may be led to speak plain HTTP.\n\nWhoever is on the way then reads and changes all.",
        evidence="HTTP/1.1 200 OK\nServer: nginx\nContent-Type: text/html",
        remediation="Send `Strict-Transport-Security: max-age=31536000` with every response over TLS.",
        references=("https://owasp.org/www-project-secure-headers/",),
        first_seen=first,
        last_seen=first + timedelta(days=2),
        updated=first + timedelta(days=2),
        due=first + timedelta(days=_DAYS[severity]) if severity in _DAYS else None,
        late=severity in _DAYS and first + timedelta(days=_DAYS[severity]) <= NOW,
        mended=state in {"RESOLVED", "DISMISSED"},
        sightings=(Sighting(first + timedelta(days=2), "http"), Sighting(first, "nmap")),
        sighting_count=2,
    )
    return replace(one, **changes)


def report(findings: Iterable[Finding] = (), **content: Any) -> Report:
    """Returns the report of findings, by a template that says `content`."""
    figures = Summarizer()
    for one in findings:
        figures.add(
            Counted(
                one.severity,
                one.state,
                one.asset,
                one.first_seen,
                one.last_seen,
                one.due,
                one.late,
                one.mended,
                one.cwes,
                one.cves,
            )
        )
    order = Order("Annual penetration test", None, 0, "", (Format.PDF,), client="Example Ltd")
    what = ordered(identifiers.new(), order, "accounts/1", NOW)
    targets = (Target("Shop", "shop.example.com", ()), Target("Office", "192.0.2.0/24", ("192.0.2.1",)))
    return assemble(
        what, Content(**{"author": "XORB Testing", **content}), figures, Background("Example", targets), NOW
    )


def rendered(name: str, findings: Sequence[Finding], **content: Any) -> bytes:
    """Returns a report's file in a format, rendered in this process."""
    out = io.BytesIO()
    formats.load(name).write(report(findings, **content), iter(findings), out)
    return out.getvalue()


def png(width: int = 120, height: int = 40) -> bytes:
    """Returns a picture of one colour."""
    rows = b"".join(b"\0" + b"\x1e\x3a\x8a" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
