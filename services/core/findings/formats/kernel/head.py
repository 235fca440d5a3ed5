"""The beginning of a file as far as it tells the format: a root element, the keys of a document, names of columns."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from xml.parsers import expat

import ijson

from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.feeding import Fed

HEAD = 65_536
"""Bytes that are looked at."""
DELIMITERS = ",;\t|"
"""What may stand between the fields of a table."""

_DEPTH = 8
_EVENTS = 20_000
_SCALARS = frozenset({"string", "number", "boolean", "null"})


@dataclass(frozen=True, slots=True)
class Root:
    """The outermost element of XML: local name, namespace, attributes."""

    name: str
    namespace: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outline:
    """The paths of a JSON document, or of the first of many, that its beginning shows.

    Attributes:
        paths: Such as `runs[].tool.driver.name` with the first value there; containers have None.
        many: Whether further documents follow, as in JSON Lines.
    """

    paths: Mapping[str, object] = field(default_factory=dict)
    many: bool = False

    def has(self, *paths: str) -> bool:
        """Tells whether all the paths are there."""
        return all(path in self.paths for path in paths)

    def text(self, path: str) -> str:
        """Returns the value at a path; empty where there is no text."""
        value = self.paths.get(path)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class Head:
    """The first bytes of a file, unpacked, in UTF-8 or as its XML declaration says, and its name."""

    start: bytes
    filename: str = ""

    @cached_property
    def root(self) -> Root | None:
        """The root element where it is XML."""
        return _root(self.start.lstrip()) if self.start.lstrip()[:1] == b"<" else None

    @cached_property
    def json(self) -> Outline:
        """The outline where it is JSON, or JSON Lines; an empty one where not."""
        return _outline(self.start) if self.start.lstrip()[:1] in {b"{", b"["} else Outline()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names in the first line where it is a table; none where not."""
        if self.root or self.json.paths:
            return ()
        line = self.start.split(b"\n", 1)[0].decode("utf-8", "replace").strip("\r")
        try:
            return tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter(line)), ()))
        except csv.Error:
            return ()

    def tag(self, name: str) -> bool:
        """Tells whether it is XML with this root."""
        return self.root is not None and self.root.name == name

    def line(self, pattern: str) -> re.Match[bytes] | None:
        """Returns the match of a pattern at the beginning of some line; for logs and other text."""
        return re.search(pattern.encode(), self.start, re.MULTILINE)


def delimiter(line: str) -> str:
    """Returns what most likely stands between the fields of a table's first line."""
    return max(DELIMITERS, key=line.count)


def _root(start: bytes) -> Root | None:
    roots: list[Root] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if not roots:
            namespace, _, local = name.rpartition(" ")
            roots.append(Root(local, namespace, attributes))

    def declared(name: str, *_: object) -> None:
        raise ValueError(f"it declares the entity {name}, which attributes would be made long by")

    # UTF-16 has become UTF-8 on the way here, whatever its declaration says.
    encoding = "utf-8" if b"utf-16" in start[:200].lower() else None
    parser = expat.ParserCreate(encoding, " ")
    parser.StartElementHandler = begin
    parser.EntityDeclHandler = declared
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        for piece in (start[at : at + 512] for at in range(0, len(start), 512)):
            parser.Parse(piece, False)
            if roots:
                break
    except (expat.ExpatError, LookupError, ValueError):
        pass
    return roots[0] if roots else None


def _outline(start: bytes) -> Outline:
    paths: dict[str, object] = {}
    stack: list[str] = []
    current, many = "", False
    try:
        events = ijson.basic_parse(Fed(io.BytesIO(start), HEAD), multiple_values=True, buf_size=1024)
        for number, (event, value) in enumerate(events):
            if event == "map_key":
                current = f"{stack[-1]}.{value}" if stack[-1] else str(value)
            elif event in {"start_map", "start_array"}:
                many = many or (not stack and number > 0)
                paths.setdefault(current, None)
                stack.append(current + "[]" if event == "start_array" else current)
                current = stack[-1]
            elif event in _SCALARS:
                paths.setdefault(current, value)
            else:
                stack.pop()
                current = stack[-1] if stack else ""
            if many or number > _EVENTS or len(stack) > _DEPTH * 4:
                break
    except (ijson.JSONError, ValueError, ArithmeticError, Malformed):
        pass  # the beginning of a longer file ends somewhere
    return Outline(paths, many)
