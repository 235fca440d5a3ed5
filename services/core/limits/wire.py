"""Rate limits on the wire."""

from datetime import timedelta

from xorb.core.v1 import rate_limit_pb2
from xorb.options.v1 import policy_pb2

from gateway.ratelimit.limits import CLASSES, Limit, LimitError
from gateway.ratelimit.overrides import Kind
from services.mesh.errors import invalid_field

_CLASS, _SUBJECT = "RATE_CLASS_", "RATE_LIMIT_SUBJECT_"
_MICROSECOND = timedelta(microseconds=1)


def limit(value: rate_limit_pb2.RateLimit) -> Limit:
    """Returns the limit that a message holds.

    Raises:
        Failure: INVALID_FIELD; it would take more than 30 days to fill.
    """
    interval = value.interval.ToTimedelta() // _MICROSECOND
    try:
        return Limit(interval, value.burst_count)
    except LimitError as error:
        raise invalid_field("rate_limit.interval", str(error)) from error


def kind(rate_class: policy_pb2.RateClass, subject: rate_limit_pb2.RateLimitSubject) -> Kind:
    """Returns class and subject in the limiter's terms.

    Raises:
        Failure: INVALID_FIELD; calls of this class don't come through the edge.
    """
    name = policy_pb2.RateClass.Name(rate_class).removeprefix(_CLASS)
    if name not in CLASSES:
        raise invalid_field("rate_class", "calls of this class have no limits")
    return name, rate_limit_pb2.RateLimitSubject.Name(subject).removeprefix(_SUBJECT).lower()


def message(what: Kind, value: Limit) -> rate_limit_pb2.RateLimit:
    """Returns a limit's message."""
    rate_class, subject = what
    result = rate_limit_pb2.RateLimit(
        rate_class=f"{_CLASS}{rate_class}",
        subject=f"{_SUBJECT}{subject.upper()}",
        burst_count=value.burst,
    )
    result.interval.FromTimedelta(value.interval * _MICROSECOND)
    return result
