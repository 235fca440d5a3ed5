"""Examples in documents: what is typed, and what is printed, as far as it is the same every time.

A fenced block with the words `console runnable` holds commands, each after `$ `, and their output; one with the words
`console transcript` holds one command, and all that follows is its output. A line `…` stands for any number of lines,
`…` in a line for anything. Identifiers and numbers stand for others of their kind, and so does any space; lines may
come in another order.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = re.compile(r"^```console (runnable|transcript)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PROMPT = re.compile(r"^\$ ", re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ID = re.compile(r"(?<![0-9a-f-])[0-9a-f]{8}(?![0-9a-f-])")
_TOKEN = re.compile(
    rf"(?P<any>…)|(?P<uuid>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})|(?P<id>{_ID.pattern})"
    r"|(?P<number>\d+)|(?P<space>\s+)"
)
_PATTERNS = {
    "any": ".*",
    "uuid": "[0-9a-f-]{36}",
    "id": "([0-9a-f]{8})",
    "number": r"\d+",
    "space": r"\s+",
}


@dataclass(frozen=True)
class Example:
    """A command and the lines that it prints."""

    command: str
    output: tuple[str, ...]


def examples(file: Path) -> list[Example]:
    """The examples of a document, in order."""
    found = []
    for kind, block in _BLOCK.findall(file.read_text("utf-8")):
        parts = [block.removeprefix("$ ")] if kind == "transcript" else _PROMPT.split(block)[1:]
        found += [_example(part) for part in parts]
    return found


def python_blocks(file: Path) -> list[str]:
    """The Python code of a document, block by block."""
    return _PYTHON.findall(file.read_text("utf-8"))


@dataclass
class Comparison:
    """Compares what is printed with what documents say, and learns which identifiers stand for which."""

    identifiers: dict[str, str] = field(default_factory=dict)

    def actual(self, command: str) -> str:
        """The command with the identifiers of this run."""
        return _ID.sub(lambda found: self.identifiers.get(found[0], found[0]), command)

    def difference(self, expected: Sequence[str], printed: Sequence[str]) -> str:
        """What is expected and wasn't printed, or the other way round; empty where they agree."""
        rest = [text.strip() for text in printed]
        for line in expected:
            if line.strip() == "…":
                continue
            place = next((place for place, text in enumerate(rest) if self._fits(line.strip(), text)), None)
            if place is None:
                return f"expected {line!r}, printed {rest}"
            del rest[place]
        shortened = any(line.strip() == "…" for line in expected)
        return "" if shortened or not any(rest) else f"printed besides: {rest}"

    def _fits(self, line: str, text: str) -> bool:
        found = re.fullmatch(_pattern(line), text)
        if found is not None:
            self.identifiers.update(zip(_ID.findall(line), found.groups(), strict=True))
        return found is not None


def _example(text: str) -> Example:
    command, *output = text.rstrip("\n").split("\n")
    return Example(command, tuple(output))


def _pattern(line: str) -> str:
    pattern, end = "", 0
    for found in _TOKEN.finditer(line):
        pattern += re.escape(line[end : found.start()]) + _PATTERNS[found.lastgroup or ""]
        end = found.end()
    return pattern + re.escape(line[end:])
