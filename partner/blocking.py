"""Connections over grpcio, for programs with threads: their channels go into the stubs without `Async`."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc

from partner.failures import DETAILS_KEY, Failure, decode
from partner.options import CallOptions

Record = TypeVar("Record")
CallDetails = grpc.ClientCallDetails
# Requests, calls and iterators of responses: grpcio names their types only inside its stubs.
Call = Any
Continuation = Callable[[CallDetails, Call], Call]


def connect(
    address: str,
    options: CallOptions,
    *,
    plaintext: bool = False,
    root_certificates: bytes | None = None,
) -> grpc.Channel:
    """Returns a channel whose calls all carry the options; use it in a `with`, or close it.

    Args:
        address: `host:port`, or `unix:` and a path.
        options: What goes with every call.
        plaintext: Without TLS; for a Unix socket or loopback only, because the token travels with each call.
        root_certificates: Who is trusted to name the server, in PEM; without it, whom the system trusts.
    """
    if plaintext:
        return with_options(grpc.insecure_channel(address), options)
    credentials = grpc.ssl_channel_credentials(root_certificates)
    return with_options(grpc.secure_channel(address, credentials), options)


def with_options(channel: grpc.Channel, options: CallOptions) -> grpc.Channel:
    """Returns the same connection with further options; what was there before still goes with each call."""
    return grpc.intercept_channel(channel, _Options(options))


@contextmanager
def reading(records: Iterator[Record]) -> Iterator[Iterator[Record]]:
    """Lends a stream's records to a `with` block and ends the stream with it, on the server's side too."""
    try:
        yield records
    finally:
        if isinstance(records, Generator):
            records.close()


def failure_of(error: grpc.RpcError) -> Failure:
    """Returns why a call failed."""
    call: object = error
    if not isinstance(call, grpc.Call):
        return Failure(grpc.StatusCode.UNKNOWN.value[0], str(error))
    for key, value in call.trailing_metadata() or ():
        if key == DETAILS_KEY and isinstance(value, bytes):
            return decode(value)
    return Failure(call.code().value[0], call.details() or "")


@dataclass(frozen=True)
class _Details(CallDetails):
    method: str
    timeout: float | None
    metadata: tuple[tuple[str, str | bytes], ...] | None
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


class _Options(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Adds the options to each of the four kinds of calls; their signatures are grpcio's."""

    def __init__(self, options: CallOptions) -> None:
        self._options = options

    def intercept_unary_unary(
        self, continuation: Continuation, client_call_details: CallDetails, request: Call
    ) -> Call:
        """Adds headers and time-out."""
        return continuation(self._details(client_call_details, self._options.timeout), request)

    def intercept_stream_unary(
        self, continuation: Continuation, client_call_details: CallDetails, request_iterator: Call
    ) -> Call:
        """Adds headers."""
        return continuation(self._details(client_call_details, None), request_iterator)

    def intercept_unary_stream(
        self, continuation: Continuation, client_call_details: CallDetails, request: Call
    ) -> Call:
        """Adds headers; a stream that the program stops reading is cancelled."""
        return _cancelled_in_the_end(continuation(self._details(client_call_details, None), request))

    def intercept_stream_stream(
        self, continuation: Continuation, client_call_details: CallDetails, request_iterator: Call
    ) -> Call:
        """Adds headers; a stream that the program stops reading is cancelled."""
        return _cancelled_in_the_end(continuation(self._details(client_call_details, None), request_iterator))

    def _details(self, details: CallDetails, timeout: float | None) -> _Details:
        return _Details(
            method=details.method,
            timeout=timeout if details.timeout is None else details.timeout,
            metadata=(*(details.metadata or ()), *self._options.headers()),
            credentials=details.credentials,
            wait_for_ready=details.wait_for_ready,
            compression=details.compression,
        )


def _cancelled_in_the_end(call: Call) -> Iterator[Call]:
    try:
        yield from call
    finally:
        call.cancel()
