"""What methodologies ask for: their identifiers as facts, in wording of our own."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
HIGHEST_LEVEL = 3
"""The highest level of the ASVS."""


class Methodology(IntEnum):
    """Whose checklist it is, numbered as in the contract."""

    OWASP_WSTG = 1
    OWASP_ASVS = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a methodology asks for; `level` is the ASVS's, 1 to 3, else 1."""

    code: str
    title: str
    level: int = 1


@cache
def entries(methodology: Methodology) -> dict[str, Entry]:
    """Returns what a methodology asks for, by its identifier and in its order."""
    read = _wstg if methodology is Methodology.OWASP_WSTG else _asvs
    return {entry.code: entry for entry in read()}


def up_to(methodology: Methodology, level: int) -> list[tuple[int, Entry]]:
    """Returns each entry up to a level with its place; all of them for level 0."""
    numbered = enumerate(entries(methodology).values())
    return [(place, entry) for place, entry in numbered if entry.level <= (level or HIGHEST_LEVEL)]


def _wstg() -> Iterator[Entry]:
    for category, titles in _read("wstg.toml")["categories"].items():
        for number, title in enumerate(titles, start=1):
            yield Entry(f"WSTG-{category}-{number:02}", title)


def _asvs() -> Iterator[Entry]:
    content = _read("asvs.toml")
    for section, levels in content["levels"].items():
        chapter = content["chapters"][section.partition(".")[0]]
        for number, level in enumerate(levels, start=1):
            yield Entry(f"{section}.{number}", f"{chapter}, level {level}", level)


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / file).read_text(encoding="utf-8"))
