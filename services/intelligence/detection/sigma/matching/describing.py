"""Says what a test asks, in the words of Sigma's modifiers."""

from services.intelligence.detection.sigma.expressions import (
    Compares,
    Exists,
    Like,
    Matches,
    Missing,
    Parts,
    Refers,
    Test,
    TimePart,
    Wildcard,
    Within,
)


def test(asked: Test) -> str:
    r"""Returns a test such as `is *\whoami.exe`, `re ^a+$`, `cidr 10.0.0.0/8` or `gte 4`."""
    match asked:
        case Like(parts, cased):
            return f"is{' cased' if cased else ''} {_pattern(parts)}"
        case Matches(pattern):
            return f"re {pattern}"
        case Within(network):
            return f"cidr {network}"
        case Compares(operator, number):
            return f"{operator} {number:g}"
        case TimePart(part, number):
            return f"{part} {number}"
        case Refers(field, mode):
            return f"{mode} field {field}"
        case Exists():
            return "exists"
        case Missing():
            return "is null"


def _pattern(parts: Parts) -> str:
    """A pattern as rules write it: wildcards bare, the same characters as text behind a backslash."""
    return "".join(part.value if isinstance(part, Wildcard) else _escaped(part) for part in parts)


def _escaped(part: str) -> str:
    return part.replace("*", r"\*").replace("?", r"\?")
