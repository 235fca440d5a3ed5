"""The engine gives the answer of the plain evaluator, and of three other engines."""

import os

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intelligence.detection.log_sources import WINDOWS, LogSource
from services.intelligence.detection.sigma.engine.compiled import CompiledSet
from services.intelligence.detection.sigma.engine.tables import Limits
from services.intelligence.detection.sigma.expressions import (
    All,
    Any,
    Atom,
    Compares,
    Exists,
    Like,
    Matches,
    Missing,
    Not,
    Refers,
    Rule,
    Test,
    TimePart,
    Wildcard,
)
from services.intelligence.detection.sigma.matching.evaluation import holds
from services.intelligence.detection.sigma.parsing.collection import Collection
from tests.intelligence.detection.rules import expected, lines

PATTERNS = st.lists(st.one_of(st.sampled_from(["a", "B", "1", "true"]), st.sampled_from(Wildcard)), max_size=4).map(
    tuple
)
FIELDS = st.sampled_from(["Channel", "EventID", "F", "G"])
SPECIAL: list[Test] = [
    *(Exists(), Missing(), Refers("G", "startswith"), Matches("^a|B$"), Matches("(?i)a.a"), Matches("")),
    *(Compares("gt", 0.5), TimePart("year", 1970)),
]
TESTS = st.one_of(st.builds(Like, PATTERNS, st.booleans()), st.sampled_from(SPECIAL))
ATOMS = st.one_of(st.builds(Atom, FIELDS, TESTS), st.builds(Atom, st.none(), st.builds(Like, PATTERNS)))
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, max_size=3).map(tuple).map(All),
        st.lists(inner, max_size=3).map(tuple).map(Any),
    ),
    max_leaves=8,
)
SCALARS = st.sampled_from(["a", "Ab", "b1a", "", "TRUE", 1, 1.0, 0, True, False, None])
EVENTS = st.dictionaries(FIELDS, st.one_of(SCALARS, st.lists(SCALARS, max_size=2)))


@settings(max_examples=int(os.environ.get("XORB_FUZZ_EXAMPLES", "100")), deadline=None)
@given(
    st.lists(EXPRESSIONS, min_size=1, max_size=5),
    st.lists(EVENTS, min_size=1, max_size=6),
    st.sampled_from([0, 1, 2, 64]),
)
def test_it_answers_as_the_plain_evaluator(conditions: list[Any], events: list[dict[str, object]], bound: int) -> None:
    rules = [Rule(str(n), "", "", "", (), LogSource(), condition) for n, condition in enumerate(conditions)]
    compiled = CompiledSet(rules, Limits(values=bound, combinations=max(1, bound)))
    for event in events * 2:
        assert compiled.match(event) == tuple(rule for rule in rules if holds(rule.condition, event))


def test_every_accepted_pair_matches_and_no_other(published: Collection) -> None:
    compiled = CompiledSet(published.rules)
    for name in ("reg", "synth"):
        events = [(event.pop("_eid"), event) for event in map(orjson.loads, lines(f"{name}.events.jsonl.gz"))]
        accepted, disputed = expected(name)
        found = {(number, rule.id) for number, event in events for rule in compiled.match(event, WINDOWS)}
        assert accepted <= found
        assert found <= accepted | disputed
