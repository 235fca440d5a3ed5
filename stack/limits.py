"""``python -m stack limit``: a rate limit of one organization, set as the operator over the core process's socket."""

from datetime import timedelta

from xorb.core.v1 import rate_limit_pb2, rate_limit_pb2_grpc

from gateway.ratelimit.limits import Limit, LimitError
from stack import operator
from stack.errors import StackError
from stack.operator import Operator
from stack.settings import StackSettings

_DEFAULT = "default"


async def put(settings: StackSettings, organization: str, rate_class: str, subject: str, limit: str) -> str:
    """Give an organization a limit, or the platform's again where it is ``default``; returns a line for the operator.

    Args:
        settings: Of the running stack.
        organization: Its resource name.
        rate_class: Such as ``READ``.
        subject: ``organization`` or ``user``.
        limit: Such as ``50/second:100``, ``off`` or ``default``.

    Raises:
        StackError: it is no limit, or the platform refused it.
    """
    try:
        named = {"rate_class": f"RATE_CLASS_{rate_class.upper()}", "subject": f"RATE_LIMIT_SUBJECT_{subject.upper()}"}
        wanted = rate_limit_pb2.RateLimit(**named)  # type: ignore[arg-type]  # protobuf takes an enum's names
        if limit != _DEFAULT:
            parsed = Limit.parse(limit)
            wanted.interval.FromTimedelta(timedelta(microseconds=parsed.interval))
            wanted.burst_count = parsed.burst
    except (ValueError, LimitError) as error:
        raise StackError(str(error)) from None
    async with operator.at(settings, "core") as there:
        return await _send(there, organization, wanted, remove=limit == _DEFAULT)


async def _send(there: Operator, organization: str, wanted: rate_limit_pb2.RateLimit, *, remove: bool) -> str:
    stub = rate_limit_pb2_grpc.RateLimitOverridesServiceStub(there.channel)
    if remove:
        away = rate_limit_pb2.RemoveRateLimitRequest(
            organization=organization, rate_class=wanted.rate_class, subject=wanted.subject
        )
        removed = (await stub.RemoveRateLimit(away, metadata=there.metadata, timeout=operator.SECONDS)).removed
        return "The platform's limit counts again." if removed else "There was no limit of its own."
    put = rate_limit_pb2.PutRateLimitRequest(organization=organization, rate_limit=wanted)
    await stub.PutRateLimit(put, metadata=there.metadata, timeout=operator.SECONDS)
    return "The limit is set, and acts within a second."
