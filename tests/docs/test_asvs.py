"""Every requirement of ASVS 5.0, level 1 and 2, points to tests that exist, or to a reason."""

import re
import tomllib
from collections import Counter

import pytest

from tests.docs.asvs import DOCUMENT, MET, NOT_APPLICABLE, OPEN, REQUIREMENTS, breaches, requirements, rows

REQUIRED = {"V1.1.1": 1, "V1.1.2": 2}
HERE = "`tests/docs/test_asvs.py::test_every_requirement_is_answered_for`"
GOOD = f"""
| V1.1.1 | 1 | something to be shown | met | {HERE} |
| V1.1.2 | 2 | something that nobody does | not applicable | nothing here does it |
"""


def test_every_requirement_is_answered_for() -> None:
    assert list(breaches(DOCUMENT.read_text("utf-8"), requirements(REQUIREMENTS.read_text("utf-8")))) == []


def test_the_list_is_that_of_the_standard() -> None:
    """Its own count: 345 requirements, of which 70 of level 1, 183 of level 2 and 92 of level 3, in 17 chapters."""
    table = tomllib.loads(REQUIREMENTS.read_text("utf-8"))
    assert Counter(level for levels in table["levels"].values() for level in levels) == {1: 70, 2: 183, 3: 92}
    assert len(table["chapters"]) == 17
    assert {section.partition(".")[0] for section in table["levels"]} == set(table["chapters"])


def test_the_summary_counts_right() -> None:
    text = DOCUMENT.read_text("utf-8")
    counted = Counter(row.state for row in rows(text))
    for state in (MET, OPEN, NOT_APPLICABLE):
        summary = re.search(rf"^\| {state} \| (\d+) \|$", text, re.MULTILINE)
        assert summary is not None, state
        assert int(summary[1]) == counted[state], state


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("| V1.1.2 | 2 |", "| V1.1.3 | 2 |", "V1.1.2: nothing is said of it"),
        ("| V1.1.2 | 2 |", "| V1.1.3 | 2 |", "V1.1.3: there is no such requirement of these levels"),
        ("| V1.1.2 | 2 |", "| V1.1.1 | 1 |", "V1.1.1: said twice"),
        ("| V1.1.2 | 2 |", "| V1.1.2 | 1 |", "V1.1.2: of another level"),
        (
            "test_every_requirement_is_answered_for",
            "test_gone",
            "V1.1.1: there is no tests/docs/test_asvs.py::test_gone",
        ),
        ("docs/test_asvs.py", "docs/gone.py", "V1.1.1: there is no tests/docs/gone.py::test_every_requirement_is"),
        (HERE, "somewhere, surely", "V1.1.1: no test is named"),
        ("| not applicable |", "| perhaps |", "V1.1.2: no such state: perhaps"),
        ("nothing here does it", "no", "V1.1.2: no reason is given"),
        ("| not applicable |", "| open |", "V1.1.2: an open one names the issue"),
        ("something to be shown", "something", "V1.1.1: its title has"),
    ],
)
def test_a_planted_fault_is_noticed(before: str, after: str, said: str) -> None:
    assert list(breaches(GOOD, REQUIRED)) == []
    assert any(breach.startswith(said) for breach in breaches(GOOD.replace(before, after), REQUIRED))
