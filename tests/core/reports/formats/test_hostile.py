"""Whatever tools saw and people wrote: no format breaks, none interprets it."""

import csv
import io
import json

import docx
import html5lib
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from services.core.reports.model import Finding
from services.core.reports.texts import line, shown
from tests.core.reports.samples import finding, rendered

TEXTS = (
    '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "</pre></article></section><h1>out</h1>",
    "&amp;&lt;&#x3c;script&#x3e; ]]> <!-- --",
    '#read("/etc/passwd") #import "@preview/cetz:0.2.2" $ x^2 $ = Heading',
    "#panic() #{while true {}} \\u{41} ` ``` ```typ #panic() ``` @label <label>",
    "=cmd|' /C calc'!A0",
    "a\x00b\x01c\x1b[31mred\x7f\x85\ud800\ufffe",
    "\u202eevil\u202c \u2066x\u2069 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u6f22\u5b57 \U0001f525",
    "w" * 65_536,
    "word " * 13_107,
    "\n".join(str(number) for number in range(13_000)),
    "a\r\nb\rc\n\n\n\nd",
    "{% raw %} ${jndi:ldap://127.0.0.1} %s %n {0} </w:t></w:r>",
    "",
)
FAST = ("json", "csv", "markdown", "html", "sarif", "openvex", "cyclonedx", "csaf")


SLOW = ("pdf", "docx")


def hostile(text: str, number: int = 1) -> Finding:
    """Returns a finding whose texts all are this one, made fit as those of the database are."""
    words, one_line = shown(text), line(text)
    return finding(
        number,
        title=one_line,
        description=words,
        evidence=words,
        remediation=words,
        asset=one_line,
        location=one_line,
        check=one_line,
        references=(one_line, f"https://example.com/{one_line}", f"javascript:{one_line}"),
        cves=(one_line,),
        state="DISMISSED",
        state_reason=words,
    )


def check(name: str, text: str, *others: str) -> None:
    """Renders hostile texts, and reads what came of them."""
    findings = [*(hostile(one, number) for number, one in enumerate((text, *others), 1)), finding(99)]
    said = rendered(name, findings, author=text[:200], methodology=text, introduction=text, classification=text[:100])
    match name:
        case "json" | "sarif" | "openvex" | "cyclonedx" | "csaf":
            json.loads(said)
        case "csv":
            rows = list(csv.reader(io.StringIO(said.decode("utf-8-sig"), newline="")))
            assert [len(row) for row in rows] == [len(rows[0])] * 3
            assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
        case "html":
            check_page(said)
        case "pdf":
            assert len(pypdf.PdfReader(io.BytesIO(said)).pages) > 3
        case "docx":
            assert docx.Document(io.BytesIO(said)).paragraphs


def check_page(said: bytes) -> None:
    """Checks that a page has only the elements that are ours, and no links but those of the web."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(said.decode())
    elements = [one.tag for one in tree.iter() if isinstance(one.tag, str)]
    assert elements.count("h1") == 1
    assert elements.count("article") == 2
    assert not {"script", "img", "iframe", "w:t"} & set(elements)
    assert not [name for one in tree.iter() for name in one.attrib if name.startswith("on")]
    links = [one.get("href", "") for one in tree.iter("a")]
    assert all(link.startswith(("#", "https://", "http://")) for link in links)


@pytest.mark.parametrize("name", FAST)
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_known_tricks(name: str, text: str) -> None:
    check(name, text)


@pytest.mark.parametrize("name", SLOW)
def test_known_tricks_on_paper(name: str) -> None:
    check(name, *TEXTS)


@pytest.mark.parametrize("name", FAST)
@given(text=some.text(max_size=400))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_anything(name: str, text: str) -> None:
    check(name, text)


@given(text=some.text(max_size=300))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_anything_on_paper(text: str) -> None:
    check("pdf", text)
    check("docx", text)


@given(text=some.text())
@settings(max_examples=200)
def test_what_is_shown_fits_everywhere(text: str) -> None:
    said = shown(text)
    assert not set(said) & {chr(number) for number in (*range(9), 11, 12, 13, *range(14, 32), 127, 0x202E, 0x2066)}
    assert shown(said) == said
    said.encode()
