"""The report as JSON: the model as it is, findings as they come."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import BinaryIO

from services.core.reports.model import Finding, Report

SCHEMA_VERSION = 1
"""Counts the changes of this format that readers have to know of."""


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the report."""
    head = asdict(report)
    del head["typst_markup"], head["cover"]["logo"]
    out.write(_line({"schema_version": SCHEMA_VERSION, **head})[:-1] + b',"findings":[')
    out.writelines(
        (b"," if place else b"") + b"\n" + _line({"reference": finding.reference, **asdict(finding)})
        for place, finding in enumerate(findings)
    )
    out.write(b"\n]}\n")


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_text).encode()


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value)}")
