"""A report's order, its template and the figures, put together as the model that formats render."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.core.reports import facts
from services.core.reports.domain import Report as Ordered
from services.core.reports.engagements.domain import Engagement
from services.core.reports.model import Cover, Report, Section, Table, Target, Words
from services.core.reports.summary import Summarizer
from services.core.reports.templates.domain import Content
from services.core.reports.texts import line, shown

ACCENT = "#1e3a8a"
"""The colour of headings where a template has none."""

_METHODOLOGY = """\
The assessment combined automated discovery with targeted checks of what was discovered. Reachable hosts, \
ports and services were identified first; then every service was examined for known vulnerabilities, \
insecure configuration, weak transport security, exposed information and missing protections.

The work follows the OWASP Web Security Testing Guide (WSTG) for web applications and the technical part of \
NIST SP 800-115 for networks. Each weakness is kept with the evidence that shows it, its place and the time \
it was seen; further sightings of the same weakness are counted, not reported again.

Severity follows the Common Vulnerability Scoring System (CVSS) where a vector applies: critical from 9.0, \
high from 7.0, medium from 4.0, low from 0.1. Weaknesses are assigned to categories of the OWASP Top 10:2021 \
by their CWE.
"""
_SCOPE = """\
In scope were the targets below, whose ownership was verified before testing. Everything else, and what is \
named as excluded, was out of scope.
"""
_ATTESTATION = """\
{author} performed a security assessment of systems of {client} {period}. The scope of the assessment, how \
it was carried out and its results are documented in the report "{title}".

The assessment describes the systems as they were at the time. It can't prove the absence of further \
weaknesses, and later changes may have altered what it describes.
"""


@dataclass(frozen=True, slots=True)
class Background:
    """What a report stands on besides its findings: whose it is, what was tested, and in which engagement."""

    organization: str
    targets: tuple[Target, ...]
    engagement: Engagement | None = None


def assemble(
    report: Ordered,
    content: Content,
    figures: Summarizer,
    background: Background,
    now: datetime,
) -> Report:
    """Returns the model of a report.

    Args:
        report: What was ordered.
        content: What the template says; empty without one.
        figures: The figures of its findings.
        background: Of whom it is, and what was tested.
        now: The time.
    """
    order, organization, engagement = report.order, background.organization, background.engagement
    cover = Cover(
        id=str(report.id),
        title=line(order.display_name),
        organization=organization,
        client=line(order.client) or organization,
        author=line(content.author) or ", ".join(map(line, order.testers)),
        classification=line(content.classification) or "Confidential",
        made=now,
        start=order.start or (engagement and engagement.start) or figures.start,
        finish=order.finish or (engagement and engagement.finish) or figures.finish,
        accent=content.accent_color or ACCENT,
        logo=content.logo,
    )
    return Report(
        cover=cover,
        sections=tuple(Section(one.name) for one in content.sections) or tuple(Section),
        words=_words(cover, content, engagement),
        targets=background.targets,
        summary=figures.summary(),
        typst_markup=content.typst_markup,
        tables=tuple(_tables(engagement)) if engagement else (),
    )


def file_name(title: str, extension: str) -> str:
    """Returns a name for a file that every system takes and no header misreads: letters, digits and hyphens."""
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80]
    return f"{stem or 'report'}{extension}"


def _tables(engagement: Engagement) -> Iterator[Table]:
    """Yields what a report tells of its engagement."""
    for methodology, done, total in engagement.counts:
        rows = tuple((one.code, one.title, one.state) for one in engagement.items if one.methodology == methodology)
        title = f"{methodology}: {done} of {total} items dealt with"
        yield Table(Section.METHODOLOGY, title, ("Item", "What", "Result"), rows or (("", "Nothing was begun", ""),))
    yield Table(Section.SCOPE, "Engagement", (), engagement.facts)
    moments = tuple((facts.moment(one.time), one.summary) for one in engagement.moments)
    if moments:
        yield Table(Section.SCOPE, "Timeline", ("When", "What"), moments)


def _work(engagement: Engagement) -> str:
    """Returns the sentence of an attestation that says how much was done."""
    said = f'The work was done in the engagement "{engagement.display_name}"'
    hours = f" in {engagement.hours:g} hours" if engagement.hours else ""
    done = [f"{done} of {total} items of the {name}" for name, done, total in engagement.counts if done]
    return f"{said}{hours}{f'; {facts.joined(done)} were dealt with' if done else ''}."


def _words(cover: Cover, content: Content, engagement: Engagement | None) -> Words:
    period = facts.period(cover, "between ", " and ", "on ")
    author = cover.author or cover.organization
    attestation = _ATTESTATION.format(author=author, client=cover.client, period=period, title=cover.title)
    if engagement:
        attestation = f"{attestation.rstrip()}\n\n{_work(engagement)}\n"
    return Words(
        introduction=shown(content.introduction),
        methodology=shown(content.methodology) or _METHODOLOGY,
        scope=shown(content.scope) or _SCOPE,
        attestation=shown(content.attestation) or attestation.replace(" .", "."),
    )
