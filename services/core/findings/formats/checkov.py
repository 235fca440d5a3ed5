"""Checkov's JSON (checkov.io; `Record` of github.com/bridgecrewio/checkov, checkov/common/output).

A run of one framework is an object, of several a list of them. A check that a comment in the code skips is reported as
suppressed, with the comment; packages with vulnerabilities (`sca_package`, `sca_image`) are packages. Lines that hold a
secret are left out.
"""

from collections.abc import Iterator
from functools import partial

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code, Location, Package
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, severity
from services.core.findings.formats.readers.json import json_texts, json_values

_RUNS = ("", "[].")
_PATHS = [f"{run}results.{kind}_checks[]" for run in _RUNS for kind in ("failed", "skipped")]
_VERSIONS = [f"{run}summary.checkov_version" for run in _RUNS]


def _read(source: Source) -> Iterator[Entry]:
    version = next(iter(json_texts(source, *_VERSIONS).values()), "")
    return each(json_values(source, *_PATHS), partial(_check, Tool("Checkov", version)))


def _check(tool: Tool, record: Record) -> Iterator[Reported]:
    check, advisory = record.node, record.node.at("vulnerability_details")
    identifier = advisory.text("id") or required(check.text("check_id"), "check_id")
    word = check.text("severity") or advisory.text("severity")
    scores = cvss(advisory.text("vector"), advisory.number("cvss"), version="3.1")
    skipped = record.path.endswith("skipped_checks[]")
    yield Reported(
        tool=tool,
        check=identifier,
        title=check.text("check_name") if identifier == check.text("check_id") else "",
        location=_location(check, advisory),
        description=joined(check.text("description") or advisory.text("description"), check.text("short_description")),
        remediation=_fix(advisory),
        evidence="" if identifier.startswith("CKV_SECRET_") else _code(check),
        references=tuple(filter(None, (check.text("guideline"), advisory.text("link")))),
        severity=severity(word, scores),
        tool_severity=word,
        cvss=scores,
        cves=cves(identifier),
        aliases=(check.text("bc_check_id"),),
        status=Status.SUPPRESSED if skipped else Status.OPEN,
        status_reason=check.text("check_result", "suppress_comment") if skipped else "",
    )


def _location(check: Node, advisory: Node) -> Location:
    """Returns the resource in its file, whose path Checkov writes from the root of the scan, with a leading slash."""
    path = check.first("file_path", "repo_file_path").lstrip("/")
    if advisory:
        name, version = advisory.text("package_name"), advisory.text("package_version")
        return Package(required(name, "vulnerability_details.package_name"), version, path=path)
    first, last = (*(line.whole() for line in check.items("file_line_range")), 0, 0)[:2]
    return Code(required(path, "file_path"), first, last, check.text("resource"))


def _fix(advisory: Node) -> str:
    fixed = advisory.text("lowest_fixed_version")
    return f"Upgrade to {fixed}." if fixed else advisory.text("status")


def _code(check: Node) -> str:
    """Returns the lines that it shows, each a pair of number and text."""
    lines = (tuple(pair.items())[1:2] for pair in check.items("code_block"))
    return "".join(text.text() for pair in lines for text in pair)


def _recognizes(head: Head) -> bool:
    # A run that found no files is its summary alone.
    return head.json.has("checkov_version", "passed", "failed", "parsing_errors") or any(
        head.json.has(f"{run}check_type") and head.json.has(f"{run}results.{kind}_checks")
        for run in _RUNS
        for kind in ("passed", "failed")
    )


FORMAT = Format(name="checkov", title="Checkov JSON", endings=("json",), recognizes=_recognizes, read=_read)
