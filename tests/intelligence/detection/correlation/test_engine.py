"""When correlations fire, what they tell, and what bounds them."""

import pytest

from services.intelligence.detection.correlation.engine import Engine, Limits, Refusal
from services.intelligence.detection.correlation.snapshot import restore, save
from tests.intelligence.detection.correlation.writing import NOW, SECOND, correlation, engine, event, planned, run

YEAR = 366 * 86_400 * SECOND


def test_an_alert_says_which_events_and_why() -> None:
    (alert,) = run(engine(correlation()), event(1), event(2), event(3))
    assert [entry.event for entry in alert.events] == ["a-1", "a-2", "a-3"]
    assert alert.explanation == "event_count is 3 (gte 3) within 10 s, user u"
    assert alert.group == (("user", "u"),)


def test_a_storm_is_one_alert_for_each_window_and_no_event_is_in_two() -> None:
    alerts = run(engine(correlation()), *(event(at) for at in range(60)))
    assert [alert.suppressed for alert in alerts] == [0, 10, 10, 10, 10, 10]
    events = [entry.event for alert in alerts for entry in alert.events]
    assert len(events) == len(set(events))


def test_aliases_name_the_field_of_each_rule() -> None:
    document = correlation(
        type="temporal",
        rules=["a", "b"],
        group_by=["who"],
        aliases={"who": {"a": "user", "b": "account"}},
        condition=None,
    )
    assert len(run(engine(document), event(1), event(2, "b", account="U"))) == 1
    assert not run(engine(document), event(1), event(2, "b", account="other"))


def test_chained_correlations_stay_silent_unless_they_generate() -> None:
    def chain(*, generate: bool) -> list[str]:
        outer = correlation(
            "then", type="temporal_ordered", rules=["many", "b"], timespan="1m", condition=None, generate=generate
        )
        made = engine(outer, correlation())
        assert ("a" in made.plan.silent, "b" in made.plan.silent) == (True, not generate)
        return [alert.correlation for alert in run(made, event(1), event(2), event(3), event(9, "b"))]

    assert chain(generate=False) == ["then"]
    assert chain(generate=True) == ["many", "then"]


def test_too_late_and_too_far_ahead_are_refused_and_counted() -> None:
    one = engine(correlation())
    assert one.take("x", NOW + 10 * YEAR, {"user": "u"}, ["a"]) == ([], Refusal.AHEAD)
    assert len(run(one, event(1), event(2), event(3))) == 1
    assert one.take("y", NOW - 10 * YEAR, {"user": "u"}, ["a"]) == ([], Refusal.LATE)
    assert (one.metrics.ahead, one.metrics.late, one.metrics.taken) == (1, 1, 3)


def test_a_clock_that_is_a_little_ahead_makes_nothing_late() -> None:
    one = engine(correlation())
    one.take("x", NOW + 200 * SECOND, {"user": "u"}, ["a"])
    assert one.take("y", NOW, {"user": "u"}, ["a"])[1] is None


def test_the_least_recently_touched_group_is_forgotten_first() -> None:
    one = engine(correlation(timespan="1h"), limits=Limits(groups=2))
    events = [event(at, user=user) for at, user in enumerate("uvuwuv")]
    (alert,) = run(one, *events)
    assert alert.group == (("user", "u"),)
    assert one.metrics.evicted_groups == 2


def test_events_bytes_and_what_waits_are_bounded() -> None:
    many = [event(at / 1000, name=f"{at}") for at in range(500)]
    by_events = engine(correlation(condition={"gte": 6}), limits=Limits(events=5))
    assert not run(by_events, *many)
    assert by_events.metrics.evicted_events == 495
    by_bytes = engine(correlation(condition={"gte": 400}), limits=Limits(bytes=50_000))
    assert not run(by_bytes, *many)
    assert by_bytes.metrics.evicted_groups >= 1
    held = engine(correlation(condition={"gte": 400}), limits=Limits(held=10))
    assert len(run(held, *many)) == 1
    assert held.metrics.hurried > 400


def test_a_group_that_is_over_is_forgotten() -> None:
    one = engine(correlation())
    run(one, *(event(at * 20, user=f"user{at}") for at in range(50)))
    assert len(one.groups[0].windows) == 1


def test_state_of_another_version_or_correlation_is_not_taken() -> None:
    first = engine(correlation())
    run(first, event(1), event(2))
    changed = Engine(planned(correlation(condition={"gte": 4})), lambda: NOW)
    restore(changed, save(first))
    assert not changed.groups[0].windows
    with pytest.raises(ValueError, match="not the state"):
        restore(changed, b"\x00")
