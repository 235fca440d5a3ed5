"""What each test of a field means for one scalar."""

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Protocol

import re2

from services.intelligence.detection.sigma.expressions import Compares, Like, Matches, Parts, Test, TimePart, Within
from services.intelligence.detection.sigma.matching.values import number, text
from services.intelligence.detection.sigma.matching.wildcards import like


class Searches(Protocol):
    """A compiled regular expression."""

    def search(self, text: bytes) -> object:
        """Something that is true where it is found."""


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "neq": operator.ne,
}


def passes(test: Test, value: object) -> bool:
    """Whether a scalar that isn't None passes a test; `Refers`, `Exists` and `Missing` are not about a scalar."""
    match test:
        case Like(parts, cased):
            shown = text(value)
            return like(parts, shown) if cased else like(lower(parts), shown.lower())
        case Matches(pattern):
            return bool(expression(pattern).search(encoded(text(value))))
        case Within(network):
            return _within(network, text(value))
        case Compares(comparison, bound):
            found = number(value)
            return found is not None and _COMPARISONS[comparison](found, bound)
        case TimePart(part, wanted):
            return time_part(part, value) == wanted
        case _:
            raise AssertionError(test)


@lru_cache(maxsize=65_536)
def lower(parts: Parts) -> Parts:
    """A pattern in lower case."""
    return tuple(part.lower() if isinstance(part, str) else part for part in parts)


def encoded(shown: str) -> bytes:
    """Text as RE2 takes it; half a surrogate pair, which JSON may hold, becomes a question mark."""
    return shown.encode("utf-8", "replace")


@lru_cache(maxsize=8_192)
def expression(pattern: str) -> Searches:
    """A regular expression, compiled; raises re2.error for what RE2 can't do in linear time."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    compiled: Searches = re2.compile(pattern.encode(), options)
    return compiled


@lru_cache(maxsize=8_192)
def network_of(network: str) -> IPv4Network | IPv6Network:
    """A network in CIDR notation; raises ValueError."""
    return ip_network(network)


def _within(network: str, shown: str) -> bool:
    try:
        return ip_address(shown) in network_of(network)
    except ValueError:
        return False


def time_part(part: str, value: object) -> int | None:
    """A part of a time that is written by ISO 8601 or as seconds since 1970; None where there is none."""
    moment = moment_of(value)
    if moment is None:
        return None
    return moment.isocalendar().week if part == "week" else int(getattr(moment, part))


def moment_of(value: object) -> datetime | None:
    """A time in UTC; without an offset it is taken to be in UTC. None for what isn't a time."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(text(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
