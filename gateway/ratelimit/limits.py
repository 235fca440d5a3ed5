"""Limits, and how they are read from `XORB_RATE_LIMIT_*`.

A limit is written `<count>/<second|minute|hour|day>`, optionally followed by `:<burst>`: `30/minute:10` admits 30 a
minute on average and at most 10 at once. Without it, the burst is the count. `off` is no limit, `0/second` blocks.

| setting | what it is |
| --- | --- |
| `XORB_RATE_LIMIT_<CLASS>_<SUBJECT>` | the limit of a rate class by `ORGANIZATION`, `USER` or `ADDRESS` |
| `XORB_RATE_LIMIT_LOCAL_SHARE` | the share of these limits that each process allows without Redis, 0 to 1 |
| `XORB_RATE_LIMIT_REDIS_SECONDS` | how long to wait for Redis before doing without |
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from xorb.options.v1 import policy_pb2

ORGANIZATION, USER, ADDRESS = SUBJECTS = ("organization", "user", "address")
"""Whom a limit counts."""

CLASSES = tuple(
    name.removeprefix("RATE_CLASS_")
    for name in policy_pb2.RateClass.keys()  # noqa: SIM118 - it isn't a mapping
    if name not in {"RATE_CLASS_UNSPECIFIED", "RATE_CLASS_INTERNAL"}
)
"""The contracts' rate classes of calls that come through the edge."""

_SECOND = 1_000_000
_UNITS = {"second": _SECOND, "minute": 60 * _SECOND, "hour": 3600 * _SECOND, "day": 86_400 * _SECOND}
_LONGEST = 30 * _UNITS["day"]
_TEXT = re.compile(r"(\d{1,9})/(second|minute|hour|day)(?::(\d{1,9}))?", re.ASCII)
_STORED = re.compile(r"(\d{1,16}):(\d{1,9})", re.ASCII)


class LimitError(Exception):
    """A limit can't be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a bucket holds and how fast it fills.

    Attributes:
        interval: Microseconds until one more request is admitted; 0 is no limit at all.
        burst: How many requests are admitted at once.

    Raises:
        LimitError: It would take more than 30 days to fill.
    """

    interval: int
    burst: int

    def __post_init__(self) -> None:
        if self.capacity > _LONGEST:
            raise LimitError(f"{self.burst} at once would take more than 30 days to be admitted again")

    @property
    def capacity(self) -> int:
        """Microseconds that an empty bucket takes to be full."""
        return self.interval * self.burst

    @property
    def unlimited(self) -> bool:
        """Whether everything is admitted."""
        return self.interval == 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Returns the limit that a text such as `30/minute:10` stands for.

        Raises:
            LimitError: The text isn't of that form, or asks for too much.
        """
        if text == "off":
            return cls(0, 0)
        if not (match := _TEXT.fullmatch(text)):
            raise LimitError(f"{text!r} isn't of the form 30/minute:10, nor off")
        count, period = int(match[1]), _UNITS[match[2]]
        burst = int(match[3] or count)
        if count == 0:
            return cls(period, 0)
        if burst == 0:
            raise LimitError(f"{text!r} admits none at once, so none at all: say 0/second for that")
        # Whole microseconds: a rate near a million a second would be off by much, and is nobody's limit.
        return cls(max(1, round(period / count)), burst)

    @classmethod
    def stored(cls, text: str) -> Self:
        """Returns the limit that `str` wrote, such as `2000000:10`.

        Raises:
            LimitError: Nothing wrote it.
        """
        if not (match := _STORED.fullmatch(text)):
            raise LimitError(f"{text!r} isn't of the form interval:burst")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.interval}:{self.burst}"

    def scaled(self, share: float) -> "Limit":
        """Returns a share (above 0, at most 1) of the limit: so much slower, so much less at once, but at least one."""
        if self.unlimited or self.burst == 0:
            return self
        burst = max(1, int(self.burst * share))
        return Limit(min(round(self.interval / share), _LONGEST // burst), burst)


DEFAULTS: Mapping[tuple[str, str], str] = MappingProxyType({
    ("READ", ORGANIZATION): "500/second:1000",
    ("READ", USER): "200/second:400",
    ("READ", ADDRESS): "100/second:200",
    ("WRITE", ORGANIZATION): "200/second:400",
    ("WRITE", USER): "100/second:200",
    ("WRITE", ADDRESS): "20/second:40",
    ("SIGN_IN", ORGANIZATION): "10/second:100",
    ("SIGN_IN", USER): "60/minute:30",
    ("SIGN_IN", ADDRESS): "60/minute:30",
    ("STREAM", ORGANIZATION): "50/second:500",
    ("STREAM", USER): "10/second:100",
    ("STREAM", ADDRESS): "20/second:200",
    ("HEAVY", ORGANIZATION): "2/second:60",
    ("HEAVY", USER): "1/second:30",
    ("HEAVY", ADDRESS): "10/minute:10",
})  # fmt: skip
"""The limits where no setting says otherwise, by rate class and subject."""


@dataclass(frozen=True)
class Limits:
    """All limits of a process.

    Attributes:
        table: The limit by rate class and subject.
        local_share: The share of them that this process allows without Redis.
        redis_seconds: How long to wait for Redis.
    """

    table: Mapping[tuple[str, str], Limit] = field(
        default_factory=lambda: {key: Limit.parse(text) for key, text in DEFAULTS.items()}
    )
    local_share: float = 0.5
    redis_seconds: float = 0.25


def read(environment: Mapping[str, str]) -> Limits:
    """Reads the limits from an environment.

    Raises:
        LimitError: A value can't be understood; the message names the setting.
    """
    table = {
        (name, subject): _limit(environment, f"XORB_RATE_LIMIT_{name}_{subject.upper()}", DEFAULTS[name, subject])
        for name in CLASSES
        for subject in SUBJECTS
    }
    share = _number(environment, "XORB_RATE_LIMIT_LOCAL_SHARE", Limits.local_share)
    if share > 1:
        raise LimitError(f"XORB_RATE_LIMIT_LOCAL_SHARE: {share:g} is above 1")
    return Limits(table, share, _number(environment, "XORB_RATE_LIMIT_REDIS_SECONDS", Limits.redis_seconds))


def _limit(environment: Mapping[str, str], setting: str, default: str) -> Limit:
    try:
        return Limit.parse(environment.get(setting) or default)
    except LimitError as error:
        raise LimitError(f"{setting}: {error}") from error


def _number(environment: Mapping[str, str], setting: str, default: float) -> float:
    text = environment.get(setting) or str(default)
    try:
        value = float(text)
    except ValueError as error:
        raise LimitError(f"{setting}: {text!r} is not a number") from error
    if not 0 < value < float("inf"):
        raise LimitError(f"{setting}: {text!r} is not above zero")
    return value
