"""What every construct of the specification means."""

import base64

import pytest

from services.intelligence.detection.sigma.matching.evaluation import explain, holds
from tests.intelligence.detection.sigma.writing import rule

CASES: list[tuple[object, dict[str, object], dict[str, object]]] = [
    ({"F": "Value"}, {"F": "vaLUE"}, {"F": "values"}),
    ({"F": ["a", "b"]}, {"F": "B"}, {"F": "c"}),
    ({"F": 5}, {"F": "5"}, {"F": 50}),
    ({"F": 5}, {"F": 5.0}, {"F": True}),
    ({"F": 1}, {"F": 1}, {"F": True}),
    ({"F": True}, {"F": "TRUE"}, {"F": 1}),
    ({"F": None}, {}, {"F": ""}),
    ({"F": ""}, {"F": ""}, {}),
    ({"F": "a*c"}, {"F": "abbc"}, {"F": "abbcd"}),
    ({"F": "a?c"}, {"F": "abc"}, {"F": "abbc"}),
    ({"F": r"a\*c"}, {"F": "a*c"}, {"F": "abc"}),
    ({"F": r"C:\x"}, {"F": "c:\\X"}, {"F": "c:x"}),
    ({"F|contains": "b"}, {"F": "aBc"}, {"F": "ac"}),
    ({"F|contains|all": ["a", "b"]}, {"F": "b a"}, {"F": "b"}),
    ({"F|startswith": "ab"}, {"F": "ABc"}, {"F": "cab"}),
    ({"F|endswith": r"\*.exe"}, {"F": "*.exe"}, {"F": "x.exe"}),
    ({"F|endswith": "a*.exe"}, {"F": "ba-c.EXE"}, {"F": "b.exe"}),
    ({"F|contains|cased": "Ab"}, {"F": "xAbx"}, {"F": "xabx"}),
    ({"F|re": "^a[0-9]+$"}, {"F": "a12"}, {"F": "A12"}),
    ({"F|re|i": "^a[0-9]+$"}, {"F": "A12"}, {"F": "b12"}),
    ({"F|re|m": "^b$"}, {"F": "a\nb\nc"}, {"F": "abc"}),
    ({"F|re|s": "a.b"}, {"F": "a\nb"}, {"F": "ab"}),
    ({"F|re": r"^\w[^\s]\d$"}, {"F": "Ãx٣"}, {"F": "- 3"}),
    ({"F|cidr": "10.0.0.0/8"}, {"F": "10.1.2.3"}, {"F": "11.1.2.3"}),
    ({"F|cidr": "fe80::/10"}, {"F": "FE80::1"}, {"F": "no address"}),
    ({"F|gt": 3}, {"F": "3.5"}, {"F": 3}),
    ({"F|lte": 3}, {"F": 3}, {"F": "many"}),
    ({"F|neq": "x"}, {"F": "y"}, {"F": "X"}),
    ({"F|exists": True}, {"F": "anything"}, {"F": None}),
    ({"F|exists": False}, {"G": 1}, {"F": 0}),
    ({"F|fieldref": "G"}, {"F": "a", "G": "A"}, {"F": "a"}),
    ({"F|fieldref|startswith": "G"}, {"F": "abc", "G": "AB"}, {"F": "abc", "G": "bc"}),
    ({"F|windash|contains": " -x "}, {"F": "cmd /X y"}, {"F": "cmd x y"}),
    ({"F|base64": "secret"}, {"F": base64.b64encode(b"secret").decode()}, {"F": "secret"}),
    (
        {"F|base64offset|contains": "secret word"},
        {"F": base64.b64encode(b"a secret word!").decode()},
        {"F": "secret word"},
    ),
    (
        {"F|wide|base64offset|contains": "hidden"},
        {"F": base64.b64encode("xhiddenx".encode("utf-16le")).decode()},
        {"F": "hidden"},
    ),
    ({"F|hour": 13}, {"F": "2026-01-01T15:30:00+02:00"}, {"F": "2026-01-01T15:30:00Z"}),
    ({"F|week": 1}, {"F": "2026-01-01"}, {"F": "no time"}),
    ({"F": "b"}, {"F": ["a", "B"]}, {"F": ["a", None]}),
    (["word", "other"], {"F": 1, "G": "a Word in it"}, {"word": "field names don't count"}),
    ({"|all": ["one", "two"]}, {"F": "two", "G": "one"}, {"F": "two"}),
    (["w?rd*end"], {"F": "a word to the end."}, {"F": "end w?rd"}),
    ([{"F": 1}, {"G": 2}], {"G": 2}, {"F": 2, "G": 1}),
]


@pytest.mark.parametrize(("selection", "matching", "other"), CASES, ids=[str(case[0]) for case in CASES])
def test_each_construct(selection: object, matching: dict[str, object], other: dict[str, object]) -> None:
    condition = rule(selection).condition
    assert holds(condition, matching)
    assert not holds(condition, other)
    assert explain(condition, matching)
    assert explain(condition, other) == ()


CONDITIONS = [
    ("1 of sel*", True),
    ("all of sel*", False),
    ("any of them", True),
    ("all of them", False),
    ("selection and not (selb or selc)", False),
    ("selection and selb and not selc", True),
    ("not selc or not selection", True),
]


@pytest.mark.parametrize(("condition", "answer"), CONDITIONS)
def test_conditions(condition: str, answer: bool) -> None:
    compiled = rule({"F": 1}, condition, selb={"G": 2}, selc={"H": 3}).condition
    assert holds(compiled, {"F": 1, "G": 2}) is answer


def test_why_names_selection_field_and_value() -> None:
    condition = rule(
        {"Image|endswith": [r"\a.exe", r"\b.exe"]}, "selection and not filtered", filtered={"User": "me"}
    ).condition
    matched, absent = explain(condition, {"Image": r"C:\B.exe", "User": "you"})
    assert (matched.atom.origin, matched.atom.field, matched.value) == ("selection", "Image", r"C:\B.exe")
    assert (absent.atom.origin, absent.atom.field, absent.value, absent.negated) == ("filtered", "User", None, True)


def test_what_a_pipeline_added_has_no_origin() -> None:
    compiled = rule({"Image": "x"}, logsource={"product": "windows", "category": "process_creation"})
    event = {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Image": "x"}
    assert [(reason.atom.origin, reason.atom.field) for reason in explain(compiled.condition, event)] == [
        ("", "Channel"),
        ("", "EventID"),
        ("selection", "Image"),
    ]


def test_a_filter_is_part_of_the_rules_it_names() -> None:
    filtering = {
        "title": "Ours",
        "logsource": {"product": "any"},
        "filter": {"rules": "any", "selection": {"User|startswith": "adm_"}, "condition": "not selection"},
    }
    condition = rule({"F": 1}, filters=(filtering,)).condition
    assert holds(condition, {"F": 1, "User": "you"})
    assert not holds(condition, {"F": 1, "User": "adm_me"})


def test_placeholders_take_the_values_they_are_given() -> None:
    condition = rule({"F|expand": "%admins%"}, placeholders={"admins": ["root", "toor"]}).condition
    assert holds(condition, {"F": "toor"})
    assert not holds(condition, {"F": "%admins%"})
