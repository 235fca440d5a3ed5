"""The report as JSON: the model as it is, findings as they come."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import BinaryIO

from services.core.reports.formats import streamed
from services.core.reports.model import Finding, Report

SCHEMA_VERSION = 1
"""Counts the changes of this format that readers have to know of."""


def write(report: Report, findings: Iterable[Finding], out: BinaryIO) -> None:
    """Writes the report."""
    head = {"schema_version": SCHEMA_VERSION, **asdict(report)}
    del head["typst_markup"], head["cover"]["logo"]
    items = ({"reference": finding.reference, **asdict(finding)} for finding in findings)
    streamed.write(out, head, "findings", items)
