"""How many events a second are correlated over 100,000 groups, beside counting windows anew; and the memory taken."""

import time
from collections import defaultdict

import psutil

from bench.report import emit
from services.intelligence.detection.correlation.engine import Engine
from services.intelligence.detection.correlation.resolving import plan
from services.intelligence.detection.log_sources import UNKNOWN
from services.intelligence.detection.sigma.expressions import ALWAYS, Rule

GROUPS = 100_000
EVENTS = 300_000
SECOND = 1_000_000
DOCUMENT = {
    "name": "many",
    "correlation": {
        "type": "value_count",
        "rules": ["a"],
        "group-by": ["user"],
        "timespan": "1h",
        "condition": {"field": "host", "gte": 100},
    },
}


async def main() -> None:
    """Spread events over all groups, half of them over a hundred busy ones."""
    made = plan([Rule("", "a", "a", "low", (), UNKNOWN, ALWAYS)], [DOCUMENT])
    engine = Engine(made, lambda: 10**15)
    before, started = psutil.Process().memory_info().rss, time.process_time()
    for number in range(EVENTS):
        engine.take(f"e{number}", number * 2_000, _event(number), ["a"])
    engine.advance(EVENTS * SECOND)
    seconds = time.process_time() - started
    mib = (psutil.Process().memory_info().rss - before) / 2**20
    plain = _plainly()
    emit(
        "correlation",
        groups=len(engine.groups[0].windows),
        events_per_second=EVENTS / seconds,
        plain_events_per_second=EVENTS / plain,
        times_plain=plain / seconds,
        mib=mib,
    )


def _event(number: int) -> dict[str, object]:
    user = number % 200 // 2 if number % 2 else number // 2 * 7 % GROUPS
    return {"user": f"user-{user}", "host": f"host-{number % 1_000}"}


def _plainly() -> float:
    """Seconds to count the distinct values of each event's window anew."""
    windows: dict[str, list[tuple[int, str]]] = defaultdict(list)
    started = time.process_time()
    for number in range(EVENTS):
        event, now = _event(number), number * 2_000
        window = windows[str(event["user"])]
        window.append((now, str(event["host"])))
        len({host for at, host in window if at >= now - 3_600 * SECOND})
    return time.process_time() - started
