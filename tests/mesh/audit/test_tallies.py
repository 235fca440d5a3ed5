"""What is counted, what gets a row, and what a flood leaves of all that."""

import uuid

from services.mesh.audit.model import DENIED, FAILED, SUCCEEDED, Decision
from services.mesh.audit.tallies import PERIOD, Tallies

LOG = uuid.uuid4()


def decision(actor: str = "accounts/a", outcome: str = DENIED, log: uuid.UUID = LOG) -> Decision:
    return Decision(log, actor, "192.0.2.1", "s", "/xorb.core.v1.TargetsService/CreateTarget", outcome, "")


def named(name: str = "organizations/x") -> str:
    return name


def test_the_first_has_a_row_at_once_and_repeats_one_at_the_end_of_the_minute() -> None:
    tallies = Tallies()
    assert tallies.add(decision(), named, 0)
    [first] = tallies.due(0, 10)
    assert (first.decision, first.resource, first.occurrences) == (decision(), "organizations/x", 1)
    tallies.written([first], 0)
    for second in range(1, 40):
        assert not tallies.add(decision(), named, second)
    assert tallies.due(PERIOD - 1, 10) == []
    [repeats] = tallies.due(PERIOD, 10)
    assert repeats.occurrences == 39
    tallies.written([repeats], PERIOD)
    assert len(tallies) == 0
    assert tallies.add(decision(), named, PERIOD + 1)


def test_what_could_not_be_written_is_kept_and_counted_on() -> None:
    tallies = Tallies()
    tallies.add(decision(), named, 0)
    assert len(tallies.due(0, 10)) == 1
    tallies.add(decision(), named, 1)
    tallies.written([], 10 * PERIOD)
    [row] = tallies.due(10 * PERIOD, 10)
    assert row.occurrences == 2


def test_only_the_first_is_asked_for_its_resource() -> None:
    tallies, asked = Tallies(), []

    def resource() -> str:
        asked.append(1)
        return ""

    for _ in range(3):
        tallies.add(decision(), resource, 0)
    assert asked == [1]


def test_too_many_different_ones_are_counted_without_a_row_each() -> None:
    tallies = Tallies(most=50, most_of_one=5)
    for number in range(1000):
        tallies.add(decision(f"accounts/{number}"), named, 0)
    rows = tallies.due(0, 1000)
    assert len(rows) == 5
    tallies.written(rows, 0)
    [left_out] = tallies.due(PERIOD, 1000)
    assert (left_out.occurrences, left_out.event.type, left_out.decision.log) == (995, "access.unlisted", LOG)
    tallies.written([left_out], PERIOD)
    assert len(tallies) == 0


def test_a_flood_takes_neither_other_logs_places_nor_those_of_what_was_allowed() -> None:
    tallies = Tallies(most=50, most_of_one=5)
    for number in range(1000):
        tallies.add(decision(f"accounts/{number}"), named, 0)
    assert tallies.add(decision(log=uuid.uuid4()), named, 0)
    assert tallies.add(decision(outcome=SUCCEEDED), named, 0)
    assert tallies.add(decision(outcome=FAILED), named, 0)


def test_floods_in_many_logs_stay_bounded() -> None:
    tallies = Tallies(most=50, most_of_one=5)
    for _ in range(5000):
        tallies.add(decision(log=uuid.uuid4()), named, 0)
    assert len(tallies) <= 50 + 1001
    assert sum(row.occurrences for row in tallies.due(PERIOD, 10_000)) == 5000
