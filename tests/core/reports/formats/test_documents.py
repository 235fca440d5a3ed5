"""The formats for people, read back by other programs than those that wrote them."""

import csv
import io
from dataclasses import replace
from itertools import pairwise

import docx
import html5lib
import markdown_it
import pypdf
import pytest

from services.core.reports.formats import RefusedError
from services.core.reports.model import HEADINGS
from services.core.reports.templates.domain import Section
from tests.core.reports.samples import finding, png, rendered

FINDINGS = [finding(number) for number in range(1, 13)]


def test_the_pdf_says_what_the_report_says() -> None:
    reader = pypdf.PdfReader(io.BytesIO(rendered("pdf", FINDINGS, logo=png())))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Annual penetration test", "XORB Testing")
    for said in (*HEADINGS.values(), "Example Ltd", "F-012", "Strict-Transport-Security", "HTTP/1.1 200 OK"):
        assert said in text
    assert len(reader.pages) > 8
    assert reader.root_object.keys() >= {"/MarkInfo", "/StructTreeRoot"}


def test_the_document_says_what_the_report_says() -> None:
    document = docx.Document(io.BytesIO(rendered("docx", FINDINGS, logo=png())))
    headings = [one.text for one in document.paragraphs if one.style is not None and one.style.name == "Heading 1"]
    assert headings == ["Contents", *HEADINGS.values()]
    titles = [one.text for one in document.paragraphs if one.style is not None and one.style.name == "Heading 2"]
    assert titles == [f"{one.reference}  {one.title}" for one in FINDINGS]
    assert len(document.inline_shapes) == 1 + 4
    assert document.core_properties.title == "Annual penetration test"


def test_the_page_is_valid_and_needs_nothing_else() -> None:
    page = rendered("html", FINDINGS, logo=png()).decode()
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(page)
    assert not [
        one for one in tree.iter() if one.tag in {"script", "link", "iframe", "object", "embed", "base", "form"}
    ]
    assert not [name for one in tree.iter() for name in one.attrib if name.startswith("on") or name == "style"]
    sources = {one.get("src", "")[:22] for one in tree.iter() if one.get("src")}
    assert sources == {"data:image/png;base64,"}
    identifiers = [one.get("id") for one in tree.iter() if one.get("id")]
    assert len(identifiers) == len(set(identifiers)) == len(FINDINGS) + len(HEADINGS)
    targets = [one.get("href", "")[1:] for one in tree.iter("a") if one.get("href", "").startswith("#")]
    assert set(targets) <= set(identifiers)
    assert "script-src" not in page
    assert "default-src 'none'" in page.replace("&#x27;", "'")


def test_markdown_has_the_parts_and_the_evidence_as_it_was() -> None:
    tokens = markdown_it.MarkdownIt("commonmark").enable("table").parse(rendered("markdown", FINDINGS).decode())
    headings = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    assert set(HEADINGS.values()) <= set(headings)
    assert [token.content for token in tokens if token.type == "fence"] == [f"{one.evidence}\n" for one in FINDINGS]


def test_a_spreadsheet_computes_nothing() -> None:
    formulas = ("=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\uff1d1", '=HYPERLINK("http://127.0.0.1","x")')
    said = rendered("csv", [finding(title=one, evidence=one, asset=one) for one in formulas])
    rows = list(csv.DictReader(io.StringIO(said.decode("utf-8-sig"), newline="")))
    for row, formula in zip(rows, formulas, strict=True):
        assert [row[column] for column in ("title", "evidence", "asset")] == [f"'{formula}"] * 3


def test_a_report_without_findings() -> None:
    for name in ("pdf", "docx", "html", "markdown", "csv", "json", "sarif", "cyclonedx"):
        assert rendered(name, [])
    for name in ("openvex", "csaf"):
        with pytest.raises(RefusedError):
            rendered(name, [])


def test_evidence_may_hold_fences() -> None:
    evidence = "```\n# no heading\n````\nend"
    said = rendered("markdown", [finding(evidence=evidence)]).decode()
    tokens = markdown_it.MarkdownIt().parse(said)
    assert [token.content for token in tokens if token.type == "fence"] == [f"{evidence}\n"]


def test_the_parts_are_those_of_the_template() -> None:
    said = rendered("markdown", FINDINGS[:1], sections=(Section.SCOPE, Section.FINDINGS)).decode()
    assert [line for line in said.splitlines() if line.startswith("## ")] == ["## Scope", "## Findings"]


def test_a_late_finding_is_counted_as_late() -> None:
    late = replace(FINDINGS[0], mended=False, state="OPEN")
    assert "1 of them is still to be mended, 1 of these critical or high; 1 is past the agreed time" in rendered(
        "markdown", [late]
    ).decode().replace("\\", "")
