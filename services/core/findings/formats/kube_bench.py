"""kube-bench's JSON (github.com/aquasecurity/kube-bench, docs/running.md; `Controls`, `Group`, `Check` of check/).

It has no severities but says how each check of the CIS benchmark ended. A warning is a check that isn't scored and
didn't pass, or one that a person must look at (`type` manual), which found nothing yet and isn't reported.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Resource
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import severity
from services.core.findings.formats.readers.json import json_texts, json_values

_SEVERITIES = {"fail": Severity.MEDIUM, "warn": Severity.LOW}
_TOOL = Tool("kube-bench")
_LISTS = ("Controls[].", "[].")
"""Where groups of checks are, with totals and without; before version 0.3, each is a document of its own."""
_Around = Mapping[tuple[str, tuple[int | str, ...]], str]


def _read(source: Source) -> Iterator[Entry]:
    at = next((at for at in _LISTS if source.head.json.has(f"{at}tests")), "")
    if not at:
        return each(json_values(source, "", many=True), _controls)
    around = json_texts(source, f"{at}node_type", f"{at}version")
    return each(json_values(source, f"{at}tests[].results[]"), partial(_listed, around, at))


def _listed(around: _Around, at: str, record: Record) -> Iterator[Reported]:
    node, benchmark = (around.get((f"{at}{name}", record.indices[:1]), "") for name in ("node_type", "version"))
    return _check(node, benchmark, record.node)


def _controls(record: Record) -> Iterator[Reported]:
    controls = record.node
    for group in controls.items("tests"):
        for check in group.items("results"):
            yield from _check(controls.text("node_type"), controls.text("version"), check)


def _check(node: str, benchmark: str, check: Node) -> Iterator[Reported]:
    state = check.text("status")
    manual = state == "WARN" and check.text("type").lower() == "manual"
    if state.lower() not in _SEVERITIES or manual:
        return
    yield Reported(
        tool=_TOOL,
        check=required(check.text("test_number"), "test_number"),
        title=check.text("test_desc"),
        location=Resource(node or "node", "kubernetes", kind="Node"),
        description=joined(f"CIS benchmark {benchmark}" if benchmark else "", check.text("reason")),
        remediation=check.text("remediation"),
        evidence=joined(
            f"expected: {check.text('expected_result')}" if check.text("expected_result") else "",
            f"found: {check.text('actual_value')}" if check.text("actual_value") else "",
            check.text("audit"),
        ),
        severity=severity(state, others=_SEVERITIES),
        tool_severity=state,
    )


def _recognizes(head: Head) -> bool:
    return any(head.json.has(f"{at}tests[].section", f"{at}node_type") for at in (*_LISTS, ""))


FORMAT = Format(name="kube-bench", title="kube-bench JSON", endings=("json",), recognizes=_recognizes, read=_read)
