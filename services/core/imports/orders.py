"""What passes between an import's workflow and its activities; kept as JSON in the workflow's history."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ImportOrder:
    """Which import to work on. Identifiers are UUIDs as text."""

    organization: str
    identifier: str


@dataclass(frozen=True)
class Outcome:
    """How reading a file ended: why it can't be read, or not to its end; empty where it was."""

    reason: str = ""


@dataclass(frozen=True)
class Ending:
    """How an import ends: a state of the domain, and why where it failed."""

    order: ImportOrder
    state: str
    reason: str = ""
