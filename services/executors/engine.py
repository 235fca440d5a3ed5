"""What an engine is: the checks it declares, the coroutine that runs, and where it reports."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from services.executors.domain import Kind, Observation, Service, Severity, Stage, Task


class Reporter(Protocol):
    """Where an engine says what it sees, while it works."""

    def progress(self, done: int, total: int, message: str) -> None:
        """Report `done` of `total` steps."""

    def observe(self, observation: Observation) -> None:
        """Report a weakness; the same check and location a second time is ignored."""

    def service(self, service: Service) -> None:
        """Report an open port."""

    def answered(self) -> None:
        """Report that the target is there, so that what isn't observed isn't there."""

    def raw(self, chunk: bytes, media_type: str) -> None:
        """Keep a piece of the engine's own output as evidence."""


Run = Callable[[Task, Reporter], Coroutine[Any, Any, None]]


def always() -> bool:
    """Tell that an executor needs nothing but this installation."""
    return True


@dataclass(frozen=True)
class Check:
    """A weakness an engine knows to look for; an observation is one of these at a place.

    Attributes are those of `Observation` that do not depend on where it was seen; `id` is
    `engine.what-is-wrong`.
    """

    id: str
    title: str
    description: str
    severity: Severity
    remediation: str
    references: tuple[str, ...]
    cvss_vector: str = ""
    cwe: tuple[int, ...] = ()
    cve: tuple[str, ...] = ()

    def at(self, location: str, asset: str, evidence: str) -> Observation:
        """Return the observation of this weakness at `location`; evidence is cut to 500 characters."""
        return Observation(
            check=self.id,
            title=self.title,
            description=self.description,
            severity=self.severity,
            location=location,
            asset=asset,
            evidence=printable(evidence, 500),
            remediation=self.remediation,
            cvss_vector=self.cvss_vector,
            cwe=self.cwe,
            cve=self.cve,
            references=self.references,
        )


@dataclass(frozen=True)
class Executor:
    """An engine as the registry knows it.

    Attributes:
        name: The word it is called by, its module's name.
        title: One line for people.
        stage: Discovery or assessment.
        kinds: The kinds of target it applies to.
        run: The coroutine that does the work, in the child process.
        checks: The weaknesses it can report.
        available: Whether this machine has what it needs.
        least_pace: Connections a second below which it can't keep to what was agreed; 0 where it keeps to any.
    """

    name: str
    title: str
    stage: Stage
    kinds: frozenset[Kind]
    run: Run
    checks: tuple[Check, ...] = ()
    available: Callable[[], bool] = always
    least_pace: float = 0.0


def printable(text: str, limit: int) -> str:
    """Return `text` with unprintable characters as `.` and cut to `limit` characters, line breaks kept."""
    text = text.replace("\r\n", "\n")
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(character if character.isprintable() or character == "\n" else "." for character in cut)
