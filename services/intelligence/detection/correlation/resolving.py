"""Resolves references among correlations and rules: by id or name, in an order in which each comes after its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from services.intelligence.detection.correlation.model import Correlation
from services.intelligence.detection.correlation.reading import read
from services.intelligence.detection.sigma.expressions import Rule
from services.intelligence.detection.sigma.parsing.documents import Document
from services.intelligence.detection.sigma.parsing.refusals import Refusal, Refused


@dataclass(frozen=True)
class Plan:
    """Correlations, those that are referred to first; why others are refused; whose matches alone are no alert."""

    correlations: tuple[Correlation, ...]
    refusals: tuple[Refusal, ...]
    silent: frozenset[str]


def key(rule: Rule) -> str:
    """What a rule's matches are known by: its id, or its name where it has none."""
    return rule.id.lower() or rule.name


def plan(rules: Iterable[Rule], documents: Sequence[Document]) -> Plan:
    """Read and resolve correlations; never raises for what is in them."""
    refusals: list[Refusal] = []
    read_ones: dict[str, Correlation] = {}
    for document in documents:
        try:
            one = read(document)
        except Refused as error:
            refusals.append(Refusal("correlation", str(document.get("id") or ""), str(error)))
            continue
        if one.key in read_ones:
            refusals.append(Refusal("correlation", one.key, "a correlation with the key of another"))
        else:
            read_ones[one.key] = one
    names = _names(rules, read_ones.values())
    kept = _resolved(read_ones, names, refusals)
    ordered = _ordered(kept, refusals)
    return Plan(ordered, tuple(refusals), _silent(ordered))


def _names(rules: Iterable[Rule], correlations: Iterable[Correlation]) -> dict[str, str]:
    names: dict[str, str] = {}
    pairs = [*((key(rule), rule.name) for rule in rules), *((one.key, one.name) for one in correlations)]
    for own, name in pairs:
        if name:
            names.setdefault(name, own)
    return names | {own: own for own, _ in pairs if own}


def _resolved(found: dict[str, Correlation], names: dict[str, str], refusals: list[Refusal]) -> dict[str, Correlation]:
    """Those whose references are all known; one that is refused takes along those that refer to it."""
    kept = {}
    for own, one in found.items():
        try:
            kept[own] = _linked(one, names)
        except Refused as error:
            refusals.append(Refusal("correlation", own, str(error)))
    while lost := [own for own, one in kept.items() if any(ref in found and ref not in kept for ref in one.rules)]:
        for own in lost:
            del kept[own]
            refusals.append(Refusal("correlation", own, "`rules` refers to a correlation that is refused"))
    return kept


def _linked(one: Correlation, names: dict[str, str]) -> Correlation:
    links = {ref: names.get(ref) or names.get(ref.lower()) for ref in one.rules}
    for ref, link in links.items():
        if link is None:
            raise Refused(f"`rules` refers to an unknown rule: {ref}")
    resolved = tuple(str(link) for link in links.values())
    if len(set(resolved)) < len(resolved):
        raise Refused("`rules` names a rule twice, by its id and by its name")
    aliases = tuple((alias, tuple((str(links[ref]), field) for ref, field in named)) for alias, named in one.aliases)
    return replace(one, rules=resolved, aliases=aliases)


def _ordered(kept: dict[str, Correlation], refusals: list[Refusal]) -> tuple[Correlation, ...]:
    while True:
        graph = {own: [ref for ref in one.rules if ref in kept] for own, one in kept.items()}
        try:
            return tuple(kept[own] for own in TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = set(error.args[1])
            reason = f"a cycle of correlations: {' → '.join(error.args[1])}"
        while more := {own for own, refs in graph.items() if own not in circle and circle & set(refs)}:
            circle |= more
        for own in sorted(circle):
            del kept[own]
            refusals.append(Refusal("correlation", own, reason))


def _silent(correlations: Iterable[Correlation]) -> frozenset[str]:
    """What is referred to, unless one that refers to it says `generate`."""
    quiet = {ref for one in correlations if not one.generate for ref in one.rules}
    return frozenset(quiet - {ref for one in correlations if one.generate for ref in one.rules})
