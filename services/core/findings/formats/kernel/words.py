"""Words of tools understood alike everywhere: severities, identifiers, vectors, times."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from services.core.findings.domain import Severity, rating
from services.core.findings.formats.kernel.model import Cvss

_SEVERITIES: Mapping[str, Severity] = {
    "critical": Severity.CRITICAL,
    "very high": Severity.CRITICAL,
    "serious": Severity.CRITICAL,
    "urgent": Severity.CRITICAL,
    "blocker": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "error": Severity.HIGH,
    "major": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "warn": Severity.MEDIUM,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "negligible": Severity.LOW,
    "very low": Severity.LOW,
    "note": Severity.LOW,
    "info": Severity.INFO,
    "informational": Severity.INFO,
    "information": Severity.INFO,
    "log": Severity.INFO,
    "none": Severity.INFO,
    "ok": Severity.INFO,
}
_CVE = re.compile(r"\bCVE-\d{4}-\d{4,19}\b", re.IGNORECASE)
_CWE = re.compile(r"\bCWE[-_: ]{0,2}(\d{1,5})(?!\d)", re.IGNORECASE)
_VECTOR = re.compile(r"CVSS:(3\.0|3\.1|4\.0)/[A-Za-z:/]{10,400}")
_VECTOR_2 = re.compile(r"\bAV:[LAN]/AC:[HML]/Au:[MSN]/C:[NPC]/I:[NPC]/A:[NPC](?:/[A-Za-z:/]{2,200})?")
_VERSION = {"2": "2.0", "3": "3.1", "4": "4.0"}
_MOST = 10.0
_VECTOR_TEXT = 600
_MILLISECONDS = 1e11


def severity(word: str, cvss: Iterable[Cvss] = (), others: Mapping[str, Severity] | None = None) -> Severity:
    """Returns our severity for a tool's word; where it has none that we know, the rating of the first score.

    Args:
        word: The tool's; case doesn't matter.
        cvss: Scores to fall back on.
        others: Words of this tool, in lower case, that mean something else to it.
    """
    word = word.strip().lower()
    known = (others or {}).get(word, _SEVERITIES.get(word))
    scores = (score.score for score in cvss if score.score is not None)
    return known if known is not None else next(map(rating, scores), Severity.SEVERITY_UNSPECIFIED)


def cves(*texts: str) -> tuple[str, ...]:
    """Returns the CVE identifiers in texts, in capitals, each once."""
    return tuple(dict.fromkeys(found.upper() for text in texts for found in _CVE.findall(text)))


def cwes(*texts: str) -> tuple[int, ...]:
    """Returns the CWE numbers in texts such as `CWE-79` or `79`, each once; 0 and less than 0 mean none."""
    found = [int(number) for text in texts if text for number in _numbers(text)]
    return tuple(dict.fromkeys(number for number in found if number))


def cvss(text: str, score: float | None = None, source: str = "", version: str = "") -> tuple[Cvss, ...]:
    """Returns a score as a tool wrote it, or nothing where there is neither a vector nor a score.

    Args:
        text: What should hold a vector, with or without prefix, brackets, or the like.
        score: The base score; out of 0 to 10 it is none.
        source: Who scored.
        version: Of a score without vector, or of a vector without its prefix: `2`, `3`, `3.1`.
    """
    return _cvss(text[:_VECTOR_TEXT], score, source, version)


@lru_cache(maxsize=4096)
def _cvss(text: str, score: float | None, source: str, version: str) -> tuple[Cvss, ...]:
    score = score if score is not None and 0 <= score <= _MOST else None
    version = _VERSION.get(version, version)
    if version.startswith(("3", "4")) and re.match(r"\(?AV:", text.strip()):
        text = f"CVSS:{version}/{text.strip().strip('()')}"
    if found := _VECTOR.search(text):
        return (Cvss(found[1], found[0].rstrip("/"), score, source),)
    if found := _VECTOR_2.search(text):
        return (Cvss("2.0", found[0], score, source),)
    return (Cvss(version, "", score, source),) if score is not None and version else ()


def instant(text: str, *patterns: str) -> datetime | None:
    """Returns a time in UTC, or None where the text holds none; one without zone is taken for UTC.

    Args:
        text: ISO 8601, RFC 5322, or seconds or milliseconds since 1970.
        patterns: Further forms, as `datetime.strptime` takes them.
    """
    text = text.strip()
    for parse in (datetime.fromisoformat, _epoch, parsedate_to_datetime):
        with suppress(ValueError, TypeError, OverflowError, OSError, IndexError):
            return _utc(parse(text))
    for pattern in patterns:
        with suppress(ValueError, OverflowError):
            return _utc(datetime.strptime(text, pattern))  # noqa: DTZ007  the zone is set below
    return None


def links(*texts: str) -> tuple[str, ...]:
    """Returns the URLs of the web in texts, each once."""
    found = (link.rstrip(".,;)") for text in texts for link in re.findall(r"https?://[^\s<>\"']{1,2000}", text))
    return tuple(dict.fromkeys(found))


def _numbers(text: str) -> list[str]:
    text = text.strip()
    return [text] if text.isascii() and text.isdigit() and len(text) < 6 else _CWE.findall(text)  # noqa: PLR2004


def _epoch(text: str) -> datetime:
    seconds = float(text)
    return datetime.fromtimestamp(seconds / 1000 if abs(seconds) > _MILLISECONDS else seconds, UTC)


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
