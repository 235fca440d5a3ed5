"""The one model of a report, from which every format is rendered.

Texts in it are plain and safe to show (`texts.shown`): no format interprets them. A report's findings aren't in it:
they come one by one, so that a report of any length passes through a program of a small size.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO")
"""How grave a finding may be, the gravest first."""

TITLES = {"CRITICAL": "Critical", "HIGH": "High", "MEDIUM": "Medium", "LOW": "Low", "INFO": "Informational"}
"""What people call them."""

COLORS = {"CRITICAL": "#9f1239", "HIGH": "#dc2626", "MEDIUM": "#d97706", "LOW": "#2563eb", "INFO": "#64748b"}
"""Their colours; each has at least 3:1 to white."""


class Section(StrEnum):
    """A part of a report."""

    EXECUTIVE_SUMMARY = "EXECUTIVE_SUMMARY"
    METHODOLOGY = "METHODOLOGY"
    SCOPE = "SCOPE"
    FINDINGS = "FINDINGS"
    ATTESTATION = "ATTESTATION"


HEADINGS = {
    Section.EXECUTIVE_SUMMARY: "Executive summary",
    Section.METHODOLOGY: "Methodology",
    Section.SCOPE: "Scope",
    Section.FINDINGS: "Findings",
    Section.ATTESTATION: "Letter of attestation",
}
"""What the parts are called."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time that a finding was seen, and by what."""

    time: datetime
    tool: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it stands in a report.

    Attributes:
        number: Its place in the report, from 1.
        id: Its UUID.
        name: Its resource name.
        severity: One of SEVERITIES.
        state: Where it stands, such as `OPEN`.
        state_reason: Why it was dismissed; empty unless it was.
        cvss_score: The base score; 0 without a vector.
        target: The target's name; empty where it has none.
        due: Until when it is, or was, to be mended by the organization's policy; None where nothing asks for it.
        late: Whether that time has passed, or had before it was mended.
        mended: Whether it is out of the world: fixed, a false positive or a duplicate.
        sightings: The latest ones, the newest first.
        sighting_count: How many there were.
    """

    number: int
    id: str
    name: str
    title: str
    severity: str
    state: str
    state_reason: str
    cvss_vector: str
    cvss_score: float
    cwes: tuple[int, ...]
    cves: tuple[str, ...]
    check: str
    asset: str
    location: str
    target: str
    description: str
    evidence: str
    remediation: str
    references: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    updated: datetime
    due: datetime | None
    late: bool
    mended: bool
    sightings: tuple[Sighting, ...]
    sighting_count: int

    @property
    def reference(self) -> str:
        """What people call it in talk, such as `F-007`."""
        return f"F-{self.number:03d}"


@dataclass(frozen=True, slots=True)
class Cover:
    """What is on the cover.

    Attributes:
        id: The report's UUID.
        title: The report's.
        organization: Whose findings they are.
        client: For whom it is.
        author: Who tested; empty where nobody said.
        classification: Who may read it.
        made: When it was rendered.
        start: When the tests began; None where there was none.
        finish: When they ended.
        accent: The colour of headings, `#rrggbb`.
        logo: A PNG picture, or empty.
    """

    id: str
    title: str
    organization: str
    client: str
    author: str
    classification: str
    made: datetime
    start: datetime | None
    finish: datetime | None
    accent: str
    logo: bytes


@dataclass(frozen=True, slots=True)
class Words:
    """What people wrote, or we do where they didn't."""

    introduction: str
    methodology: str
    scope: str
    attestation: str


@dataclass(frozen=True, slots=True)
class Target:
    """What was tested."""

    display_name: str
    address: str
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """A name, and how many of each severity, in the order of SEVERITIES."""

    label: str
    values: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many together."""
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How many of a severity were mended in time and too late, are open in time, and are open past their time."""

    severity: str
    mended: int
    mended_late: int
    in_time: int
    late: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures.

    Attributes:
        total: How many findings there are.
        unmended: How many of each severity aren't mended, in the order of SEVERITIES.
        severities: How many of each severity.
        states: How many in each state.
        times: How many were first seen when, in the order of time.
        deadlines: How many are in time, by severity; only severities that have a time.
        assets: The assets with the most and the gravest, at most ten.
        asset_count: How many assets there are.
        categories: How many in each category of OWASP's Top 10, in its order.
    """

    total: int
    unmended: tuple[int, ...]
    severities: tuple[int, ...]
    states: tuple[Count, ...]
    times: tuple[Count, ...]
    deadlines: tuple[Deadlines, ...]
    assets: tuple[Count, ...]
    asset_count: int
    categories: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What a part says in rows besides its words.

    Attributes:
        section: The part.
        title: What it is of.
        header: What the columns are called; empty where the first one names what the others say.
        rows: The rows, each as wide as the others.
    """

    section: Section
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All of a report but its findings.

    Attributes:
        cover: What is on the cover.
        sections: The parts in their order.
        words: The texts.
        targets: What was tested.
        summary: The figures.
        typst_markup: Markup around the PDF's content, or empty.
        tables: What parts say in rows, in the order of the parts.
    """

    cover: Cover
    sections: tuple[Section, ...]
    words: Words
    targets: tuple[Target, ...]
    summary: Summary
    typst_markup: str
    tables: tuple[Table, ...] = ()

    def of(self, section: Section) -> tuple[Table, ...]:
        """Returns a part's tables."""
        return tuple(table for table in self.tables if table.section is section)

    def begins_page(self, section: Section) -> bool:
        """Returns whether a part begins on a page of its own, where there are pages: all but a scope do."""
        place = self.sections.index(section)
        return section is not Section.SCOPE or place == 0 or self.sections[place - 1] is not Section.METHODOLOGY
