"""The compiled form of a rule: an expression over tests of fields.

Everything the specification offers (modifiers, `1 of`, lists, placeholders) is gone: what is left is `All`, `Any`,
`Not` and `Atom`. Format and meaning: https://github.com/SigmaHQ/sigma-specification, version 2.1.0.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from services.intelligence.detection.log_sources import LogSource


class Wildcard(Enum):
    """What stands for other characters in a pattern."""

    ANY = "*"
    ONE = "?"


Parts = tuple[str | Wildcard, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """The value's text is the pattern; without regard to case unless `cased`."""

    parts: Parts
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """The regular expression (RE2's syntax, flags in front) is found in the value's text."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Within:
    """The value is an address inside the network, in CIDR notation."""

    network: str


@dataclass(frozen=True, slots=True)
class Compares:
    """The value is a number, or the text of one, for which `value operator number` holds (lt, lte, gt, gte, neq)."""

    operator: str
    number: float


@dataclass(frozen=True, slots=True)
class TimePart:
    """That part (minute, hour, day, week, month, year; in UTC) of the value's time is the number."""

    part: str
    number: int


@dataclass(frozen=True, slots=True)
class Refers:
    """The value's text equals, starts with or ends with the text of another field, without regard to case."""

    field: str
    mode: str = "equals"


@dataclass(frozen=True, slots=True)
class Exists:
    """The field is there and isn't null."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The field isn't there, or is null."""


Test = Like | Matches | Within | Compares | TimePart | Refers | Exists | Missing


@dataclass(frozen=True, slots=True)
class Atom:
    """A test of a field; of any field's value where `field` is None (a keyword).

    `origin` is the name of the selection in the rule, empty for what a processing pipeline added.
    """

    field: str | None
    test: Test
    origin: str = ""


@dataclass(frozen=True, slots=True)
class All:
    """Each of the expressions holds; true when there are none."""

    args: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One of the expressions holds; false when there are none."""

    args: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The expression doesn't hold."""

    arg: "Expression"


Expression = All | Any | Not | Atom

ALWAYS = All(())
NEVER = Any(())


@dataclass(frozen=True)
class Rule:
    """A compiled rule. `name` is what correlations may call it by, empty where it has none."""

    id: str
    name: str
    title: str
    level: str
    tags: tuple[str, ...]
    source: LogSource
    condition: Expression


def atoms(expression: Expression) -> Iterator[Atom]:
    """Every atom of an expression, left to right."""
    if isinstance(expression, Atom):
        yield expression
    elif isinstance(expression, Not):
        yield from atoms(expression.arg)
    else:
        for arg in expression.args:
            yield from atoms(arg)
