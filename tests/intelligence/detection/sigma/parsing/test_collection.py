"""Rules compile, or are refused with a reason that names the construct; what was compiled is kept."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from services.intelligence.detection.sigma.parsing.cache import RuleCache
from services.intelligence.detection.sigma.parsing.collection import Collection, compile_all
from tests.intelligence.detection.sigma.writing import IDENTIFIER, document, text

REFUSED: Mapping[str, tuple[str, str]] = {
    "backtracking": (text({"F|re": r"(a+)\1"}), "`re`"),
    "look ahead": (text({"F|re": "(?=a)b"}), "`re`"),
    "placeholder": (text({"F|expand": "%who%"}), "%who%"),
    "modifier": (text({"F|nonsense": "x"}), "nonsense"),
    "network": (text({"F|cidr": "10.0.0.0/99"}), "CIDR"),
    "comparison": (text({"F|gt": "many"}), "many"),
    "condition": (text({"F": 1}, "selection and"), "Condition"),
    "selection": (text({"F": 1}, "nobody"), "nobody"),
    "pipe": (text({"F": 1}, "selection | count() > 5"), "pipe"),
    "deep": (text({"F": 1}, "not (selection and " * 70 + "selection" + ")" * 70), "deep"),
    "keyword": (text([{"|cidr": "10.0.0.0/8"}]), "keyword"),
    "alias": ("a: &x [1]\nb: *x\n", "aliases"),
    "not yaml": ("a: [", "YAML"),
    "control": ("a: \x00", "YAML"),
    "no mapping": ("- 1", "mapping"),
    "no rule": ("a: 1", "title"),
    "shape": ("title: 1\nlogsource: 5\ndetection: 7\n", ""),
    "size": ("#" * 2_000_000, "characters"),
    "nested": ("a: " + "[" * 20_000, "deep"),
    "documents": ("---\na: 1\n" * 300, "documents"),
    "values": (text({"F|windash": [f"-{number}" for number in range(10_000)]}), "values"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_compiled_is_refused_with_a_reason(name: str) -> None:
    rule, reason = REFUSED[name]
    collection = compile_all([("here", rule)])
    assert not collection.rules
    assert {refusal.place for refusal in collection.refusals} == {"here"}
    assert reason in collection.refusals[0].reason
    assert collection.refusals[0].reason


def test_every_published_rule_compiles_or_says_why_not(published: Collection) -> None:
    assert len(published.rules) == 3752
    assert {refusal.reason for refusal in published.refusals} == {
        "the modifier `expand`: nothing is known of the placeholder %known_cdcs%"
    }
    assert len(published.refusals) == 2


def test_what_was_compiled_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [("a", _yaml(1)), ("b", _yaml(2))]
    first = compile_all(files, cache=RuleCache(tmp_path))
    monkeypatch.setattr("services.intelligence.detection.sigma.parsing.compiling.Compiler.compile", None)
    assert compile_all(files, cache=RuleCache(tmp_path)).rules == first.rules


def test_what_was_kept_badly_is_compiled_again(tmp_path: Path) -> None:
    files = [("a", _yaml(1))]
    first = compile_all(files, cache=RuleCache(tmp_path))
    (kept,) = tmp_path.rglob("*.json")
    for broken in (b"", b"[[1]]", b'[["i","n","t","l",[],["p",null,null],["atom"]]]', b"{}"):
        kept.write_bytes(broken)
        assert compile_all(files, cache=RuleCache(tmp_path)).rules == first.rules


def test_a_filter_makes_another_rule_of_it(tmp_path: Path) -> None:
    filtering = "title: x\nlogsource: {product: any}\nfilter:\n  rules: any\n  s: {User: me}\n  condition: not s\n"
    plain = compile_all([("a", _yaml(1))], cache=RuleCache(tmp_path))
    filtered = compile_all([("a", _yaml(1)), ("f", filtering)], cache=RuleCache(tmp_path))
    assert [rule.id for rule in filtered.rules] == [IDENTIFIER]
    assert filtered.rules != plain.rules


def _yaml(value: int) -> str:
    head = "\n".join(f"{name}: {document({})[name]}" for name in ("title", "id", "status"))
    return f"{head}\nlogsource:\n  product: any\ndetection:\n  selection:\n    F: {value}\n  condition: selection\n"
