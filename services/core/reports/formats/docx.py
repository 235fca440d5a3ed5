"""The report as Office Open XML (ISO/IEC 29500) for word processors, by python-docx; every text is a run, never XML."""

import io
from collections.abc import Iterable
from typing import BinaryIO

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from services.core.reports import facts
from services.core.reports.formats import RefusedError, pdf
from services.core.reports.formats.wrapping import clipped
from services.core.reports.model import COLORS, HEADINGS, SEVERITIES, TITLES, Finding, Report, Section
from services.core.reports.texts import paragraphs

MOST = 5_000
"""The most findings that a document may have: it is made in memory."""

_EVIDENCE, _TEXT, _FACT, _TITLE = 8_000, 20_000, 1_000, 300
_FAINT = RGBColor(0x64, 0x74, 0x8B)
_WHITE = RGBColor(0xFF, 0xFF, 0xFF)
_FACTS = 38  # millimetres for the names of facts


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the document.

    Raises:
        RefusedError: There are too many findings.
    """
    document = docx.Document()
    _set_up(document, report)
    _cover(document, report)
    for section in report.sections:
        heading = _paragraph(document, HEADINGS[section], "Heading1")
        heading.paragraph_format.page_break_before = True
        _section(document, section, report, findings)
    document.save(out)


def _set_up(document: Document, report: Report) -> None:
    """Sets paper, fonts, header and footer, and the styles of facts and evidence."""
    page, cover = document.sections[0], report.cover
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(25)
    page.top_margin, page.bottom_margin = Mm(28), Mm(25)
    page.different_first_page_header_footer = True
    page.header.paragraphs[0].text = f"{cover.title}\t\t{cover.classification.upper()}"
    page.footer.paragraphs[0].text = f"{cover.organization}\t\t"
    _field(page.footer.paragraphs[0].add_run(), "PAGE")
    accent = RGBColor.from_string(cover.accent[1:].upper())
    for name, size in (("Title", 28), ("Heading 1", 20), ("Heading 2", 13), ("Heading 3", 11)):
        _font(document, name, size, accent if name != "Heading 2" else None)
    _font(document, "Normal", 10.5)
    _style(document, "Fact", 9.5, left=_FACTS, first=-_FACTS)
    evidence = _style(document, "Evidence", 8, left=3)
    evidence.font.name = "Consolas"
    shade = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="F1F5F9"/>'
    evidence.element.get_or_add_pPr().append(parse_xml(shade))
    document.core_properties.title, document.core_properties.author = cover.title[:255], cover.author[:255]
    document.core_properties.comments = ""


def _font(document: Document, name: str, size: float, color: RGBColor | None = None) -> None:
    style = document.styles[name]
    if not isinstance(style, ParagraphStyle):
        raise TypeError(f"{name} is no style of paragraphs")
    style.font.name, style.font.size = "Calibri", Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        # The theme's font would win over ours.
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    if color is not None:
        style.font.color.rgb = color


def _style(document: Document, name: str, size: float, left: float, first: float = 0) -> ParagraphStyle:
    style = document.styles.add_style(name, 1)
    if not isinstance(style, ParagraphStyle):
        raise TypeError(f"{name} is no style of paragraphs")
    style.base_style = document.styles["Normal"]
    style.font.size = Pt(size)
    style.paragraph_format.left_indent, style.paragraph_format.first_line_indent = Mm(left), Mm(first)
    style.paragraph_format.space_after = Pt(1)
    style.paragraph_format.tab_stops.add_tab_stop(Mm(left))
    return style


def _cover(document: Document, report: Report) -> None:
    cover = report.cover
    if cover.logo:
        document.add_picture(io.BytesIO(cover.logo), height=Mm(20))
    space = _paragraph(document)
    space.paragraph_format.space_before = Pt(150)
    mark = _paragraph(document).add_run(cover.classification.upper())
    mark.font.color.rgb, mark.font.size = _FAINT, Pt(10)
    _paragraph(document, cover.title, "Title")
    _facts(document, facts.of_cover(cover))
    _paragraph(document, "Contents", "Heading1").paragraph_format.page_break_before = True
    for section in report.sections:
        _paragraph(document, HEADINGS[section], "ListNumber")


def _section(document: Document, section: Section, report: Report, findings: Iterable[Finding]) -> None:
    match section:
        case Section.EXECUTIVE_SUMMARY:
            _summary(document, report)
        case Section.METHODOLOGY:
            _words(document, report.words.methodology)
        case Section.SCOPE:
            _words(document, report.words.scope)
            rows = [(one.display_name, one.address, ", ".join(one.excluded) or "none") for one in report.targets]
            _table(document, ("Target", "Address", "Excluded"), rows)
        case Section.FINDINGS:
            for count, finding in enumerate(findings):
                if count == MOST:
                    raise RefusedError(f"a document has at most {MOST} findings; narrow its filter, or take HTML")
                _finding(document, finding)
        case Section.ATTESTATION:
            _words(document, f"{facts.day(report.cover.made)}\n\nTo whom it may concern\n\n{report.words.attestation}")
            _paragraph(document, "\n\n\n______________________________\t\t______________________________")
            _paragraph(document, "Place and date\t\t\t\t\tName and signature")


def _summary(document: Document, report: Report) -> None:
    _words(document, report.words.introduction)
    for sentence in facts.headline(report):
        _paragraph(document, sentence)
    tiles = document.add_table(rows=2, cols=len(SEVERITIES))
    tiles.alignment = WD_TABLE_ALIGNMENT.CENTER
    for place, (severity, count) in enumerate(zip(SEVERITIES, report.summary.severities, strict=True)):
        for row, (text, size) in enumerate(((str(count), 20), (TITLES[severity], 9))):
            cell = tiles.cell(row, place)
            shade = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{COLORS[severity][1:].upper()}"/>'
            cell._tc.get_or_add_tcPr().append(parse_xml(shade))  # noqa: SLF001 - there is no other way to shade a cell
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = cell.paragraphs[0].add_run(text)
            run.font.color.rgb, run.font.size, run.bold = _WHITE, Pt(size), row == 0
    for chart in pdf.all_charts(report):
        title = _paragraph(document, chart["title"], "Heading3")
        title.paragraph_format.keep_with_next = True
        document.add_picture(io.BytesIO(pdf.drawn(chart["svg"])), width=Mm(160))
        document.paragraphs[-1].paragraph_format.keep_with_next = True
        _legend(_paragraph(document), chart["legend"])


def _legend(paragraph: Paragraph, entries: Iterable[tuple[str, str]]) -> None:
    for name, color in entries:
        mark = paragraph.add_run("\N{BLACK SQUARE} ")
        mark.font.color.rgb = RGBColor.from_string(color[1:].upper())
        text = paragraph.add_run(f"{name}    ")
        text.font.size = mark.font.size = Pt(9)


def _finding(document: Document, finding: Finding) -> None:
    title = f"{finding.reference}  {clipped(finding.title, _TITLE)}"
    _paragraph(document, title, "Heading2").paragraph_format.space_before = Pt(24)
    badge = _paragraph(document)
    badge.paragraph_format.keep_with_next = True
    run = badge.add_run(TITLES[finding.severity].upper())
    run.bold, run.font.color.rgb = True, RGBColor.from_string(COLORS[finding.severity][1:].upper())
    _facts(document, [(label, clipped(value, _FACT)) for label, value in facts.of_finding(finding)])
    _paragraph(document)
    _words(document, clipped(finding.description, _TEXT))
    if finding.evidence:
        _heading(document, "Evidence")
        _paragraph(document, clipped(finding.evidence, _EVIDENCE), "Evidence")
    if finding.remediation:
        _heading(document, "Remediation")
        _words(document, clipped(finding.remediation, _TEXT))
    if finding.references:
        _heading(document, "References")
        for one in finding.references:
            _paragraph(document, clipped(one, _FACT), "ListBullet")


def _paragraph(document: Document, text: str = "", style: str = "") -> Paragraph:
    """Adds a paragraph with a style's identifier; python-docx itself looks through all that is there, each time."""
    element = OxmlElement("w:p")
    document.element.body[-1].addprevious(element)
    paragraph = Paragraph(element, document._body)  # noqa: SLF001 - as python-docx's own do
    if style:
        paragraph._p.get_or_add_pPr().get_or_add_pStyle().val = style  # noqa: SLF001 - without a look at all styles
    if text:
        paragraph.add_run(text)
    return paragraph


def _heading(document: Document, text: str) -> None:
    _paragraph(document, text, "Heading3")


def _facts(document: Document, pairs: Iterable[tuple[str, str]]) -> None:
    for label, value in pairs:
        paragraph = _paragraph(document, style="Fact")
        paragraph.add_run(f"{label}\t").font.color.rgb = _FAINT
        paragraph.add_run(value.replace("\n", " ").replace("\t", " "))


def _table(document: Document, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    lines = [header, *rows]
    table: Table = document.add_table(rows=len(lines), cols=len(header), style="Light List Accent 1")
    for row, line in zip(table.rows, lines, strict=True):
        for cell, text in zip(row.cells, line, strict=True):
            cell.text = text


def _words(document: Document, text: str) -> None:
    for paragraph in paragraphs(text):
        _paragraph(document, paragraph)


def _field(run: Run, code: str) -> None:
    """Writes a field, which the word processor computes."""
    for kind in ("begin", "instr", "separate", "text", "end"):
        match kind:
            case "instr":
                element = parse_xml(f'<w:instrText {nsdecls("w")} xml:space="preserve"> {code} </w:instrText>')
            case "text":
                element = parse_xml(f"<w:t {nsdecls('w')}>1</w:t>")
            case _:
                element = parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>')
        run._r.append(element)  # noqa: SLF001 - python-docx knows no fields
