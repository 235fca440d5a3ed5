"""What a scan found, beside what there was to find."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from stack.demo_target import Weakness

Place = tuple[str, str]
"""The identifier of a check, and the location where it failed."""


@dataclass(frozen=True)
class Comparison:
    """A scan against the ground truth.

    Attributes:
        total: How many weaknesses there are.
        missed: Those that were not found.
        invented: What was found and isn't there, or was found twice.
    """

    total: int
    missed: tuple[Weakness, ...]
    invented: tuple[Place, ...]

    @property
    def exact(self) -> bool:
        """Whether everything was found, and nothing else."""
        return not self.missed and not self.invented

    def tell(self, console: Console) -> None:
        """Print the verdict, and each difference."""
        found = f"found {self.total - len(self.missed)} of {self.total} weaknesses"
        verdict = f"\nGround truth: {found}, and {len(self.invented) or 'nothing'} that isn't there."
        console.print(Text(verdict, style="bold green" if self.exact else "bold red"), soft_wrap=True)
        for weakness in self.missed:
            line = f"  missed    {weakness.check}  {weakness.location}  ({weakness.why})"
            console.print(Text(line, style="red"), soft_wrap=True)
        for check, location in self.invented:
            console.print(Text(f"  not there {check}  {location}", style="red"), soft_wrap=True)


def compare(weaknesses: Iterable[Weakness], findings: Iterable[Mapping[str, Any]]) -> Comparison:
    """Compare findings, as JSON, with the weaknesses that a target has."""
    there = {(weakness.check, weakness.location): weakness for weakness in weaknesses}
    found = Counter((str(finding["check"]), str(finding["location"])) for finding in findings)
    return Comparison(
        total=len(there),
        missed=tuple(weakness for place, weakness in there.items() if place not in found),
        invented=tuple((found - Counter(there.keys())).elements()),
    )
