"""What is refused, by the name of what can't be evaluated."""

import pytest

from services.intelligence.detection.correlation.resolving import plan
from services.intelligence.detection.sigma.parsing.collection import compile_all
from tests.intelligence.detection.correlation.writing import correlation, planned, rule
from tests.intelligence.detection.rules import rule_files


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"type": "value_median"}, "type value_median"),
        ({"rules": ["nobody"]}, "unknown rule: nobody"),
        ({"rules": []}, "`rules`"),
        ({"timespan": "soon"}, "`timespan` soon"),
        ({"condition": {"near": 3}}, "unknown part: near"),
        ({"condition": {}}, "none of gt"),
        ({"condition": "a and not b", "type": "temporal"}, "extended `condition`"),
        ({"condition": {"gte": "many"}}, "gte isn't a number"),
        ({"type": "value_sum"}, "value_sum needs one `field`"),
        ({"type": "value_count"}, "value_count needs a `field`"),
        ({"type": "value_percentile", "condition": {"gte": 3, "field": "x"}}, "needs a `percentile`"),
        ({"type": "temporal_ordered", "condition": {"gte": 3}}, "temporal_ordered"),
        ({"aliases": {"x": {"b": "y"}}}, "`aliases` x"),
        ({"generate": "maybe"}, "`generate`"),
        ({"window": "tumbling"}, "unknown part: window"),
        ({"rules": ["many"]}, "cycle of correlations"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_by_its_name(body: dict[str, object], reason: str) -> None:
    made = plan(map(rule, "abc"), [correlation(**body)])
    assert not made.correlations
    assert reason in made.refusals[0].reason


def test_a_cycle_and_what_stands_on_it_leave_the_others_alone() -> None:
    documents = [correlation("x", rules=["y"]), correlation("y", rules=["x"]), correlation("z", rules=["y"])]
    made = plan(map(rule, "abc"), [*documents, correlation("fine")])
    assert [one.key for one in made.correlations] == ["fine"]
    assert {refusal.id for refusal in made.refusals} == {"x", "y", "z"}


def test_what_is_referred_to_comes_first() -> None:
    made = planned(correlation("outer", rules=["inner"]), correlation("inner"))
    assert [one.key for one in made.correlations] == ["inner", "outer"]


def test_published_correlations_are_planned_or_refused_with_a_reason() -> None:
    files = [file for file in rule_files() if "correlation:" in file[1]]
    found = compile_all(files)
    made = plan(found.rules, found.correlations)
    assert len(made.correlations) + len(made.refusals) == len(found.correlations)
    assert all(refusal.reason for refusal in made.refusals)
