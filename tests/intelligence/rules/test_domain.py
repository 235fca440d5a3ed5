"""What a change makes of a rule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.intelligence.rules import domain
from services.intelligence.rules.domain import MOST, Content, DetectionRule, Draft, Kind
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason

NOW = datetime(2026, 1, 31, tzinfo=UTC)
CONTENT = Content("a: 1", Kind.RULE, rule_id="x")


def rule() -> DetectionRule:
    return DetectionRule(identifiers.new(), "id:x", CONTENT, NOW, NOW)


def test_a_new_text_is_a_new_version() -> None:
    old, later = rule(), NOW + timedelta(hours=1)
    new = domain.rewritten(old, replace(CONTENT, text="a: 2"), later)
    assert (new.version, new.revision, new.updated_at, new.key) == (2, 2, later, "id:x")
    assert domain.rewritten(new, new.content, later) is new


def test_a_text_with_another_identifier_changes_what_the_rule_is_known_by() -> None:
    old = rule()
    assert domain.rewritten(old, replace(CONTENT, text="a: 2", rule_id="y"), NOW).key == "id:y"
    assert domain.rewritten(old, replace(CONTENT, text="a: 2", rule_id=""), NOW).key == f"own:{old.id}"
    placed = replace(old, key="path:a.yml#0", content=replace(CONTENT, rule_id=""))
    assert domain.rewritten(placed, replace(placed.content, text="a: 2"), NOW).key == "path:a.yml#0"


def test_switching_is_a_change_of_its_own() -> None:
    old = rule()
    off = domain.switched(old, NOW, disabled=True)
    assert (off.disabled, off.version, off.revision) == (True, 1, 2)
    assert domain.switched(off, NOW, disabled=True) is off


def test_there_is_room_for_so_many() -> None:
    domain.require_room(MOST)
    with pytest.raises(Failure) as caught:
        domain.require_room(MOST + 1)
    assert caught.value.reason is Reason.QUOTA_EXCEEDED


def test_of_several_with_one_key_the_last_counts() -> None:
    drafts = [Draft(key, path, CONTENT) for key, path in (("a", "1"), ("b", "2"), ("a", "3"))]
    assert [(one.key, one.path) for one in domain.last_of_each(drafts)] == [("a", "3"), ("b", "2")]
