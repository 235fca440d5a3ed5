"""The formats of reports: each a file, which writes the model as it comes and knows nothing of the others."""

from collections.abc import Iterable
from importlib import import_module
from typing import BinaryIO, Protocol, cast

from services.core.reports.model import Finding, Report

NAMES = ("pdf", "docx", "html", "markdown", "json", "csv", "sarif", "openvex", "cyclonedx", "csaf")
"""The formats, in the order of the contract."""

DOCUMENTS = frozenset({"pdf", "docx", "html", "markdown", "csv"})
"""Those for people, in which false positives are left out where nobody asks for them."""

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8; header=present",
    "sarif": "application/sarif+json",
    "openvex": "application/json",
    "cyclonedx": "application/vnd.cyclonedx+json; version=1.6",
    "csaf": "application/json",
}
"""Their media types."""

EXTENSIONS = {
    "pdf": ".pdf",
    "docx": ".docx",
    "html": ".html",
    "markdown": ".md",
    "json": ".json",
    "csv": ".csv",
    "sarif": ".sarif",
    "openvex": ".openvex.json",
    "cyclonedx": ".cdx.json",
    "csaf": ".csaf.json",
}
"""What their files' names end with."""


class RefusedError(Exception):
    """A report can't be rendered as it is; the message tells people why."""


class Renderer(Protocol):
    """A module of this package."""

    def write(self, report: Report, findings: Iterable[Finding], out: BinaryIO, /) -> None:
        """Writes the report with its findings, which come once.

        Raises:
            RefusedError: It can't be rendered as it is.
        """


def load(name: str) -> Renderer:
    """Returns the renderer of a format.

    Raises:
        ValueError: There is no such format.
    """
    if name not in NAMES:
        raise ValueError(f"no format of reports: {name}")
    return cast("Renderer", import_module(f"{__name__}.{name}"))
