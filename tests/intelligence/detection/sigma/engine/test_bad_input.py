"""Events as nobody should send them take bounded time and memory, and get the plain evaluator's answer."""

import os

import orjson
import pytest

from services.intelligence.detection.flattening import flatten
from services.intelligence.detection.log_sources import LogSource
from services.intelligence.detection.sigma.engine.compiled import CompiledSet
from services.intelligence.detection.sigma.engine.tables import Limits
from services.intelligence.detection.sigma.expressions import (
    All,
    Any,
    Atom,
    Compares,
    Exists,
    Expression,
    Like,
    Matches,
    Missing,
    Not,
    Refers,
    Rule,
    TimePart,
    Wildcard,
    Within,
)
from services.intelligence.detection.sigma.matching.evaluation import holds

ANY, ONE = Wildcard.ANY, Wildcard.ONE
CONDITIONS: list[Expression] = [
    Atom("F", Like(("a",))),
    Atom("F", Like((ANY, "a", ONE, "b", ANY))),
    Atom("F", Like((ANY, "needle", ANY), cased=True)),
    Atom("F", Matches("(a+)+$")),
    Atom("F", Matches("needle")),
    Atom("F", Compares("gt", 10.0)),
    Atom("F", Within("10.0.0.0/8")),
    Atom("F", TimePart("hour", 3)),
    Atom("F", Refers("G")),
    Atom("F", Missing()),
    Not(Atom("F", Exists())),
    Atom(None, Like((ANY, "needle", ANY))),
    All((Atom("Channel", Like(("c", ANY))), Not(Atom("EventID", Like(("1",)))))),
    Any((Atom("EventID", Compares("lt", 5.0)), Atom("Channel", Like(("C",), cased=True)))),
]
RULES = [Rule(str(n), "", "", "", (), LogSource(), condition) for n, condition in enumerate(CONDITIONS)]


def _nested(levels: int, opening: bytes, closing: bytes) -> object:
    """Nested as deep as the reader of JSON takes it."""
    return orjson.loads(opening * levels + b"1" + closing * levels)


VALUES: dict[str, object] = {
    "nothing": None,
    "an empty list": [],
    "a list of nothing": [None],
    "a list": ["a", None, 3, True],
    "lists in lists": [["a"], [["a"]], [], "a"],
    "deep lists": _nested(1_000, b"[", b"]"),
    "deep objects": {"F": _nested(1_000, b'{"F":', b"}")},
    "objects in lists": ["b", {"F": "a"}, {"G": [{"F": "a"}]}],
    "a huge whole number": 10**5_000,
    "a huge negative number": -(10**5_000),
    "infinity": float("inf"),
    "no number": float("nan"),
    "a number": 1e22,
    "true": True,
    "zero": 0,
    "half a surrogate pair": "needle\ud800",
    "null characters": "a\0b",
    "one letter": "a" * 70_000,
    "a text at the border of pieces": "x" * 65_533 + "needle" + "a" * 65_536 + "axb",
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("bound", [0, 2, 64])
def test_odd_values(name: str, bound: int) -> None:
    compiled = CompiledSet(RULES, Limits(values=bound, combinations=2, buckets=2))
    for field in ("F", "Channel", "EventID", "System"):
        for record in (
            {field: VALUES[name], "G": "a"},
            {"Event": {"System": {field: VALUES[name]}, "EventData": {"G": "a", "Deep": VALUES[name]}}},
            {"Event": {"System": {"Channel": "c"}, "EventData": {field: VALUES[name]}}},
            {"winlog": {"channel": VALUES[name], "event_data": {field: VALUES[name]}}, "message": VALUES[name]},
        ):
            event = flatten(record)
            for _ in range(2):
                assert compiled.match(event) == tuple(rule for rule in RULES if holds(rule.condition, event))


@pytest.mark.parametrize("value", [["a", ["a"]], {"a": 1}, ("a", None), [{"a": 1}]])
def test_what_is_not_flat_is_answered_all_the_same(value: object) -> None:
    compiled = CompiledSet(RULES)
    for field in ("F", "Channel", "EventID"):
        event = {field: value}
        assert compiled.match(event) == tuple(rule for rule in RULES if holds(rule.condition, event))


@pytest.mark.parametrize("line", [b'{"F": "\xff\xfe"}', b"[" * 10_000, b'{"F":' * 10_000, b"\xed\xa0\x80", b""])
def test_what_is_not_json_is_refused_by_its_reader(line: bytes) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(line)


def test_an_event_of_ten_megabytes() -> None:
    compiled = CompiledSet(RULES)
    event: dict[str, object] = {"F": "x" * 5_000_000 + "needle" + "x" * 4_000_000 + "a" * 1_000_000}
    assert compiled.match(event) == tuple(rule for rule in RULES if holds(rule.condition, event))


def test_distinct_names_and_values_leave_no_more_than_the_bounds() -> None:
    limits = Limits(values=16, combinations=16, characters=1_000, buckets=4)
    compiled = CompiledSet(RULES, limits)
    for number in range(int(os.environ.get("XORB_DISTINCT_KEYS", "3000"))):
        event: dict[str, object] = {
            f"field{number}": number,
            "F": f"a{number}",
            "Channel": [f"c{number}"] if number % 3 else f"d{number}",
            "EventID": number,
            "_path": f"{number}",
        }
        assert compiled.match(event, LogSource(f"product{number % 50}", f"category{number}")) == tuple(
            rule for rule in RULES if holds(rule.condition, event)
        )
    assert compiled.statistics.evictions > 2_000
    assert compiled.statistics.buckets < 10


def test_buckets_are_forgotten_past_their_bound() -> None:
    rules = [
        Rule(str(n), "", "", "", (), LogSource(), All((Atom("EventID", Like((str(n),))), Atom("F", Like(("a",))))))
        for n in range(20)
    ]
    compiled = CompiledSet(rules, Limits(buckets=4))
    for number in [*range(20), *range(20)]:
        assert compiled.match({"EventID": number, "F": "a"}) == (rules[number],)
    assert compiled.statistics.evictions >= 30
    assert compiled.warm() == 4


def test_what_all_tables_hold_together_is_bounded() -> None:
    compiled = CompiledSet(RULES, Limits(characters=100))
    for number in range(100):
        compiled.match({"F": f"{number:050}"})
    assert compiled.statistics.evictions > 90
