"""The report as Office Open XML (ISO/IEC 29500) for word processors, by python-docx; every text is a run, never XML."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import BinaryIO

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from services.core.reports import facts
from services.core.reports.formats import RefusedError, pdf, wordml
from services.core.reports.formats.wordml import Layout, Look
from services.core.reports.formats.wrapping import Room, clipped
from services.core.reports.model import COLORS, HEADINGS, SEVERITIES, TITLES, Finding, Report, Section, Table
from services.core.reports.texts import paragraphs

MOST = 5_000
"""The most findings that a document may have: it is made in memory."""

_FACT, _TITLE = 1_000, 300
_INK, _FAINT, _RULE, _SHADE = "#1f2937", "#64748b", "#cbd5e1", "#f1f5f9"
_WIDTH, _FACTS = 160, 38  # millimetres: of the text, and for the names of facts
_OVERVIEW = (16, 70, 30, 14, 30)
_FAINT_LOOK, _BOLD = Look(color=_FAINT), Look(bold=True)


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the document.

    Raises:
        RefusedError: There are too many findings.
    """
    writer = _Writer(docx.Document(), report)
    writer.set_up()
    writer.cover()
    for section in report.sections:
        writer.section(section, findings)
    writer.document.save(out)


@dataclass
class _Writer:
    """A document in the making.

    Args:
        document: The document.
        report: What it is of.
    """

    document: Document
    report: Report

    def __post_init__(self) -> None:
        """Looks up the end of the document, before which everything goes, and what texts may take."""
        self.end: BaseOxmlElement = self.document.element.body[-1]
        self.room = Room.among(self.report.summary.total)
        self.number = count(1)

    def set_up(self) -> None:
        """Sets paper, fonts, header and footer, and the styles of facts and evidence."""
        page, cover = self.document.sections[0], self.report.cover
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(25)
        page.top_margin, page.bottom_margin = Mm(28), Mm(25)
        page.different_first_page_header_footer = True
        page.header.paragraphs[0].text = f"{cover.title}\t\t{cover.classification.upper()}"
        foot = page.footer.paragraphs[0]
        foot.text = f"{cover.organization}\t\t"
        for part in wordml.field("PAGE"):
            foot._p.append(part)  # noqa: SLF001 - python-docx knows no fields
        for name, size in (("Title", 28), ("Heading 1", 20), ("Heading 2", 13), ("Heading 3", 11)):
            _font(self.document, name, size, _INK if name == "Heading 2" else cover.accent)
        for name in ("Normal", "Header", "Footer"):
            _font(self.document, name, 10.5 if name == "Normal" else 8.5, _INK if name == "Normal" else _FAINT)
        fact = _style(self.document, "Fact", 9.5, left=_FACTS, first=-_FACTS)
        fact.paragraph_format.keep_with_next = True
        _style(self.document, "Cell", 9, left=0)
        evidence = _style(self.document, "Evidence", 8, left=3)
        evidence.font.name = "Consolas"
        shade = wordml.element("shd", val="clear", color="auto", fill=_SHADE[1:].upper())
        evidence.element.get_or_add_pPr().append(shade)
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = cover.title[:255], cover.author[:255], ""

    def cover(self) -> None:
        """Writes the cover and the contents."""
        cover = self.report.cover
        if cover.logo:
            self.document.add_picture(io.BytesIO(cover.logo), height=Mm(20))
        mark = wordml.run(cover.classification.upper(), Look(color=_FAINT, size=10))
        self.add(wordml.paragraph(mark, layout=Layout(before=160)))
        self.text(cover.title, Layout("Title"))
        self.facts(facts.of_cover(cover))
        self.text("Contents", Layout("Heading1", new_page=True))
        for section in self.report.sections:
            entry = wordml.link(section.value, wordml.run(HEADINGS[section]))
            self.add(wordml.paragraph(entry, layout=Layout("ListNumber")))

    def section(self, section: Section, findings: Iterable[Finding]) -> None:
        """Writes a part under its heading."""
        page = self.report.begins_page(section)
        heading = wordml.marked(section.value, next(self.number), wordml.run(HEADINGS[section]))
        self.add(wordml.paragraph(*heading, layout=Layout("Heading1", before=0 if page else 30, new_page=page)))
        words = self.report.words
        match section:
            case Section.EXECUTIVE_SUMMARY:
                self.summary()
            case Section.METHODOLOGY:
                self.words(words.methodology)
            case Section.SCOPE:
                self.words(words.scope)
                self.targets()
            case Section.FINDINGS:
                self.findings(findings)
            case Section.ATTESTATION:
                self.words(f"{facts.day(self.report.cover.made)}\n\nTo whom it may concern\n\n{words.attestation}")
                self.text("\n\n\n______________________________\t\t______________________________")
                self.text("Place and date\t\t\t\t\tName and signature", look=Look(color=_FAINT, size=8.5))
        for table in self.report.of(section):
            self.text(table.title, Layout("Heading3"))
            self.table(table)

    def summary(self) -> None:
        """Writes the executive summary: sentences, figures, charts."""
        self.words(self.report.words.introduction)
        for sentence in facts.headline(self.report):
            self.text(sentence)
        tiles = wordml.table([_WIDTH / len(SEVERITIES)] * len(SEVERITIES))
        cells = []
        for severity, number in zip(SEVERITIES, self.report.summary.severities, strict=True):
            white = "#ffffff"
            figure = wordml.run(f"{number}\n", Look(bold=True, color=white, size=20))
            title = wordml.run(TITLES[severity], Look(color=white, size=9))
            cells.append([wordml.paragraph(figure, title, layout=Layout("Cell", centered=True))])
        tiles.append(wordml.row(cells, fills=[COLORS[severity] for severity in SEVERITIES]))
        self.add(tiles)
        for chart in pdf.all_charts(self.report):
            self.text(chart["title"], Layout("Heading3", before=14))
            self.document.add_picture(io.BytesIO(pdf.drawn(chart["svg"])), width=Mm(_WIDTH))
            if chart["legend"]:
                self.document.paragraphs[-1].paragraph_format.keep_with_next = True
                self.legend(chart["legend"])

    def legend(self, entries: Iterable[tuple[str, str]]) -> None:
        """Writes what the colours of a chart mean."""
        runs = [
            part
            for name, color in entries
            for part in (
                wordml.run("\N{BLACK SQUARE} ", Look(color=color, size=9)),
                wordml.run(f"{name}    ", Look(size=9)),
            )
        ]
        self.add(wordml.paragraph(*runs))

    def targets(self) -> None:
        """Writes what was tested."""
        rows = tuple((one.display_name, one.address, ", ".join(one.excluded) or "none") for one in self.report.targets)
        if rows:
            self.table(Table(Section.SCOPE, "", ("Target", "Address", "Excluded"), rows))

    def findings(self, findings: Iterable[Finding]) -> None:
        """Writes the findings one by one, and before them a table of all."""
        overview = wordml.table(_OVERVIEW, _RULE)
        overview.append(_header(("No.", "Finding", "Severity", "CVSS", "Status"), self.report.cover.accent))
        number = 0
        for number, finding in enumerate(findings, 1):
            if number == 1:
                self.add(overview)
            if number > MOST:
                raise RefusedError(f"a document has at most {MOST} findings; narrow its filter, or take HTML")
            overview.append(_entry(finding))
            self.finding(finding)
        if not number:
            self.text("There are no findings.")

    def finding(self, finding: Finding) -> None:
        """Writes a finding: its facts, what it is, what shows it, and what to do."""
        title = wordml.run(f"{finding.reference}  {clipped(finding.title, _TITLE)}")
        heading = wordml.marked(finding.reference, next(self.number), title)
        self.add(wordml.paragraph(*heading, layout=Layout("Heading2", before=24)))
        badge = Look(bold=True, color=COLORS[finding.severity])
        self.text(TITLES[finding.severity].upper(), Layout(keep=True), badge)
        self.facts((label, clipped(value, _FACT)) for label, value in facts.of_finding(finding))
        self.words(clipped(finding.description, self.room.text), before=8)
        if finding.evidence:
            self.text("Evidence", Layout("Heading3"))
            self.text(clipped(finding.evidence, self.room.evidence), Layout("Evidence"))
        if finding.remediation:
            self.text("Remediation", Layout("Heading3"))
            self.words(clipped(finding.remediation, self.room.text))
        if finding.references:
            self.text("References", Layout("Heading3"))
            for one in finding.references:
                self.text(clipped(one, _FACT), Layout("ListBullet"))

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Writes labels and what they stand for, which stay on one page with what comes next."""
        for label, value in pairs:
            said = wordml.run(value.replace("\n", " ").replace("\t", " "))
            self.add(wordml.paragraph(wordml.run(f"{label}\t", _FAINT_LOOK), said, layout=Layout("Fact")))

    def table(self, table: Table) -> None:
        """Writes a table of texts."""
        columns = len(table.rows[0])
        first = 45 if columns == 2 else 30  # noqa: PLR2004 - a label and a text
        made = wordml.table([first, *[(_WIDTH - first) / (columns - 1)] * (columns - 1)], _RULE)
        if table.header:
            made.append(_header(table.header, self.report.cover.accent))
        for cells in table.rows:
            made.append(wordml.row([_cell(clipped(cell, _FACT)) for cell in cells]))
        self.add(made)
        self.add(wordml.paragraph())

    def words(self, text: str, before: float = 0) -> None:
        """Writes a text, a paragraph for each of its own."""
        for place, one in enumerate(paragraphs(text)):
            self.text(one, Layout(before=0 if place else before))

    def text(self, text: str, layout: Layout = wordml.PLAIN, look: Look = wordml.PLAIN_LOOK) -> None:
        """Writes a paragraph."""
        self.add(wordml.paragraph(wordml.run(text, look), layout=layout))

    def add(self, made: BaseOxmlElement) -> None:
        """Puts an element at the end."""
        self.end.addprevious(made)


def _header(titles: Sequence[str], accent: str) -> BaseOxmlElement:
    return wordml.row([_cell(title, Look(bold=True, color=accent, size=9)) for title in titles], header=True)


def _entry(finding: Finding) -> BaseOxmlElement:
    """Returns a finding's row among all."""
    title = wordml.run(clipped(finding.title, _TITLE), Look(size=9))
    asset = wordml.run(f"\n{clipped(finding.asset, _TITLE)}", Look(color=_FAINT, size=8))
    number = wordml.link(finding.reference, wordml.run(finding.reference, Look(size=9)))
    return wordml.row(
        [
            [wordml.paragraph(number, layout=Layout("Cell"))],
            [wordml.paragraph(title, asset, layout=Layout("Cell"))],
            _cell(TITLES[finding.severity], Look(bold=True, color=COLORS[finding.severity], size=9)),
            _cell(f"{finding.cvss_score:.1f}" if finding.cvss_vector else "none"),
            _cell(facts.state(finding.state)),
        ]
    )


def _cell(text: str, look: Look = Look(size=9)) -> list[BaseOxmlElement]:  # noqa: B008 - it can't be changed
    return [wordml.paragraph(wordml.run(text, look), layout=Layout("Cell"))]


def _font(document: Document, name: str, size: float, color: str) -> None:
    style = document.styles[name]
    if not isinstance(style, ParagraphStyle):
        raise TypeError(f"{name} is no style of paragraphs")
    style.font.name, style.font.size = "Calibri", Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        # The theme's font would win over ours.
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    style.font.color.rgb = RGBColor.from_string(color[1:].upper())


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
