"""Texts: what they say of themselves, what is refused, and files of several."""

import pytest

from services.intelligence.detection.sigma.parsing.refusals import Refused
from services.intelligence.rules import reading
from services.intelligence.rules.domain import Kind, Level
from tests.intelligence.rules.texts import CORRELATION, FILTER, FIRST, SECOND, THIRD, whoami


def test_a_text_says_what_it_is() -> None:
    content = reading.one(whoami())
    assert (content.kind, content.rule_id, content.title) == (Kind.RULE, FIRST, "Who am I")
    assert (content.level, content.status) == (Level.HIGH, "test")
    assert (content.product, content.category, content.service) == ("windows", "process_creation", "")
    assert content.tags == ("attack.discovery", "attack.t1033")
    assert content.text == whoami()


def test_filters_and_correlations_are_told_from_rules() -> None:
    assert reading.one(FILTER.format(id=SECOND, rule=FIRST)).kind is Kind.FILTER
    assert reading.one(CORRELATION.format(id=SECOND, rule=FIRST)).kind is Kind.CORRELATION


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the text has 0"),
        (f"{whoami()}---\n{whoami(SECOND)}", "the text has 2"),
        ("title: [", "not YAML"),
        (whoami().replace("condition: selection", "condition: absent"), "absent"),
        (whoami().replace("Image|endswith", "Image|unheard"), "unheard"),
        (whoami().replace("Image|endswith: '\\whoami.exe'", "Image|re: '(?=a)b'"), "re"),
    ],
)
def test_what_can_not_be_evaluated_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        reading.one(text)


def test_a_file_of_several_keeps_each_with_its_comments() -> None:
    text = f"# ours\n{whoami(FIRST)}---\n# theirs\n{whoami(SECOND)}...\n---\n---\n{whoami(THIRD, tool='id')}"
    drafts, refusals = reading.file("a.yml", text)
    assert not refusals
    assert [draft.key for draft in drafts] == [f"id:{one}" for one in (FIRST, SECOND, THIRD)]
    assert [draft.content.text for draft in drafts] == [
        f"# ours\n{whoami(FIRST)}",
        f"# theirs\n{whoami(SECOND)}",
        whoami(THIRD, tool="id"),
    ]


def test_what_is_refused_of_a_file_does_not_stop_the_rest() -> None:
    bad = whoami(SECOND).replace("condition: selection", "condition: absent")
    drafts, refusals = reading.file("a.yml", f"{whoami(FIRST)}---\n{bad}---\n{whoami(THIRD)}")
    assert [draft.content.rule_id for draft in drafts] == [FIRST, THIRD]
    assert [(one.place, one.id) for one in refusals] == [("a.yml", SECOND)]


def test_a_rule_without_an_identifier_is_known_by_its_place() -> None:
    bare = whoami().replace(f"id: {FIRST}\n", "")
    drafts, _ = reading.file("a.yml", f"{whoami()}---\n{bare}")
    assert [draft.key for draft in drafts] == [f"id:{FIRST}", "path:a.yml#1"]
