"""Kubescape's JSON, version 2 of its format (kubescape.io; github.com/kubescape/opa-utils, reporthandling).

A control that a resource fails is a finding; one it passes with an exception (`w/exceptions`) is one that was accepted.
Severities are those of the control's score, as `ControlSeverityToInt` of reporthandling/apis/severity.go has them.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Resource
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import severity
from services.core.findings.formats.readers.json import json_texts, json_values

_SEVERITIES = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (1.0, Severity.LOW))
"""The least score of each."""
_EXCEPTION = "w/exceptions"
_SCORE, _CATEGORY = (f"summaryDetails.controls.*.{name}" for name in ("scoreFactor", "category.name"))
_CLUSTERS = ("metadata.contextMetadata.clusterContextMetadata.contextName", "clusterName")
_VERSION, _TIME = "metadata.scanMetadata.kubescapeVersion", "generationTime"
_OBJECT = re.compile(r"(?:path=\d+/api=)?[^ ]*?/?v\d\w*/([^/]*)/([^/]+)/([^/]+)")
_LONGEST = 1000
_Around = Mapping[tuple[str, tuple[int | str, ...]], str]


def _read(source: Source) -> Iterator[Entry]:
    around = json_texts(source, _SCORE, _CATEGORY, *_CLUSTERS, _VERSION, _TIME)
    return each(json_values(source, "results[]"), partial(_resource, around))


def _resource(around: _Around, record: Record) -> Iterator[Reported]:
    place = _place(around, required(record.node.text("resourceID"), "resourceID"))
    for control in record.node.items("controls"):
        status = control.at("status")
        excepted = status.text("subStatus") == _EXCEPTION
        if status.text("status") == "failed" or excepted:
            yield _failed(around, place, control, excepted)


def _failed(around: _Around, place: Resource, control: Node, excepted: bool) -> Reported:
    check = required(control.text("controlID"), "controlID")
    score = around.get((_SCORE, (check,)), "")
    own = control.text("severity")
    category = around.get((_CATEGORY, (check,)), "")
    return Reported(
        tool=Tool("Kubescape", around.get((_VERSION, ()), "")),
        check=check,
        title=control.text("name"),
        location=place,
        description=f"Category: {category}" if category else "",
        remediation="\n".join(dict.fromkeys(_fixes(control))),
        evidence="\n".join(dict.fromkeys(_paths(control))),
        references=(f"https://kubescape.io/docs/controls/{check.lower()}/",),
        severity=severity(own) if own else _rated(score),
        tool_severity=own or score,
        status=Status.ACCEPTED if excepted else Status.OPEN,
        status_reason=_EXCEPTION if excepted else "",
    )


def _place(around: _Around, identifier: str) -> Resource:
    """Returns `namespace/kind/name`, without the API's version and the number of the file that it was read from."""
    cluster = next(filter(None, (around.get((path, ()), "") for path in _CLUSTERS)), "")
    if found := _OBJECT.fullmatch(identifier[:_LONGEST]):
        namespace, kind, name = found.groups()
        return Resource(f"{namespace}/{kind}/{name}".lstrip("/"), "kubernetes", cluster, kind=kind)
    return Resource(identifier, "kubernetes", cluster)


def _rated(score: str) -> Severity:
    number = Node(score).number()
    least = (rated for bound, rated in _SEVERITIES if number is not None and number >= bound)
    return next(least, Severity.SEVERITY_UNSPECIFIED)


def _paths(control: Node) -> Iterator[str]:
    for rule in control.items("rules"):
        for path in rule.items("paths"):
            yield from filter(None, map(path.text, ("failedPath", "reviewPath", "deletePath")))


def _fixes(control: Node) -> Iterator[str]:
    for rule in control.items("rules"):
        for path in rule.items("paths"):
            if command := path.text("fixCommand"):
                yield command
            if fix := path.text("fixPath", "path"):
                yield f"{fix}: {path.text('fixPath', 'value')}"


def _recognizes(head: Head) -> bool:
    return head.json.has("summaryDetails.controls") and head.json.has("customerGUID")


FORMAT = Format(name="kubescape", title="Kubescape JSON (v2)", endings=("json",), recognizes=_recognizes, read=_read)
