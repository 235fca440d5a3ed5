"""What passes between a re-test's workflow and its activities; kept as JSON in the workflow's history."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RetestOrder:
    """Which re-test to run. Identifiers are UUIDs as text."""

    organization: str
    retest: str


@dataclass(frozen=True)
class ScanToRun:
    """Which scan to run, as the scans' workflow takes it."""

    organization: str
    scan: str


@dataclass(frozen=True)
class Turn:
    """What a re-test may do now.

    Attributes:
        scan: The scan that looks; empty where none does.
        wait_seconds: How long it waits before it asks again; 0 where it doesn't.
    """

    scan: str = ""
    wait_seconds: float = 0.0
