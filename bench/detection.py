"""How many Windows events a second all published Sigma rules are asked about, on one core, JSON parsing included.

What is compared: the same engine with its value caches off, and the plain evaluator, which asks one rule after the
other. All by processor time of one process; the rules and events are those beside the project.
"""

import gc
import time
from collections.abc import Callable, Sequence

import orjson
import psutil

from bench.report import emit
from services.intelligence.detection.flattening import Event, flatten
from services.intelligence.detection.log_sources import WINDOWS, concerns
from services.intelligence.detection.sigma.engine.compiled import CompiledSet
from services.intelligence.detection.sigma.engine.tables import Limits
from services.intelligence.detection.sigma.expressions import Rule
from services.intelligence.detection.sigma.matching.evaluation import holds
from services.intelligence.detection.sigma.parsing.collection import compile_all
from tests.intelligence.detection.rules import lines, rule_files

PLAIN_EVENTS = 50


async def main() -> None:
    """Compiles and warms the rules, then matches the events: first, again, without caches, and plainly."""
    rules, events = compile_all(rule_files()).rules, lines("synth.events.jsonl.gz")
    if not rules or not events:
        emit("detection", rules=len(rules), events=len(events))
        return
    before = psutil.Process().memory_info().rss
    compiled, started = CompiledSet(rules), time.process_time()
    classes = compiled.warm()
    seconds = time.process_time() - started
    memory = (psutil.Process().memory_info().rss - before) / 2**20
    emit("detection_warming", rules=len(rules), classes=classes, seconds=seconds, mib=memory)
    _settle()
    _measure("detection_first", events, compiled.match)
    _measure("detection_replay", events, compiled.match)
    uncached = CompiledSet(rules, Limits(values=0))
    uncached.warm()
    _settle()
    _measure("detection_without_value_caches", events, uncached.match)
    asked = [rule for rule in rules if concerns(rule.source, WINDOWS)]
    _measure("detection_plain", events[:PLAIN_EVENTS], lambda event: _plainly(asked, event))


def _settle() -> None:
    """What was compiled stays: whoever serves a set spares the collector from looking through it again and again."""
    gc.collect()
    gc.freeze()


def _plainly(rules: Sequence[Rule], event: Event) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if holds(rule.condition, event))


def _measure(name: str, events: Sequence[bytes], match: Callable[[Event], tuple[Rule, ...]]) -> None:
    matched, took = 0, []
    started = time.process_time()
    for line in events:
        begun = time.perf_counter()
        matched += len(match(flatten(orjson.loads(line))))
        took.append(time.perf_counter() - begun)
    seconds = time.process_time() - started
    p99 = sorted(took)[len(took) * 99 // 100] * 1e6
    emit(name, events=len(events), matched=matched, events_per_second=len(events) / seconds, p99_us=p99)
