"""The report as one page: no scripts, nothing from elsewhere, every text escaped, and a policy that says so."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from importlib import resources
from itertools import chain
from typing import BinaryIO

from services.core.reports import charts, facts
from services.core.reports.formats import statements
from services.core.reports.model import HEADINGS, SEVERITIES, TITLES, Finding, Report, Section, Table
from services.core.reports.texts import paragraphs

_STYLE = resources.files(__package__).joinpath("html.css").read_text()


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the page."""
    style = f"{_STYLE}\n:root {{ --accent: {report.cover.accent}; }}\n"
    parts = (_section(section, report, findings) for section in report.sections)
    lines = chain(_head(report, style), _cover(report), _contents(report), *parts, ("</main></body></html>",))
    out.writelines(line.encode("utf-8", "replace") + b"\n" for line in lines)


def _head(report: Report, style: str) -> Iterator[str]:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{escape(report.cover.title)}</title>"
    yield f"<style>{style}</style></head><body><main>"


def _cover(report: Report) -> Iterator[str]:
    cover = report.cover
    yield '<header class="cover">'
    if cover.logo:
        yield f'<img class="logo" alt="Logo" src="data:image/png;base64,{base64.b64encode(cover.logo).decode()}">'
    yield f'<p class="classification">{escape(cover.classification)}</p><h1>{escape(cover.title)}</h1>'
    yield from _pairs(facts.of_cover(cover))
    yield "</header>"


def _contents(report: Report) -> Iterator[str]:
    yield '<nav aria-label="Contents"><ol>'
    yield from (f'<li><a href="#{section.lower()}">{HEADINGS[section]}</a></li>' for section in report.sections)
    yield "</ol></nav>"


def _section(section: Section, report: Report, findings: Iterable[Finding]) -> Iterator[str]:
    yield f'<section id="{section.lower()}"><h2>{HEADINGS[section]}</h2>'
    match section:
        case Section.EXECUTIVE_SUMMARY:
            yield from _summary(report)
        case Section.METHODOLOGY:
            yield from _words(report.words.methodology)
        case Section.SCOPE:
            yield from _words(report.words.scope)
            yield from _targets(report)
        case Section.FINDINGS:
            for finding in findings:
                yield from _finding(finding)
        case Section.ATTESTATION:
            yield from _words(report.words.attestation)
    for table in report.of(section):
        yield f"<h3>{escape(table.title)}</h3>"
        yield from _rows(table)
    yield "</section>"


def _summary(report: Report) -> Iterator[str]:
    figures = report.summary
    yield from _words(report.words.introduction)
    yield from (f"<p>{escape(sentence)}</p>" for sentence in facts.headline(report))
    yield '<ul class="tiles">'
    for severity, value in zip(SEVERITIES, figures.severities, strict=True):
        yield f'<li class="{severity.lower()}"><strong>{value}</strong> {TITLES[severity]}</li>'
    yield "</ul>"
    if not figures.total:
        return
    yield from _figure("Severity over time", charts.over_time(figures.times), charts.severity_legend())
    yield from _figure("By asset", charts.bars(figures.assets, "Findings by asset"), [])
    categories = charts.bars(figures.categories, "Findings by category of the OWASP Top 10:2021")
    yield from _figure("By category of the OWASP Top 10:2021", categories, [])
    if figures.deadlines:
        yield from _figure("Remediation in time", charts.deadlines(figures.deadlines), charts.deadline_legend())


def _figure(title: str, chart: str, legend: list[tuple[str, str]]) -> Iterator[str]:
    yield f"<figure><figcaption>{title}</figcaption>{chart}"
    if not legend:
        yield "</figure>"
        return
    marks = "".join(
        f'<li><svg width="10" height="10" aria-hidden="true"><rect width="10" height="10" fill="{color}"/></svg> '
        f"{name}</li>"
        for name, color in legend
    )
    yield f'<ul class="legend">{marks}</ul></figure>'


def _targets(report: Report) -> Iterator[str]:
    if not report.targets:
        return
    rows = tuple((one.display_name, one.address, ", ".join(one.excluded) or "none") for one in report.targets)
    yield from _rows(Table(Section.SCOPE, "", ("Target", "Address", "Excluded"), rows))


def _rows(table: Table) -> Iterator[str]:
    yield "<table>"
    if table.header:
        titles = (f'<th scope="col">{escape(one)}</th>' for one in table.header)
        yield f"<thead><tr>{''.join(titles)}</tr></thead>"
    yield "<tbody>"
    for row in table.rows:
        first = escape(row[0])
        label = f"<td>{first}</td>" if table.header else f'<th scope="row">{first}</th>'
        yield f"<tr>{label}{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>"
    yield "</tbody></table>"


def _finding(finding: Finding) -> Iterator[str]:
    badge = f'<span class="badge {finding.severity.lower()}">{TITLES[finding.severity]}</span>'
    yield f'<article id="{finding.reference}"><h3>{finding.reference} {escape(finding.title)} {badge}</h3>'
    yield from _pairs(facts.of_finding(finding))
    yield from _words(finding.description)
    if finding.evidence:
        yield f'<h4>Evidence</h4><pre dir="auto">\n{escape(finding.evidence)}</pre>'
    if finding.remediation:
        yield "<h4>Remediation</h4>"
        yield from _words(finding.remediation)
    if finding.references:
        yield "<h4>References</h4><ul>"
        yield from (f"<li>{_reference(one)}</li>" for one in finding.references)
        yield "</ul>"
    yield "</article>"


def _reference(text: str) -> str:
    """Returns a reference, a link where it is one of the web's: no other scheme is followed."""
    shown = escape(text)
    return f'<a rel="noreferrer noopener" href="{shown}">{shown}</a>' if statements.is_link(text) else shown


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield "<dl>"
    yield from (f'<div><dt>{label}</dt><dd dir="auto">{escape(value)}</dd></div>' for label, value in pairs)
    yield "</dl>"


def _words(text: str) -> Iterator[str]:
    for paragraph in paragraphs(text):
        lines = "<br>".join(escape(line) for line in paragraph.split("\n"))
        yield f'<p dir="auto">{lines}</p>'
