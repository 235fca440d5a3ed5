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

from services.core.reports import formats, model
from services.core.reports.formats import RefusedError
from services.core.reports.model import HEADINGS, Table
from services.core.reports.templates.domain import Section
from tests.core.reports.samples import finding, png, rendered, report

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
    overview = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    assert [row[0] for row in overview] == ["No.", *(one.reference for one in FINDINGS)]
    assert overview[1][2:] == ["Critical", "9.8", "Triaged"]
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


def test_what_was_mended_too_late_is_told_from_what_was_mended_in_time() -> None:
    critical = [one for one in FINDINGS if one.severity == "CRITICAL"]
    kept = [
        replace(one, late=late, mended=mended) for one in critical for late in (True, False) for mended in (True, False)
    ]
    said = rendered("markdown", [*kept, replace(kept[0], due=None)]).decode()
    title = "| Remediation | Mended in time | Mended late | Open, in time | Open, late |"
    assert f"{title}\n| --- | ---: | ---: | ---: | ---: |\n| Critical | 4 | 4 | 4 | 4 |\n" in said


def test_without_deadlines_nothing_is_said_of_them() -> None:
    said = rendered("markdown", [replace(one, due=None, late=False) for one in FINDINGS]).decode()
    assert "| Remediation" not in said
    assert "To be mended by" not in said


def test_parts_have_tables_in_every_document() -> None:
    tables = (
        Table(
            model.Section.METHODOLOGY, "Checklist of the web", ("Item", "What"), (("WSTG-INPV-05", "SQL injection"),)
        ),
        Table(model.Section.SCOPE, "Engagement", (), (("Testers", "Ada Lovelace"),)),
    )
    what = replace(report(FINDINGS), tables=tables)
    for name in ("pdf", "docx", "html", "markdown"):
        out = io.BytesIO()
        formats.load(name).write(what, iter(FINDINGS), out)
        said = text(name, out)
        for one in ("Checklist of the web", "WSTG-INPV-05", "SQL injection", "Ada Lovelace"):
            assert "".join(one.split()) in "".join(said.replace("\u200b", "").split()), name


def text(name: str, out: io.BytesIO) -> str:
    """Returns a document's text as its readers see it."""
    match name:
        case "pdf":
            return "\n".join(page.extract_text() for page in pypdf.PdfReader(out).pages)
        case "docx":
            document = docx.Document(out)
            cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
            return "\n".join([*(one.text for one in document.paragraphs), *cells])
    return out.getvalue().decode().replace("\\", "")
