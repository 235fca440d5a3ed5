"""pip-audit's JSON (-f json), of version 2 and, a list of dependencies, version 1.

Fields of `JsonFormat` (github.com/pypa/pip-audit, pip_audit/_format/json.py). It knows no severities.
"""

from collections.abc import Iterator

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cves
from services.core.findings.formats.readers.json import json_values

_TOOL = Tool("pip-audit")


def _read(source: Source) -> Iterator[Entry]:
    return each(json_values(source, "dependencies[]", "[]"), _dependency)


def _dependency(record: Record) -> Iterator[Reported]:
    row = record.node
    for one in row.items("vulns"):
        package = Package(required(row.text("name"), "name"), row.text("version"), "pypi")
        check, fixed = required(one.text("id"), "id"), one.texts("fix_versions")
        names = (check, *one.texts("aliases"))
        yield Reported(
            tool=_TOOL,
            check=check,
            title=f"{check} in {package.name} {package.version}",
            location=package,
            description=one.text("description"),
            remediation=f"Update {package.name} to {' or '.join(fixed)}." if fixed else "",
            cves=cves(*names),
            aliases=tuple(name for name in names if not cves(name)),
        )


def _recognizes(head: Head) -> bool:
    return any(
        head.json.has(f"{at}[].name", f"{at}[].{mark}")
        for at in ("dependencies", "")
        for mark in ("vulns", "skip_reason")
    )


FORMAT = Format(name="pip-audit", title="pip-audit JSON", endings=("json",), recognizes=_recognizes, read=_read)
