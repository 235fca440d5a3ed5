"""Every form in which Windows events come is brought into the same flat one."""

import pytest

from services.intelligence.detection.flattening import flatten
from services.intelligence.detection.log_sources import UNKNOWN, WINDOWS, LogSource, concerns, detect

FLAT = {"Channel": "Security", "EventID": 4688, "Provider_Name": "Auditing", "CommandLine": "whoami"}

SYSTEM = {"Provider": {"#attributes": {"Name": "Auditing"}}, "EventID": 4688, "Channel": "Security"}
FORMS: dict[str, dict[str, object]] = {
    "flat": FLAT,
    "evtx": {"Event": {"System": SYSTEM, "EventData": {"CommandLine": "whoami"}}},
    "qualified": {
        "Event": {
            "System": SYSTEM | {"EventID": {"#text": 4688}},
            "EventData": {"Data": [{"@Name": "CommandLine", "#text": "whoami"}]},
        }
    },
    "user data": {"Event": {"System": SYSTEM, "UserData": {"Inner": {"CommandLine": "whoami"}}}},
    "winlogbeat": {
        "winlog": {
            "channel": "Security",
            "event_id": 4688,
            "provider_name": "Auditing",
            "event_data": {"CommandLine": "whoami"},
        }
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_the_forms_of_windows_events(form: str) -> None:
    flat = flatten(FORMS[form])
    assert {name: flat.get(name) for name in FLAT} == FLAT


def test_nested_fields_are_dotted() -> None:
    record = {"a": {"b": {"c": 1}}, "d": [1, {"e": 2}, {"e": [3]}], "f": []}
    assert flatten(record) == {"a.b.c": 1, "d": [1], "d.e": [2, 3], "f": []}


def test_what_nests_without_end_is_cut() -> None:
    deep: dict[str, object] = {"a": 1}
    for _ in range(10_000):
        deep = {"a": [deep]}
    assert flatten({"x": 1, **deep})["x"] == 1


def test_log_sources() -> None:
    assert detect(FLAT) == WINDOWS
    assert detect({"eventSource": "s3", "awsRegion": "eu"}) == LogSource("aws", None, "cloudtrail")
    assert detect({"_path": "dns"}) == LogSource("zeek", None, "dns")
    assert detect({}) == UNKNOWN
    assert detect({"Channel": "x"}, LogSource("linux")) == LogSource("linux")


def test_rules_concern_their_own_log_source() -> None:
    assert concerns(LogSource(), UNKNOWN)
    assert concerns(LogSource("windows", "file_access"), WINDOWS)
    assert not concerns(LogSource("linux"), WINDOWS)
    assert not concerns(LogSource("linux"), UNKNOWN)
    assert not concerns(LogSource(None, "proxy"), UNKNOWN)
    assert not concerns(LogSource("aws", None, "cloudtrail"), LogSource("aws", None, "other"))
