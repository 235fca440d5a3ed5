"""JSON documents of any size: the values at some paths, one at a time (RFC 8259; parsed by ijson in pieces)."""

from collections.abc import Iterator, Mapping
from typing import Any

import ijson

from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.feeding import Fed
from services.core.findings.formats.kernel.format import collect
from services.core.findings.formats.kernel.limits import Limits
from services.core.findings.formats.kernel.model import Refused
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.readers.paths import ITEM, Step, json_steps

_CHUNK = 65_536
_BEGIN = {"start_map": dict, "start_array": list}
_END = frozenset({"end_map", "end_array"})
_NODE = 32  # what a value weighs beside its text


def json_values(source: Source, *paths: str, many: bool = False) -> Iterator[Record | Refused]:
    """Returns the values at paths, in the order of the document, each with its indices; nothing else is kept.

    Args:
        source: The file.
        paths: Such as `[]`, `Results[].Vulnerabilities[]`, `advisories.*`, or the empty one, the whole document. None
            begins with another.
        many: Whether documents may follow each other.

    Raises:
        Malformed: It is no JSON from some place on, or too deep.
    """
    with source.utf8() as stream:
        fed = Fed(stream, source.limits.token)
        walk = _Walk(json_steps(paths), source.limits)
        try:
            for event, value in ijson.basic_parse(fed, multiple_values=many, buf_size=_CHUNK):
                fed.since = 0
                if (record := walk.take(event, value)) is not None:
                    yield record
        except (ijson.JSONError, ValueError, ArithmeticError) as error:
            reason = str(error).splitlines()[0] if str(error) else "it is no JSON"
            raise Malformed(f"{walk.position() or 'the document'}, before byte {fed.offset}", reason) from error


Texts = Mapping[tuple[str, tuple[int | str, ...]], str]
"""Texts by path and indices."""


def json_first(source: Source, path: str) -> Node:
    """Returns the first value at a path, an empty one where there is none; reads the file no further than needed."""
    records = json_values(source, path, many=True)
    return next((record.node for record in records if isinstance(record, Record)), Node())


def json_texts(source: Source, *paths: str) -> Texts:
    """Returns the texts at paths by path and indices, in a pass of its own: what records need of those around them.

    Raises:
        Malformed: The file isn't JSON, or holds more of them than may be kept.
    """
    kept = collect(source, json_values(source, *paths))
    return {(one.path, one.indices): one.node.brief() for one in kept}


class _Walk:
    """The way through a document: where it is, and the value that is being built, if any."""

    def __init__(self, root: Step, limits: Limits) -> None:
        self._limits = limits
        self._steps: list[Step | None] = [root]
        self._names: list[str | int] = []
        self._open: list[str] = []
        self._value: _Value | None = None
        self._path = ""

    def position(self) -> str:
        """Returns where it is, `runs[0].results[17]`."""
        return "".join(f"[{n}]" if isinstance(n, int) else f".{n}" for n in self._names).lstrip(".")[:500]

    def take(self, event: str, value: Any) -> Record | Refused | None:  # noqa: ANN401  any scalar
        """Goes on by one event; returns a record that it completes."""
        if self._value is not None:
            return self._build(self._value, event, value)
        if event == "map_key":
            self._names[-1] = value
        elif event in _END:
            self._leave()
        else:
            step = self._enter(event)
            if step is not None and step.path is not None:
                self._value, self._path = _Value(self._limits), step.path
                return self._build(self._value, event, value)
            if event in _BEGIN:
                self._descend(step, event)
        return None

    def _enter(self, event: str) -> Step | None:
        """Returns the step that a value begins at."""
        if not self._open:
            return self._steps[0]
        if self._open[-1] == "start_array":
            self._names[-1] = int(self._names[-1]) + 1
        step = self._steps[-1]
        if step is None:
            return None
        return step.below.get(ITEM) if self._open[-1] == "start_array" else step.into(str(self._names[-1]))

    def _descend(self, step: Step | None, event: str) -> None:
        if len(self._open) >= self._limits.depth:
            raise Malformed(self.position(), f"values are nested more than {self._limits.depth} deep")
        self._open.append(event)
        self._steps.append(step)
        self._names.append(-1 if event == "start_array" else "")

    def _leave(self) -> None:
        self._open.pop()
        self._steps.pop()
        self._names.pop()

    def _build(self, building: "_Value", event: str, value: Any) -> Record | Refused | None:  # noqa: ANN401  idem
        if building.depth + len(self._open) > self._limits.depth:
            raise Malformed(self.position(), f"values are nested more than {self._limits.depth} deep")
        if not building.add(event, value):
            return None
        self._value = None
        if building.dropped:
            return Refused(self.position(), f"the record is larger than {self._limits.record} bytes")
        indices = tuple(self._indices())
        return Record(
            self.position() or "the document",
            Node(building.value),
            path=self._path,
            indices=indices,
            weight=building.weight,
        )

    def _indices(self) -> Iterator[int | str]:
        """Returns what stands for `[]` and `*`."""
        for step, name in zip(self._steps[1:], self._names, strict=True):
            if isinstance(name, int) or (step is not None and name not in step.below):
                yield name


class _Value:
    """A value being built, let go of when it weighs too much."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.record
        self._open: list[Any] = []
        self._keys: list[str] = []
        self.value: Any = None
        self.weight = 0
        self.depth = 0
        self.dropped = False

    def add(self, event: str, value: Any) -> bool:  # noqa: ANN401  any scalar
        """Adds an event; returns whether the value is complete."""
        self.weight += _NODE + (len(value) if isinstance(value, str) else 0)
        if self.weight > self._most and not self.dropped:
            self.dropped, self.value = True, None
            self._open.clear()
        if event in _BEGIN:
            self.depth += 1
            if not self.dropped:
                container = _BEGIN[event]()
                self._attach(container)
                self._open.append(container)
                self._keys.append("")
        elif event in _END:
            self.depth -= 1
            if not self.dropped:
                self._open.pop()
                self._keys.pop()
        elif not self.dropped:
            if event == "map_key":
                self._keys[-1] = value
            else:
                self._attach(value)
        return self.depth == 0

    def _attach(self, value: Any) -> None:  # noqa: ANN401  idem
        if not self._open:
            self.value = value
        elif isinstance(self._open[-1], list):
            self._open[-1].append(value)
        else:
            self._open[-1][self._keys[-1]] = value
