"""Correlations as their authors write them, and engines over them."""

from services.intelligence.detection.correlation.engine import Engine, Limits
from services.intelligence.detection.correlation.model import Alert
from services.intelligence.detection.correlation.resolving import Plan, plan
from services.intelligence.detection.log_sources import UNKNOWN
from services.intelligence.detection.sigma.expressions import ALWAYS, Rule
from services.intelligence.detection.sigma.parsing.documents import Document
from tests.intelligence.detection.correlation.oracle import Seen

SECOND = 1_000_000
NOW = 1_800_000_000 * SECOND


def rule(name: str) -> Rule:
    """A rule of which only its name matters."""
    return Rule("", name, name, "low", (), UNKNOWN, ALWAYS)


def correlation(name: str = "many", /, **body: object) -> Document:
    """A count of events of rule a by user, unless other parts are named; None leaves a part out."""
    parts: dict[str, object] = {
        "type": "event_count",
        "rules": ["a"],
        "group-by": ["user"],
        "timespan": "10s",
        "condition": {"gte": 3},
    }
    parts |= {key.replace("_", "-"): value for key, value in body.items()}
    return {"title": name, "name": name, "correlation": {key: part for key, part in parts.items() if part is not None}}


def planned(*documents: Document) -> Plan:
    """Correlations over the rules a, b and c, all of which are taken."""
    made = plan(map(rule, "abc"), documents)
    assert not made.refusals
    return made


def engine(*documents: Document, limits: Limits | None = None) -> Engine:
    """An engine whose clock stands still at NOW."""
    return Engine(planned(*documents), lambda: NOW, limits)


def event(at: float, rule: str = "a", **fields: object) -> Seen:
    """An event of a user at some seconds."""
    return Seen(f"{rule}-{at:g}", NOW - 10_000 * SECOND + int(at * SECOND), rule, {"user": "u", **fields})


def run(engine: Engine, *events: Seen) -> list[Alert]:
    """Take events, then decide all."""
    alerts = [alert for one in events for alert in engine.take(one.id, one.time, one.fields, [one.rule])[0]]
    return alerts + engine.advance(NOW)
