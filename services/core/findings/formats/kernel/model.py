"""What a tool reports of one weakness at one place, with its own judgement kept beside ours."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.errors import Unreadable
from services.core.findings.formats.kernel.locations import Location
from services.core.findings.formats.kernel.texts import clean, one_line, unique

NAME = 500
"""Characters of a title, check, identifier or other name; longer ones are cut."""
TEXT = 65_536
"""Characters of a description, remediation or evidence; longer ones are cut."""
LIST = 200
"""Entries of a list; further ones are dropped."""
_ENTRY = 2048
_NAMES = ("check", "title", "asset", "tool_severity", "tool_id")
_TEXTS = ("description", "remediation", "evidence", "status_reason")
_LISTS = ("references", "cves", "aliases")


class Status(Enum):
    """What the tool, or a person in it, says became of the weakness."""

    OPEN = "open"
    VERIFIED = "verified"
    FALSE_POSITIVE = "false positive"
    ACCEPTED = "accepted"
    SUPPRESSED = "suppressed"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Tool:
    """Who reports: its name, in its makers' spelling, and version; empty where the file doesn't say."""

    name: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Cvss:
    """A score as the tool gave it.

    Attributes:
        version: 2.0, 3.0, 3.1 or 4.0.
        vector: As FIRST writes it, the prefix of version 3 and 4 included; empty where only the score is known.
        score: 0.0 to 10.0; None where only the vector is known.
        source: Who scored: `nvd`, a vendor; empty for the tool itself.
    """

    version: str
    vector: str = ""
    score: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One weakness at one place, as one tool saw it.

    Texts are made fit for storage when it is built: no control characters or lone surrogates, and of bounded length.

    Attributes:
        tool: Who says so.
        check: The tool's own identifier of what it looked for: a rule, template, plug-in, or advisory.
        title: One line; the check where the tool has none.
        location: Where.
        asset: What has it: a host, image, repository; the location's where not given.
        description: What is wrong, as plain text.
        remediation: What to do, as plain text.
        evidence: The part of the tool's output that shows it.
        references: URLs to read on.
        severity: Ours.
        tool_severity: The tool's own, in its words.
        cvss: The scores it gave, the ones it relies on first.
        cwes: CWE numbers.
        cves: CVE identifiers, in capitals.
        aliases: Other identifiers of the same weakness, such as GHSA's.
        status: What became of it.
        status_reason: The tool's, or its user's, words on that.
        seen_at: When, in UTC; None where the file doesn't say.
        tool_id: The tool's own identifier or fingerprint of this finding, by which it knows it again.

    Raises:
        Unreadable: It has neither title nor check.
    """

    tool: Tool
    check: str
    location: Location
    title: str = ""
    asset: str = ""
    description: str = ""
    remediation: str = ""
    evidence: str = ""
    references: tuple[str, ...] = ()
    severity: Severity = Severity.SEVERITY_UNSPECIFIED
    tool_severity: str = ""
    cvss: tuple[Cvss, ...] = ()
    cwes: tuple[int, ...] = ()
    cves: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    status: Status = Status.OPEN
    status_reason: str = ""
    seen_at: datetime | None = None
    tool_id: str = ""

    def __post_init__(self) -> None:
        if dirty := _dirty(self.location):
            self._set("location", replace(self.location, **dirty))
        if not self.asset:
            self._set("asset", self.location.asset)
        self._tidy()
        if not self.title:
            self._set("title", self.check)
        if not self.check:
            self._set("check", self.title)
        if not self.title:
            raise Unreadable("it has neither title nor check")

    def _tidy(self) -> None:
        for name in _NAMES:
            if (value := getattr(self, name)) and (tidy := one_line(value, NAME)) is not value:
                self._set(name, tidy)
        for name in _TEXTS:
            if (value := getattr(self, name)) and (tidy := clean(value, TEXT).strip()) is not value:
                self._set(name, tidy)
        for name in _LISTS:
            if value := getattr(self, name):
                self._set(name, unique(clean(entry, _ENTRY) for entry in value[:LIST]))
        if self.cwes:
            self._set("cwes", tuple(dict.fromkeys(self.cwes[:LIST])))

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


def _dirty(location: Location) -> dict[str, Any]:
    """Returns the texts of a location that can't stay as they are, as they can."""
    values = ((name, getattr(location, name)) for name in location.__slots__)
    return {
        name: one_line(value, _ENTRY)
        for name, value in values
        if isinstance(value, str) and not (value.isprintable() and len(value) <= _ENTRY)
    }


@dataclass(frozen=True, slots=True)
class Refused:
    """Records that were left out.

    Attributes:
        position: Where in the file: a line, a path such as `runs[0].results[17]`.
        reason: Why.
        count: How many records; more than one where they are no longer told one by one.
    """

    position: str
    reason: str
    count: int = field(default=1)


Entry = Reported | Refused
"""What reading a file gives, in its order."""
