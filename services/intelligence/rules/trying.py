"""Tries rules on events, and says what each match stands on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from services.intelligence.detection.flattening import flatten
from services.intelligence.detection.log_sources import LogSource, concerns, detect
from services.intelligence.detection.sigma.matching import describing
from services.intelligence.detection.sigma.matching.evaluation import Reason, explain
from services.intelligence.detection.sigma.matching.values import text
from services.intelligence.detection.sigma.parsing import documents
from services.intelligence.detection.sigma.parsing.compiling import Compiler
from services.intelligence.rules.domain import Content, Kind
from services.mesh.errors import invalid_field

_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Shown:
    """What a match stands on: which selection asked what of which field, and the value that answered."""

    selection: str
    field: str
    test: str
    value: str
    negated: bool


@dataclass(frozen=True, slots=True)
class Match:
    """An event, by its place, that matches a rule, by its place."""

    event: int
    rule: int
    content: Content
    reasons: tuple[Shown, ...]


def events(texts: Sequence[str]) -> list[Mapping[str, object]]:
    """Returns flat events from JSON objects.

    Raises:
        Failure: INVALID_FIELD; one isn't a JSON object.
    """
    found: list[Mapping[str, object]] = []
    for place, each in enumerate(texts):
        try:
            record = orjson.loads(each)
        except orjson.JSONDecodeError as error:
            raise invalid_field(f"events[{place}]", f"This isn't JSON: {error}.") from None
        if not isinstance(record, dict):
            raise invalid_field(f"events[{place}]", "An event is a JSON object.")
        found.append(flatten(record))
    return found


def matches(
    rules: Sequence[Content],
    filters: Sequence[Content],
    flat: Sequence[Mapping[str, object]],
    declared: LogSource,
) -> list[Match]:
    """Returns what matches what, event by event.

    Raises:
        Refused: A filter no longer fits a rule.
    """
    applied = [documents.read(one.text)[0] for one in filters]
    compiler = Compiler(applied)
    compiled = [
        (place, content, compiler.compile(documents.read(content.text)[0]))
        for place, content in enumerate(rules)
        if content.kind is Kind.RULE
    ]
    found = []
    for number, event in enumerate(flat):
        source = detect(event, declared)
        for place, content, rule in compiled:
            reasons = explain(rule.condition, event) if concerns(rule.source, source) else ()
            if reasons:
                found.append(Match(number, place, content, tuple(_shown(reasons))))
    return found


def _shown(reasons: Sequence[Reason]) -> Iterator[Shown]:
    for reason in reasons:
        value = "" if reason.value is None else text(reason.value)[:_LONGEST]
        asked = describing.test(reason.atom.test)[:_LONGEST]
        yield Shown(reason.atom.origin, reason.atom.field or "", asked, value, reason.negated)
