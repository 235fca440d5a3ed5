"""The report as PDF, set by Typst: our own template, the data as strings, markup of templates evaluated around it.

A template reaches no file and no network: its root is a folder that isn't there, and the process may neither open the
rest (`rendering.confinement`) nor make a socket.
"""

import json
from collections.abc import Iterable
from importlib import resources
from typing import Any, BinaryIO

import typst

from services.core.reports import charts, facts
from services.core.reports.formats import RefusedError, statements
from services.core.reports.formats.wrapping import Room, breakable, clipped, wrapped
from services.core.reports.model import COLORS, HEADINGS, SEVERITIES, TITLES, Finding, Report, Section
from services.core.reports.texts import paragraphs

_TEMPLATE = resources.files(__package__).joinpath("report.typ").read_bytes()
# A PDF needs all findings at once; texts beyond these are for the formats that programs read.
MOST = 2_000
"""The most findings that a PDF may have."""

_COLUMNS = 98
_ALL = Room.among(1)
_FACT, _TITLE = 1_000, 300
_NOWHERE = "/dev/null"


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the PDF.

    Raises:
        RefusedError: There are too many findings, or the template's markup is wrong.
    """
    listed: list[dict[str, Any]] = []
    room = Room.among(report.summary.total)
    for finding in findings:
        if len(listed) == MOST:
            raise RefusedError(f"a PDF has at most {MOST} findings; narrow its filter, or take HTML")
        listed.append(_finding(finding, room))
    inputs = {"report": json.dumps(_report(report)), "findings": json.dumps(listed)}
    try:
        made = _compiler(_TEMPLATE, inputs).compile(format="pdf", timestamp=report.cover.made.replace(microsecond=0))
    except RuntimeError as error:
        raise RefusedError(f"the template can't be set: {str(error).splitlines()[0]}") from error
    if not isinstance(made, bytes):
        raise TypeError("Typst made no file")
    out.write(made)


def drawn(svg: str) -> bytes:
    """Returns a chart as a PNG picture, for formats that can't draw."""
    page = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    made = _compiler(page, {"svg": svg}).compile(format="png", ppi=220)
    if not isinstance(made, bytes):
        raise TypeError("Typst drew no picture")
    return made


def _compiler(source: bytes, inputs: dict[str, str]) -> typst.Compiler:
    return typst.Compiler(source, root=_NOWHERE, sys_inputs=inputs, package_path=_NOWHERE, package_cache_path=_NOWHERE)


def all_charts(report: Report) -> list[dict[str, Any]]:
    """Returns the charts of the executive summary: title, SVG and legend."""
    figures, by_severity = report.summary, charts.severity_legend()
    if not figures.total:
        return []
    found = [
        ("Severity over time", charts.over_time(figures.times), by_severity),
        ("By asset", charts.bars(figures.assets, "Findings by asset"), []),
        ("By category of the OWASP Top 10:2021", charts.bars(figures.categories, "Findings by category"), []),
    ]
    if figures.deadlines:
        found.append(("Remediation in time", charts.deadlines(figures.deadlines), charts.deadline_legend()))
    return [{"title": title, "svg": svg, "legend": legend} for title, svg, legend in found]


def _report(report: Report) -> dict[str, Any]:
    cover, words, figures = report.cover, report.words, report.summary
    return {
        "cover": {
            "title": breakable(clipped(cover.title, _TITLE)),
            "organization": cover.organization,
            "client": cover.client,
            "author": cover.author,
            "classification": cover.classification,
            "made": facts.day(cover.made),
            "accent": cover.accent,
            "logo": list(cover.logo) if cover.logo else "",
            "facts": [(label, breakable(value)) for label, value in facts.of_cover(cover)],
        },
        "sections": [_section(report, section) for section in report.sections],
        "headline": facts.headline(report),
        "tiles": [
            {"title": TITLES[severity], "count": count, "color": COLORS[severity]}
            for severity, count in zip(SEVERITIES, figures.severities, strict=True)
        ],
        "charts": all_charts(report),
        "targets": [
            [breakable(target.display_name), breakable(target.address), breakable(", ".join(target.excluded)) or "none"]
            for target in report.targets
        ],
        "introduction": _words(words.introduction),
        "methodology": _words(words.methodology),
        "scope": _words(words.scope),
        "attestation": _words(words.attestation),
        "markup": report.typst_markup,
    }


def _section(report: Report, section: Section) -> dict[str, Any]:
    tables = [
        {
            "title": table.title,
            "header": table.header,
            "columns": len(table.rows[0]),
            "cells": [breakable(clipped(cell, _FACT)) for row in table.rows for cell in row],
        }
        for table in report.of(section)
    ]
    heading, page = HEADINGS[section], report.begins_page(section)
    return {"name": section.value, "heading": heading, "page": page, "tables": tables}


def _finding(finding: Finding, room: Room) -> dict[str, Any]:
    return {
        "reference": finding.reference,
        "title": breakable(clipped(finding.title, _TITLE)),
        "asset": breakable(clipped(finding.asset, _TITLE)),
        "severity": finding.severity,
        "severity_title": TITLES[finding.severity],
        "color": COLORS[finding.severity],
        "score": f"{finding.cvss_score:.1f}" if finding.cvss_vector else "",
        "state": facts.state(finding.state),
        "facts": [(label, breakable(clipped(value, _FACT))) for label, value in facts.of_finding(finding)],
        "description": _words(finding.description, room),
        "evidence": wrapped(clipped(finding.evidence, room.evidence), _COLUMNS),
        "remediation": _words(finding.remediation, room),
        "references": [
            {"text": breakable(clipped(one, _FACT)), "url": one if statements.is_link(one) else ""}
            for one in finding.references
        ],
    }


def _words(text: str, room: Room = _ALL) -> list[str]:
    return [breakable(paragraph) for paragraph in paragraphs(clipped(text, room.text))]
