"""Envoy's RateLimitService: the answer to the edge, and the headers that tell the caller where it stands.

`RateLimit-Limit`, `-Remaining` and `-Reset` are those of draft-ietf-httpapi-ratelimit-headers-03, of the bucket that is
nearest to its limit: how many requests it admits at once, how many of them are left, and seconds until all are again.
A refused request has `Retry-After` (RFC 9110, 10.2.3) in seconds.
"""

from collections.abc import Iterator, Mapping, Sequence

import grpc
import grpc.aio
import structlog

from gateway.ratelimit.demands import DemandError, demand
from gateway.ratelimit.gcra import Standing, Verdict
from gateway.ratelimit.limiter import Limiter
from gateway.ratelimit.limits import Limits
from gateway.ratelimit.protocol import METHOD, SERVICE, RateLimitRequest, RateLimitResponse, parse, serialize
from gateway.ratelimit.shared import Unreachable
from services.mesh.peers import Peers

_LOG = structlog.get_logger(__name__)
_MILLISECOND = 1_000
_SECOND = 1_000_000

Context = grpc.aio.ServicerContext[RateLimitRequest, RateLimitResponse]


class RateLimitServicer:
    """Serves `envoy.service.ratelimit.v3.RateLimitService`.

    Args:
        limiter: Decides.
        limits: What there are limits of.
        peers: On whose connection calls come; None where there is no sidecar to tell.
    """

    def __init__(self, limiter: Limiter, limits: Limits, peers: Peers | None = None) -> None:
        self._peers = peers
        self._limiter = limiter
        self._limits = limits

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to a server."""
        handler = grpc.unary_unary_rpc_method_handler(self.should_rate_limit, parse, serialize)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler}),))

    async def should_rate_limit(self, request: RateLimitRequest, context: Context) -> RateLimitResponse:
        """Decides on a request of the edge; an error is UNAVAILABLE where nobody can, and the edge knows what to do."""
        if self._peers is not None and not self._peers.known(context.invocation_metadata() or ()):
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "Nobody may come past the sidecar.")
        try:
            wanted = demand(request, self._limits)
            if not wanted.draws:
                return RateLimitResponse([])
            verdict = await self._limiter.decide(wanted)
        except DemandError as error:
            _LOG.error("unknown_descriptor", error=str(error))
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except Unreachable:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Nobody can count this request at the moment.")
        return RateLimitResponse(_admitted(verdict, len(wanted.draws)), tuple(headers(verdict)), known(verdict))


def headers(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yields the headers that tell a caller of a verdict; none where nothing is limited."""
    limited = [one for one in verdict.standings if not one.limit.unlimited]
    if not limited:
        return
    nearest = min(limited, key=_room)
    yield "ratelimit-limit", str(nearest.limit.burst)
    yield "ratelimit-remaining", str(nearest.remaining)
    yield "ratelimit-reset", str(_seconds(nearest.reset))
    if not verdict.admitted:
        yield "retry-after", str(max(1, _seconds(nearest.wait)))


def known(verdict: Verdict) -> Mapping[str, str | float]:
    """Returns what the edge's own memory of refusals is told (`envoy/refusals.lua`); nothing where nothing is certain.

    `empty` is the subject whose bucket is, `limit` the `RateLimit-Limit` of it; `certain`, `again` and `full` are the
    milliseconds for which that needn't be asked again, until a request will pass, and until a burst will.
    """
    if verdict.empty is None or (certain := verdict.empty.certain // _MILLISECOND) == 0:
        return {}
    standing = verdict.empty.standing
    return {
        "empty": verdict.empty.subject,
        "certain": certain,
        "again": -(-standing.wait // _MILLISECOND),
        "full": -(-standing.reset // _MILLISECOND),
        "limit": str(standing.limit.burst),
    }


def _room(standing: Standing) -> tuple[int, int, int]:
    return -standing.wait, standing.remaining, -standing.reset


def _seconds(microseconds: int) -> int:
    return -(-microseconds // _SECOND)


def _admitted(verdict: Verdict, draws: int) -> Sequence[bool]:
    """Returns the answer for each descriptor; one refusal that is known stands for all."""
    if len(verdict.standings) == draws:
        return [not one.wait for one in verdict.standings]
    return [verdict.admitted] * draws
