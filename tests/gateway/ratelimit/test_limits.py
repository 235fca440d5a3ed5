"""How limits are written, and which there are."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.ratelimit import limits
from gateway.ratelimit.limits import CLASSES, DEFAULTS, SUBJECTS, Limit, LimitError

GENERATED = Path(__file__).parents[3] / "gen" / "envoy" / "rate_limits.yaml"


@pytest.mark.parametrize(
    ("text", "interval", "burst"),
    [
        ("10/second", 100_000, 10),
        ("30/minute:10", 2_000_000, 10),
        ("3/second:1", 333_333, 1),
        ("1/day:30", 86_400_000_000, 30),
        ("0/second", 1_000_000, 0),
        ("0/minute:9", 60_000_000, 0),
        ("off", 0, 0),
    ],
)
def test_a_limit_is_read(text: str, interval: int, burst: int) -> None:
    assert Limit.parse(text) == Limit(interval, burst)


@pytest.mark.parametrize(
    "text",
    ["", "10", "10/s", "ten/second", "-1/second", "1.5/second", "10/second:", "10/second:0", "1/day:31", "٣/second"],
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(LimitError):
        Limit.parse(text)


@given(st.integers(0, 10**9), st.integers(0, 2000))
def test_what_is_stored_is_read_again(interval: int, burst: int) -> None:
    assert Limit.stored(str(Limit(interval, burst))) == Limit(interval, burst)


@pytest.mark.parametrize("text", ["", "1", "1:2:3", "-1:2", "a:b"])
def test_what_nothing_stored_is_refused(text: str) -> None:
    with pytest.raises(LimitError):
        Limit.stored(text)


@given(st.integers(1, 10**9), st.integers(1, 2000), st.floats(0.001, 1))
def test_a_share_is_never_more_and_never_nothing(interval: int, burst: int, share: float) -> None:
    scaled = Limit(interval, burst).scaled(share)
    assert 1 <= scaled.burst <= burst
    assert scaled.interval >= min(interval, 30 * 86_400_000_000 // scaled.burst)
    assert Limit.parse("off").scaled(share).unlimited
    assert Limit.parse("0/second").scaled(share).burst == 0


def test_every_class_of_the_contracts_has_a_limit_by_everyone() -> None:
    generated = yaml.safe_load(GENERATED.read_text())
    assert set(generated["classes"]) <= set(CLASSES)
    assert set(DEFAULTS) == {(name, subject) for name in CLASSES for subject in SUBJECTS}
    assert not any(limit.unlimited for limit in limits.read({}).table.values())


def test_settings_replace_defaults() -> None:
    read = limits.read({"XORB_RATE_LIMIT_SIGN_IN_ADDRESS": "5/minute", "XORB_RATE_LIMIT_LOCAL_SHARE": "0.25"})
    assert read.table["SIGN_IN", "address"] == Limit(12_000_000, 5)
    assert read.table["READ", "user"] == limits.Limits().table["READ", "user"]
    assert read.local_share == 0.25


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("XORB_RATE_LIMIT_READ_USER", "many"),
        ("XORB_RATE_LIMIT_LOCAL_SHARE", "2"),
        ("XORB_RATE_LIMIT_LOCAL_SHARE", "0"),
        ("XORB_RATE_LIMIT_REDIS_SECONDS", "soon"),
        ("XORB_RATE_LIMIT_REDIS_SECONDS", "inf"),
    ],
)
def test_a_wrong_setting_is_named(setting: str, text: str) -> None:
    with pytest.raises(LimitError, match=setting):
        limits.read({setting: text})
