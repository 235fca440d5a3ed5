"""The published rules on events that three other engines judged."""

import orjson

from services.intelligence.detection.log_sources import WINDOWS, concerns, detect
from services.intelligence.detection.sigma.matching.evaluation import holds
from services.intelligence.detection.sigma.parsing.collection import Collection
from tests.intelligence.detection.rules import expected, lines

STEP = 8
"""Each so many-th event is judged in full; each accepted pair is judged always."""


def test_the_accepted_pairs_match_and_no_others(published: Collection) -> None:
    rules = {rule.id: rule for rule in published.rules}
    for name, step in (("reg", STEP), ("synth", STEP * 32)):
        accepted, disputed = expected(name)
        events = {event.pop("_eid"): event for event in map(orjson.loads, lines(f"{name}.events.jsonl.gz"))}
        assert {pair for pair in accepted if not holds(rules[pair[1]].condition, events[pair[0]])} == set()
        looked_at = list(events)[::step]
        found = {
            (number, rule.id)
            for number in looked_at
            for rule in published.rules
            if concerns(rule.source, detect(events[number], WINDOWS)) and holds(rule.condition, events[number])
        }
        assert found - accepted - disputed == set()
        assert {pair for pair in accepted if pair[0] in set(looked_at)} <= found
