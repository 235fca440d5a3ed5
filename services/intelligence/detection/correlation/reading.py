"""Reads a correlation's document, and refuses what can't be evaluated.

pySigma reads one whole number for a condition, where 2.1 has ranges and averages have fractions.
"""

import math
from collections.abc import Mapping

from sigma.correlations import SigmaCorrelationTimespan
from sigma.exceptions import SigmaTimespanError

from services.intelligence.detection.correlation.model import NUMERIC, OPERATORS, Condition, Correlation, Kind
from services.intelligence.detection.sigma.parsing.documents import Document
from services.intelligence.detection.sigma.parsing.refusals import Refused

_KNOWN = frozenset({"type", "rules", "group-by", "timespan", "condition", "aliases", "generate"})
_ORDERED = frozenset({Kind.TEMPORAL, Kind.TEMPORAL_ORDERED})
_RULES = 100
_LONGEST_SPAN = 366 * 86400


def read(document: Document) -> Correlation:
    """A correlation from its document; raises `Refused`."""
    body = _mapping(document.get("correlation"), "correlation")
    if unknown := sorted(set(body) - _KNOWN):
        raise Refused(f"`correlation` has an unknown part: {unknown[0]}")
    kind = _kind(body.get("type"))
    rules = _texts(body.get("rules"), "rules")
    if not rules or len(rules) > _RULES or len(set(rules)) < len(rules):
        raise Refused(f"`rules` of a correlation names 1 to {_RULES} rules, each once")
    group_by = _texts(body.get("group-by"), "group-by")
    if len(set(group_by)) < len(group_by):
        raise Refused("`group-by` names a field twice")
    raw = body.get("condition")
    identifier, name = _text(document, "id").lower(), _text(document, "name")
    if not (identifier or name):
        raise Refused("a correlation has neither `id` nor `name`")
    if not isinstance(generate := body.get("generate", False), bool):
        raise Refused("`generate` is true or false")
    return Correlation(
        key=identifier or name,
        name=name,
        title=_text(document, "title"),
        level=_text(document, "level").lower(),
        tags=_texts(document.get("tags"), "tags"),
        kind=kind,
        rules=rules,
        group_by=group_by,
        span=_span(body.get("timespan")),
        condition=_condition(raw, kind, len(rules)),
        fields=_fields(raw, kind),
        percentile=_percentile(raw, kind),
        aliases=_aliases(body.get("aliases"), rules),
        generate=generate,
    )


def _kind(value: object) -> Kind:
    try:
        return Kind(str(value))
    except ValueError:
        raise Refused(f"a correlation of the type {value}") from None


def _span(value: object) -> int:
    try:
        seconds = SigmaCorrelationTimespan(str(value)).seconds
    except SigmaTimespanError:
        raise Refused(f"`timespan` {value}: a number and one of s, m, h, d, w, M, y is wanted") from None
    if seconds > _LONGEST_SPAN:
        raise Refused("`timespan` is longer than a year")
    return seconds * 1_000_000


def _condition(value: object, kind: Kind, rules: int) -> Condition:
    if value is None and kind in _ORDERED:
        return Condition((("gte", rules),))
    if isinstance(value, str):
        raise Refused("an extended `condition` (a text) of a correlation")
    parts = _mapping(value, "condition")
    if unknown := sorted(set(parts) - set(OPERATORS) - {"field", "percentile"}):
        raise Refused(f"`condition` has an unknown part: {unknown[0]}")
    condition = Condition(tuple((name, _bound(parts[name], name)) for name in OPERATORS if name in parts))
    if not condition.bounds:
        raise Refused("`condition` has none of gt, gte, lt, lte, eq, neq")
    if kind is Kind.TEMPORAL_ORDERED and condition.bounds != (("gte", rules),):
        raise Refused("`condition` of temporal_ordered: all rules are wanted, in their order")
    return condition


def _bound(value: object, name: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(f"`condition`: {name} isn't a number")
    return value


def _fields(value: object, kind: Kind) -> tuple[str, ...]:
    fields = _texts(value.get("field") if isinstance(value, Mapping) else None, "field")
    if kind in NUMERIC and len(fields) != 1:
        raise Refused(f"{kind} needs one `field` in its `condition`")
    if kind is Kind.VALUE_COUNT and not fields:
        raise Refused(f"{kind} needs a `field` in its `condition`")
    if fields and kind not in {*NUMERIC, Kind.VALUE_COUNT}:
        raise Refused(f"`field` in the `condition` of {kind}, which has none")
    return fields


def _percentile(value: object, kind: Kind) -> int:
    found = value.get("percentile") if isinstance(value, Mapping) else None
    if kind is not Kind.VALUE_PERCENTILE:
        if found is not None:
            raise Refused(f"`percentile` in the `condition` of {kind}")
        return 0
    if isinstance(found, bool) or not isinstance(found, int) or found not in range(1, 101):
        raise Refused("value_percentile needs a `percentile` from 1 to 100 in its `condition`")
    return found


def _aliases(value: object, rules: tuple[str, ...]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    found = []
    for alias, fields in ({} if value is None else _mapping(value, "aliases")).items():
        named = _mapping(fields, f"aliases.{alias}")
        if strangers := sorted(set(named) - set(rules)):
            raise Refused(f"`aliases` {alias} names a rule that the correlation doesn't: {strangers[0]}")
        found.append((alias, tuple((rule, str(field)) for rule, field in named.items())))
    return tuple(found)


def _mapping(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise Refused(f"`{name}` is missing or no mapping")
    return value


def _texts(value: object, name: str) -> tuple[str, ...]:
    values = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) and one for one in values):
        raise Refused(f"`{name}` is a text or a list of texts")
    return tuple(values)


def _text(document: Document, name: str) -> str:
    value = document.get(name)
    return "" if value is None else str(value).strip()
