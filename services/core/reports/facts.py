"""What documents say of a finding, a target and the figures, in words: the same in each of them."""

from datetime import datetime

from services.core.reports.model import SEVERITIES, TITLES, Cover, Finding, Report, Summary

_STATES = {"RESOLVED": "Fixed", "DISMISSED": "False positive"}


def state(name: str) -> str:
    """Returns what people call a state."""
    return _STATES.get(name) or name.replace("_", " ").capitalize()


def day(time: datetime | None) -> str:
    """Returns a day, such as `3 March 2026`."""
    return f"{time.day} {time:%B %Y}" if time else ""


def moment(time: datetime) -> str:
    """Returns a time to the minute."""
    return f"{time:%Y-%m-%d %H:%M} UTC"


def of_cover(cover: Cover) -> list[tuple[str, str]]:
    """Returns what the cover says below the title."""
    facts = [
        ("Prepared for", cover.client),
        ("Prepared by", cover.author),
        ("Period of testing", period(cover)),
        ("Date of the report", day(cover.made)),
        ("Report", cover.id),
    ]
    return [fact for fact in facts if fact[1]]


def period(cover: Cover, between: str = "", joint: str = " to ", single: str = "") -> str:
    """Returns when was tested, such as `3 March 2026 to 7 March 2026`; empty where nobody knows.

    Args:
        cover: What the cover says.
        between: The word before two days.
        joint: The word between them.
        single: The word before one day.
    """
    start, finish = day(cover.start), day(cover.finish)
    if not start or not finish:
        return ""
    return f"{single}{start}" if start == finish else f"{between}{start}{joint}{finish}"


def of_finding(finding: Finding) -> list[tuple[str, str]]:
    """Returns a finding's facts, as far as it has them."""
    score = f"{finding.cvss_score:.1f} ({finding.cvss_vector})" if finding.cvss_vector else ""
    facts = [
        ("Asset", finding.asset),
        ("Location", finding.location),
        ("Target", finding.target),
        ("Status", state(finding.state)),
        ("Reason", finding.state_reason),
        ("CVSS", score),
        ("CWE", ", ".join(f"CWE-{cwe}" for cwe in finding.cwes)),
        ("CVE", ", ".join(finding.cves)),
        ("Check", finding.check),
        ("First seen", moment(finding.first_seen)),
        ("Last seen", moment(finding.last_seen)),
        ("To be mended by", _deadline(finding)),
        ("Seen", sightings(finding)),
    ]
    return [fact for fact in facts if fact[1]]


def _deadline(finding: Finding) -> str:
    if finding.due is None or (finding.mended and not finding.late):
        return ""
    return f"{day(finding.due)}{' (mended later)' if finding.mended else ' (late)' if finding.late else ''}"


def sightings(finding: Finding) -> str:
    """Returns how often a finding was seen and by what."""
    times = "once" if finding.sighting_count == 1 else f"{finding.sighting_count} times"
    tools = ", ".join(dict.fromkeys(one.tool for one in finding.sightings if one.tool))
    return f"{times}, by {tools}" if tools else times


def headline(report: Report) -> list[str]:
    """Returns the executive summary's sentences."""
    figures, cover = report.summary, report.cover
    if not figures.total:
        return [f"The assessment of {cover.client} found no weaknesses within its scope."]
    counted = [
        f"{value} {TITLES[severity].lower()}"
        for severity, value in zip(SEVERITIES, figures.severities, strict=True)
        if value
    ]
    assets = "one asset" if figures.asset_count == 1 else f"{figures.asset_count} assets"
    findings = "one finding" if figures.total == 1 else f"{figures.total} findings"
    said = [f"The assessment of {cover.client} led to {findings} on {assets}: {joined(counted)}."]
    return [*said, _standing(figures)]


def _standing(figures: Summary) -> str:
    unmended = sum(figures.unmended)
    if not unmended:
        return "All of them are mended."
    grave = sum(figures.unmended[:2])
    late = sum(one.late for one in figures.deadlines)
    said = f"{unmended} of them {'is' if unmended == 1 else 'are'} still to be mended"
    said += f", {grave} of these critical or high" if grave else ", none of these critical or high"
    return said + (f"; {late} {'is' if late == 1 else 'are'} past the agreed time." if late else ".")


def joined(parts: list[str]) -> str:
    """Returns an enumeration, such as `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
