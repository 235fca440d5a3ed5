"""Random correlations over random streams say what brute force says, in whatever order the events come."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intelligence.detection.correlation.engine import Engine, Limits
from services.intelligence.detection.correlation.model import Alert
from services.intelligence.detection.correlation.snapshot import restore, save
from services.intelligence.detection.sigma.parsing.documents import Document
from tests.intelligence.detection.correlation.oracle import Seen, fired
from tests.intelligence.detection.correlation.writing import NOW, SECOND, correlation, planned, run

LATENESS = 5 * SECOND
KINDS = (
    "event_count",
    "value_count",
    "temporal",
    "temporal_ordered",
    "value_sum",
    "value_avg",
    "value_percentile",
)


@st.composite
def correlations(draw: st.DrawFn) -> Document:
    kind = draw(st.sampled_from(KINDS))
    condition: dict[str, object] | None = {
        draw(st.sampled_from(["gt", "gte", "eq", "neq"])): draw(st.integers(0, 6)),
        draw(st.sampled_from(["lt", "lte"])): draw(st.sampled_from([2.5, 4, 20])),
    }
    if kind.startswith("value"):
        condition = {**(condition or {}), "field": "size"}
    if kind == "value_percentile":
        condition = {**(condition or {}), "percentile": draw(st.integers(1, 100))}
    if kind == "temporal_ordered":
        condition = None
    return correlation(
        type=kind,
        rules=draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True)),
        group_by=draw(st.sampled_from([["user"], ["user", "host"], None])),
        timespan=draw(st.sampled_from(["1s", "4s", "20s"])),
        condition=condition,
        aliases={"user": {}},
    )


@st.composite
def streams(draw: st.DrawFn) -> list[Seen]:
    size = st.sampled_from([0, 1, -1, 2.5, 0.1, 3])
    fields = st.fixed_dictionaries(
        {}, optional={"user": st.sampled_from("uv"), "host": st.sampled_from("hi"), "size": size}
    )
    drawn = draw(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abc"), fields), max_size=25))
    begin = NOW - 100 * SECOND
    return [Seen(str(n), begin + at * SECOND, rule, held) for n, (at, rule, held) in enumerate(drawn)]


def _arriving(draw: st.DataObject, events: list[Seen]) -> list[Seen]:
    """An order of arrival in which no event is later than the allowed lateness."""
    delays = draw.draw(st.lists(st.integers(0, LATENESS), min_size=len(events), max_size=len(events)))
    return [one for _, one in sorted(zip(delays, events, strict=True), key=lambda pair: pair[0] + pair[1].time)]


def _told(alerts: list[Alert]) -> list[tuple[tuple[str, ...], int, float]]:
    return [(tuple(value for _, value in alert.group), alert.time, alert.value) for alert in alerts]


@settings(max_examples=400, deadline=None)
@given(correlations(), streams(), st.data())
def test_the_same_as_brute_force_in_any_order_of_arrival(
    document: Document, events: list[Seen], data: st.DataObject
) -> None:
    plan = planned(document)
    limits = Limits(lateness=LATENESS)
    alerts = run(Engine(plan, lambda: NOW, limits), *_arriving(data, events))
    assert _told(alerts) == fired(plan.correlations[0], events)
    assert run(Engine(plan, lambda: NOW, limits), *sorted(events, key=lambda one: one.time)) == alerts


@settings(max_examples=200, deadline=None)
@given(correlations(), streams(), st.integers(0, 25))
def test_a_restored_engine_goes_on(document: Document, events: list[Seen], cut: int) -> None:
    plan = planned(document)
    events = sorted(events, key=lambda one: one.time)
    whole = run(Engine(plan, lambda: NOW), *events)
    first, second = Engine(plan, lambda: NOW), Engine(plan, lambda: NOW)
    begun = [alert for one in events[:cut] for alert in first.take(one.id, one.time, one.fields, [one.rule])[0]]
    restore(second, save(first))
    assert begun + run(second, *events[cut:]) == whole
