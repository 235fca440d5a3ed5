"""WPScan's JSON (github.com/wpscanteam/wpscan, app/views/json; wpscan.com/docs/api for the vulnerabilities).

WPScan judges no severities, but scores where its database has them; in its own output exposed backups and dumps and
guessed passwords stand out as a threat, and the rest of what is interesting is information. Names of users aren't read.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, instant, severity
from services.core.findings.formats.readers.json import json_texts, json_values

_SEVERITIES = {
    "interesting_findings[]": Severity.INFO,
    "config_backups.*": Severity.HIGH,
    "db_exports.*": Severity.HIGH,
    "password_attack.*": Severity.HIGH,
}
"""Of what is no vulnerability in its database."""
_EXPOSED = {
    "config_backups.*": ("config-backup", "A backup of the configuration"),
    "db_exports.*": ("db-export", "A dump of the database"),
}
_PARTS = ("version", "main_theme", "themes.*", "plugins.*", "timthumbs.*")
"""What may be vulnerable, with the field `vulnerabilities`."""
_LINKS = {"wpvulndb": "https://wpscan.com/vulnerability/", "exploitdb": "https://www.exploit-db.com/exploits/"}
_ABOUT = ("banner.version", "effective_url", "target_url", "start_time")


@dataclass(frozen=True, slots=True)
class _Scan:
    """What a report says of the site, and of its parts by path and name."""

    texts: Mapping[tuple[str, tuple[int | str, ...]], str]

    def text(self, path: str, part: tuple[int | str, ...] = ()) -> str:
        """Returns a text; empty where there is none."""
        return self.texts.get((path, part), "")

    @property
    def site(self) -> str:
        """The site's URL."""
        return required(self.text("effective_url") or self.text("target_url"), "target_url")

    def made(self, check: str, url: str, title: str, found: Node) -> Reported:
        """Returns a finding of the scan, without what only some kinds of it have."""
        by = found.text("found_by")
        return Reported(
            tool=Tool("WPScan", self.text("banner.version")),
            check=check,
            title=title,
            location=Web(url),
            evidence=joined(f"found by {by}" if by else "", "\n".join(found.texts("interesting_entries"))),
            seen_at=instant(self.text("start_time")),
        )


def _read(source: Source) -> Iterator[Entry]:
    around = [f"{part}.{name}" for part in _PARTS for name in ("location", "version.number", "number")]
    scan = _Scan(json_texts(source, *_ABOUT, *around))
    return each(json_values(source, *_READERS), partial(_record, scan))


def _record(scan: _Scan, record: Record) -> Iterator[Reported]:
    return _READERS[record.path](scan, record)


def _vulnerability(scan: _Scan, record: Record) -> Iterator[Reported]:
    """Returns a vulnerability of WordPress, a theme or a plugin, at the part's own address where it has one."""
    found, links = record.node, record.node.at("references")
    part, which = record.path.removesuffix(".vulnerabilities[]"), record.indices[:-1]
    version = scan.text(f"{part}.version.number", which) or scan.text(f"{part}.number", which)
    scores = cvss(found.text("cvss", "vector"), found.number("cvss", "score"), version="3.1")
    known = tuple(f"CVE-{number.removeprefix('CVE-')}" for number in links.texts("cve"))
    database = next(iter(links.texts("wpvulndb")), "")
    fixed = found.text("fixed_in")
    check = f"wpvulndb-{database}" if database else required(found.text("title"), "title")
    yield replace(
        scan.made(check, scan.text(f"{part}.location", which) or scan.site, found.text("title"), found),
        description=joined(found.text("description"), f"Version found: {version}" if version else ""),
        remediation=f"Upgrade to {fixed}." if fixed else "",
        references=(*links.texts("url"), *(_LINKS[at] + text for at in _LINKS for text in links.texts(at))),
        severity=severity("", scores),
        cvss=scores,
        cves=cves(*known),
    )


def _interesting(scan: _Scan, record: Record) -> Iterator[Reported]:
    found = record.node
    check, url, title = required(found.text("type"), "type"), found.text("url") or scan.site, found.text("to_s")
    # Older versions say no more than the URL.
    title = check.replace("_", " ") if title == url else title
    yield replace(
        scan.made(check, url, title, found),
        references=found.texts("references", "url"),
        severity=_SEVERITIES[record.path],
        cves=cves(*(f"CVE-{number}" for number in found.texts("references", "cve"))),
    )


def _exposed(scan: _Scan, record: Record) -> Iterator[Reported]:
    """Returns a file that should not be there, whose URL is the key."""
    check, title = _EXPOSED[record.path]
    exposed = scan.made(check, str(record.indices[0]), f"{title} can be read", record.node)
    yield replace(exposed, severity=_SEVERITIES[record.path])


def _password(scan: _Scan, record: Record) -> Iterator[Reported]:
    """Returns an account whose password was guessed, without the password."""
    user = str(record.indices[0])
    guessed = scan.made(f"weak-password: {user}", scan.site, f"The password of {user} was guessed", Node())
    yield replace(guessed, severity=_SEVERITIES[record.path], status=Status.VERIFIED)


_READERS: Mapping[str, Callable[[_Scan, Record], Iterator[Reported]]] = {
    **{f"{part}.vulnerabilities[]": _vulnerability for part in _PARTS},
    "interesting_findings[]": _interesting,
    "config_backups.*": _exposed,
    "db_exports.*": _exposed,
    "password_attack.*": _password,
}


def _recognizes(head: Head) -> bool:
    return head.json.text("banner.description").startswith("WordPress Security Scanner") or head.json.has(
        "target_url", "interesting_findings", "effective_url"
    )


FORMAT = Format(name="wpscan", title="WPScan JSON", endings=("json",), recognizes=_recognizes, read=_read)
