"""MobSF's JSON of a static analysis, and mobsfscan's (mobsf.github.io/docs; `StaticAnalyzer/views/common/appsec.py`).

Read is what MobSF's own scorecard is made of: certificate, manifest, network, code, binaries, permissions, domains,
Firebase and secrets, of versions 3 and 4, the older ones with fewer levels. What an app merely uses
(`android_api`, trackers) is no weakness, and what is marked good or secure has passed.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.format import Format, each
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code, Location, Resource
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined, plain
from services.core.findings.formats.kernel.words import cvss, cwes, links, severity
from services.core.findings.formats.readers.json import json_texts, json_values

_SEVERITIES = {
    "high": Severity.HIGH,
    "error": Severity.HIGH,
    "insecure": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "hotspot": Severity.INFO,
    "dangerous": Severity.INFO,
    "info": Severity.INFO,
}
"""A hotspot is for people to look at; so are the permissions that Android calls dangerous."""
_PASSED = {"good", "secure"}
_ABOUT = ("version", "mobsfscan_version", "package_name", "bundle_id", "app_name")


@dataclass(frozen=True, slots=True)
class _App:
    """What a report is about."""

    tool: Tool
    platform: str
    name: str

    def part(self, what: str, kind: str) -> Resource:
        """Returns the location of a part that is no file."""
        return Resource(what or kind, self.platform, self.name, kind=kind)

    def file(self, path: str, lines: str) -> Code:
        """Returns the location of a file; several lines come as `7,12`."""
        numbers = [int(line) for line in re.findall(r"\b[0-9]{1,8}\b", lines[:2000])]
        return Code(path, min(numbers, default=0), repository="/".join(filter(None, (self.platform, self.name))))


def _read(source: Source) -> Iterator[Entry]:
    about = {path: text for (path, _), text in json_texts(source, *_ABOUT).items()}
    scan = about.get("mobsfscan_version", "")
    tool = Tool("mobsfscan", scan) if scan else Tool("MobSF", about.get("version", ""))
    name = about.get("package_name") or about.get("bundle_id") or about.get("app_name", "")
    platform = "android" if about.get("package_name") else "ios" if about.get("bundle_id") else ""
    return each(json_values(source, *_SECTIONS), partial(_section, _App(tool, platform, name)))


def _section(app: _App, record: Record) -> Iterator[Reported]:
    return _SECTIONS[record.path](app, record)


def _made(app: _App, check: str, title: str, level: str, location: Location, **more: str) -> Iterator[Reported]:
    if level.lower() in _PASSED:
        return
    yield Reported(
        tool=app.tool,
        check=check,
        title=plain(title, 500),
        location=location,
        description=plain(more.get("description", "")),
        evidence=more.get("evidence", ""),
        severity=severity(level, others=_SEVERITIES),
        tool_severity=level,
    )


def _certificate(app: _App, record: Record) -> Iterator[Reported]:
    """Returns a finding that is a list of severity, description and title."""
    level, text, title = (*record.node.texts(), "", "", "")[:3]
    return _made(app, title or text, title or text, level, app.part("", "certificate"), description=text)


def _manifest(app: _App, record: Record) -> Iterator[Reported]:
    found = record.node
    component = ", ".join(found.texts("component"))
    title, level = found.first("title", "name"), found.first("severity", "stat")
    return _made(
        app,
        found.text("rule") or plain(title, 200),
        title,
        level,
        app.part(component, "manifest"),
        description=found.first("description", "desc"),
    )


def _network(app: _App, record: Record) -> Iterator[Reported]:
    """Returns a finding of Android's network security configuration, or of Apple's App Transport Security."""
    found = record.node
    scope = ", ".join(found.texts("scope"))
    title = found.text("issue") or found.text("description").partition(". ")[0]
    level = found.first("severity", "status")
    return _made(app, title, title, level, app.part(scope, "network"), description=found.text("description"))


def _code(app: _App, record: Record) -> Iterator[Reported]:
    """Returns a rule of code for each file; files come with their lines, by name or, of mobsfscan, in a list."""
    rule, about = record.node, record.node.at("metadata")
    level = about.text("severity")
    if not about or level.lower() in _PASSED:
        return
    check, scores = str(record.indices[-1]), cvss("", about.number("cvss"), "", "3.1")
    found = cwes(about.text("cwe"))
    for location, evidence in _places(app, rule.at("files")):
        yield Reported(
            tool=app.tool,
            check=check,
            title=about.text("description"),
            location=location,
            description=joined(about.text("description"), about.text("owasp-mobile"), about.text("masvs")),
            evidence=redaction.code(evidence, found),
            references=links(about.first("ref", "reference")),
            severity=severity(level, scores, _SEVERITIES),
            tool_severity=level,
            cvss=scores,
            cwes=found,
        )


def _places(app: _App, files: Node) -> Iterator[tuple[Location, str]]:
    if isinstance(files.value, list):
        for one in files.items():
            lines = ",".join(one.texts("match_lines")[:1])
            yield app.file(one.text("file_path"), lines), one.text("match_string")
    elif files:
        for path, numbers in files.entries():
            yield app.file(path, numbers.text()), ""
    else:
        yield app.part("", "app"), ""  # something that no file has: a rule that looks for good practice


def _permission(app: _App, record: Record) -> Iterator[Reported]:
    about, name = record.node, str(record.indices[-1])
    if about.text("status") != "dangerous":
        return iter(())
    text = joined(about.first("info", "reason"), about.text("description"))
    return _made(app, name, f"Permission {name}", "dangerous", app.part(name, "permission"), description=text)


def _binary(app: _App, record: Record) -> Iterator[Reported]:
    """Returns what a library of Android, or the Mach-O file of Apple's, was not built with."""
    binary = record.node
    if not isinstance(binary.value, dict):
        return
    name = binary.text("name")
    protections = binary.entries() if name else iter([(str(record.indices[-1] if record.indices else ""), binary)])
    for check, protection in protections:
        if isinstance(protection.value, dict) and (level := protection.text("severity")) not in {"", "info"}:
            text = protection.first("detailed_desc", "description")
            where = app.file(name, "") if name else app.part("", "binary")
            yield from _made(app, check, f"{check}: {text.partition('. ')[0]}", level, where, description=text)


def _domain(app: _App, record: Record) -> Iterator[Reported]:
    name = str(record.indices[-1])
    if record.node.text("bad") != "yes":
        return iter(())
    return _made(app, "malicious-domain", f"Malicious domain {name}", "high", app.part(name, "domain"))


def _firebase(app: _App, record: Record) -> Iterator[Reported]:
    url = record.node.text("url") if isinstance(record.node.value, dict) else ""
    if not url or not record.node.flag("open"):
        return iter(())
    return _made(app, "firebase-open", "The Firebase database is open to everybody", "high", app.part(url, "firebase"))


def _secret(app: _App, record: Record) -> Iterator[Reported]:
    """Returns what may be a secret by its name; of the secret only a hint is kept."""
    name, separator, value = record.node.text().partition(":")
    name, value = (name.strip(' "'), value.strip(' "')) if separator else ("", name)
    where, title = app.part(name, "secret"), f"Possible hardcoded secret {name}"
    return _made(app, "hardcoded-secret", title.strip(), "warning", where, evidence=redaction.hint(value))


_SECTIONS: Mapping[str, Callable[[_App, Record], Iterator[Reported]]] = {
    "certificate_analysis.certificate_findings[]": _certificate,
    "manifest_analysis.manifest_findings[]": _manifest,
    "manifest_analysis[]": _manifest,
    "network_security.network_findings[]": _network,
    "network_security[]": _network,
    "ats_analysis.ats_findings[]": _network,
    "ats_analysis[]": _network,
    "code_analysis.findings.*": _code,
    "code_analysis.*": _code,
    "results.*": _code,
    "permissions.*": _permission,
    "binary_analysis.findings.*": _binary,
    "binary_analysis[]": _binary,
    "macho_analysis.*": _binary,
    "domains.*": _domain,
    "firebase_urls[]": _firebase,
    "secrets[]": _secret,
}


def _recognizes(head: Head) -> bool:
    app = any(head.json.has("file_name", "app_name", "md5", key) for key in ("package_name", "bundle_id"))
    return head.json.has("mobsfscan_version") or app


FORMAT = Format(name="mobsf", title="MobSF and mobsfscan JSON", endings=("json",), recognizes=_recognizes, read=_read)
