"""The report as CommonMark with tables (GitHub's); texts of findings are escaped, evidence is fenced."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from services.core.reports import charts, facts
from services.core.reports.model import HEADINGS, SEVERITIES, TITLES, Count, Finding, Report, Section, Table
from services.core.reports.texts import paragraphs

# All ASCII punctuation may be escaped (CommonMark §2.4); these are what means something somewhere.
_MARKED = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&:=\"'@^$])")
_FENCE = re.compile("`{3,}")


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the report."""
    parts = (_section(section, report, findings) for section in report.sections)
    out.writelines(line.encode("utf-8", "replace") + b"\n" for line in chain(_head(report), *parts))


def _head(report: Report) -> Iterator[str]:
    yield f"# {_text(report.cover.title)}\n"
    yield f"**{_text(report.cover.classification)}**\n"
    yield from _pairs(facts.of_cover(report.cover))


def _section(section: Section, report: Report, findings: Iterable[Finding]) -> Iterator[str]:
    yield f"## {HEADINGS[section]}\n"
    match section:
        case Section.EXECUTIVE_SUMMARY:
            yield from _summary(report)
        case Section.METHODOLOGY:
            yield from _words(report.words.methodology)
        case Section.SCOPE:
            yield from _words(report.words.scope)
            yield from (f"- {_text(target.display_name)} — {_text(target.address)}" for target in report.targets)
            yield ""
        case Section.FINDINGS:
            for finding in findings:
                yield from _finding(finding)
        case Section.ATTESTATION:
            yield from _words(report.words.attestation)
    for table in report.of(section):
        yield f"### {_text(table.title)}\n"
        yield from _rows(table)


def _summary(report: Report) -> Iterator[str]:
    yield from _words(report.words.introduction)
    for sentence in facts.headline(report):
        yield f"{_text(sentence)}\n"
    figures = report.summary
    for title, counts in (
        ("Status", tuple(Count(facts.state(one.label), one.values) for one in figures.states)),
        ("First seen", figures.times),
        ("Asset", figures.assets),
        ("OWASP Top 10", figures.categories),
    ):
        if counts:
            yield from _counts(title, counts)
    if figures.deadlines:
        yield f"| Remediation | {' | '.join(title for title, _ in charts.deadline_legend())} |"
        yield "| --- | ---: | ---: | ---: | ---: |"
        for one in figures.deadlines:
            yield f"| {TITLES[one.severity]} | {one.mended} | {one.mended_late} | {one.in_time} | {one.late} |"
        yield ""


def _counts(title: str, counts: Iterable[Count]) -> Iterator[str]:
    yield f"| {title} | {' | '.join(TITLES[severity] for severity in SEVERITIES)} |"
    yield f"| --- |{' ---: |' * len(SEVERITIES)}"
    for one in counts:
        yield f"| {_text(one.label)} | {' | '.join(map(str, one.values))} |"
    yield ""


def _rows(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(map(_text, table.header or ('',) * len(table.rows[0])))} |"
    yield f"|{' --- |' * len(table.rows[0])}"
    for row in table.rows:
        yield f"| {' | '.join(map(_text, row))} |"
    yield ""


def _finding(finding: Finding) -> Iterator[str]:
    yield f"### {finding.reference} {_text(finding.title)} ({TITLES[finding.severity]})\n"
    yield from _pairs(facts.of_finding(finding))
    yield from _words(finding.description)
    if finding.evidence:
        yield "#### Evidence\n"
        fence = "`" * max(3, 1 + max(map(len, _FENCE.findall(finding.evidence)), default=0))
        yield f"{fence}text\n{finding.evidence}\n{fence}\n"
    if finding.remediation:
        yield "#### Remediation\n"
        yield from _words(finding.remediation)
    if finding.references:
        yield "#### References\n"
        yield from (f"- {_text(one)}" for one in finding.references)
        yield ""


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield "| | |"
    yield "| --- | --- |"
    for label, value in pairs:
        yield f"| {label} | {_text(value)} |"
    yield ""


def _words(text: str) -> Iterator[str]:
    for paragraph in paragraphs(text):
        yield f"{_text(paragraph)}\n"


def _text(text: str) -> str:
    """Returns a text in one line that Markdown shows as it is, without markup, links or HTML."""
    return _MARKED.sub(r"\\\1", " ".join(text.split()))
