"""What a service's sidecar tells it of a caller, told by a test on the service's own socket."""

from collections.abc import Callable
from typing import Any

import grpc.aio

from services.mesh.peers import HEADER

Told = tuple[str, str]


def told(identity: str) -> Told:
    """The header that says on whose connection a call comes."""
    return (HEADER, f"By=spiffe://xorb/test;Hash={'0' * 64};URI=spiffe://xorb/{identity}")


class TellsUnary(grpc.aio.UnaryUnaryClientInterceptor):
    """Adds the header to calls with one response."""

    def __init__(self, header: Told) -> None:
        self._header = header

    async def intercept_unary_unary(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        return await continuation(_with(details, self._header), request)


class TellsStream(grpc.aio.UnaryStreamClientInterceptor):
    """Adds the header to calls with a stream of responses."""

    def __init__(self, header: Told) -> None:
        self._header = header

    async def intercept_unary_stream(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        return await continuation(_with(details, self._header), request)


def channel(address: str, identity: str) -> grpc.aio.Channel:
    """A channel to a service's own socket, as if its sidecar had verified that ``identity`` calls; empty: nobody."""
    header = told(identity)
    interceptors = [TellsUnary(header), TellsStream(header)] if identity else []
    return grpc.aio.insecure_channel(address, interceptors=interceptors)


def _with(details: Any, header: Told) -> grpc.aio.ClientCallDetails:
    metadata = grpc.aio.Metadata(*tuple(details.metadata or ()), header)
    return grpc.aio.ClientCallDetails(
        details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
    )
