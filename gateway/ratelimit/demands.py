"""Which buckets a request draws on: the edge's descriptors in our terms."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.ratelimit.limits import ADDRESS, ORGANIZATION, USER, Limits
from gateway.ratelimit.protocol import Descriptor, RateLimitRequest

DOMAIN = "xorb"
_FAILS_CLOSED = "SIGN_IN"
_SUBJECTS = {"organization": ORGANIZATION, "user": USER, "remote_address": ADDRESS}
_IPV6_PREFIX = 64


class DemandError(Exception):
    """The edge asks about something that no limit is for: edge and service don't go together."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What a request takes from one bucket.

    Attributes:
        bucket: The bucket's name, such as `READ:organization:0198…`.
        kind: Rate class and subject.
        cost: For how many requests it counts.
    """

    bucket: str
    kind: tuple[str, str]
    cost: int


@dataclass(frozen=True, slots=True)
class Demand:
    """Everything that one request takes.

    Attributes:
        draws: From each bucket.
        organization: Whose overrides count; empty for a caller in none.
        fails_closed: Whether it is refused where nobody can count it.
    """

    draws: tuple[Draw, ...]
    organization: str
    fails_closed: bool


def demand(request: RateLimitRequest, limits: Limits) -> Demand:
    """Returns what a request takes.

    Raises:
        DemandError: A descriptor has no limit.
    """
    if request.domain != DOMAIN:
        raise DemandError(f"the domain is {request.domain!r}")
    draws, organization, closed = [], "", False
    for descriptor in request.descriptors:
        name, subject, value = _parts(descriptor)
        if (name, subject) not in limits.table:
            raise DemandError(f"no limit of class {name!r} by {subject}")
        closed = closed or name == _FAILS_CLOSED
        organization = value if subject == ORGANIZATION else organization
        draws.append(Draw(f"{name}:{subject}:{value}", (name, subject), descriptor.cost))
    return Demand(tuple(draws), organization, closed)


def _parts(descriptor: Descriptor) -> tuple[str, str, str]:
    entries: Mapping[str, str] = dict(descriptor.entries)
    subjects = [key for key in entries if key in _SUBJECTS]
    if len(entries) != 2 or len(subjects) != 1 or "class" not in entries:  # noqa: PLR2004 - class and subject
        raise DemandError(f"a descriptor of {', '.join(entries) or 'nothing'}")
    subject = _SUBJECTS[subjects[0]]
    value = entries[subjects[0]]
    return entries["class"], subject, _network(value) if subject == ADDRESS else value


def _network(address: str) -> str:
    """Returns what one subscriber has: an IPv4 address as it is, an IPv6 network of 64 bits (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 - IPv4
        return address
    return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
