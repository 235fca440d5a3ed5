"""The standard's requirements, and what docs/security/asvs.md says of each."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stack.settings import project_root

ROOT = project_root()
DOCUMENT = ROOT / "docs/security/asvs.md"
REQUIREMENTS = ROOT / "docs/security/asvs-5.0.0.toml"
LEVELS = (1, 2)
"""What the document has to answer for."""

MET, OPEN, NOT_APPLICABLE = "met", "open", "not applicable"
_ROW = re.compile(r"^\| (V\d\S*) \| (\d) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
_TEST = re.compile(r"`([^`]+\.py)::([^`]+)`")


@dataclass(frozen=True)
class Row:
    """What the document says of one requirement.

    Attributes:
        grounds: The tests that show it, or the reason why there are none.
    """

    requirement: str
    level: int
    title: str
    state: str
    grounds: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        """The tests that are named: path and function."""
        return _TEST.findall(self.grounds)


def requirements(text: str) -> dict[str, int]:
    """The number of each requirement of the levels asked for, and its level."""
    levels = tomllib.loads(text)["levels"]
    every = {f"{section}.{number}": level for section, of in levels.items() for number, level in enumerate(of, 1)}
    return {requirement: level for requirement, level in every.items() if level in LEVELS}


def rows(text: str) -> list[Row]:
    """The rows of a document."""
    return [Row(requirement, int(level), *rest) for requirement, level, *rest in _ROW.findall(text)]


def breaches(text: str, required: dict[str, int]) -> Iterator[str]:
    """What is wrong with a document, requirement by requirement."""
    found = rows(text)
    named = [row.requirement for row in found]
    yield from (f"{one}: nothing is said of it" for one in required if one not in named)
    yield from (f"{one}: said twice" for one in set(named) if named.count(one) > 1)
    for row in found:
        yield from (f"{row.requirement}: {what}" for what in _breaches(row, required))


def _breaches(row: Row, required: dict[str, int]) -> Iterator[str]:
    if row.requirement not in required:
        yield "there is no such requirement of these levels"
    elif row.level != required[row.requirement]:
        yield "of another level"
    if not 3 <= len(row.title.split()) <= 12:
        yield "its title has 3 to 12 words"
    if row.state == MET:
        yield from _untested(row)
    elif row.state not in {OPEN, NOT_APPLICABLE}:
        yield f"no such state: {row.state}"
    elif len(row.grounds.split()) < 3:
        yield "no reason is given"
    elif row.state == OPEN and not re.match(r"(issue [B-D]|missing): ", row.grounds):
        yield "an open one names the issue that closes it, or says what is missing"


def _untested(row: Row) -> Iterator[str]:
    if not row.tests:
        yield "no test is named"
    for path, function in row.tests:
        if function not in functions(ROOT / path):
            yield f"there is no {path}::{function}"


@cache
def functions(file: Path) -> frozenset[str]:
    """The tests of a file, those of a class as `Class::test`; none where it doesn't exist."""
    if not file.is_file():
        return frozenset()
    return frozenset(_tests(ast.parse(file.read_text("utf-8")).body))


def _tests(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield prefix + node.name
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _tests(node.body, f"{node.name}::")
