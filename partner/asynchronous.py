"""Connections over grpclib, for programs with asyncio: their channels go into the stubs with `Async`."""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from grpclib.client import Channel, Stream
from grpclib.const import Cardinality, Status
from grpclib.encoding.base import StatusDetailsCodecBase
from grpclib.exceptions import GRPCError
from grpclib.metadata import Deadline

from partner.failures import Failure, decode
from partner.options import CallOptions

Request = TypeVar("Request")
Response = TypeVar("Response")
Record = TypeVar("Record")
Value = str | bytes
MetadataLike = Mapping[str, Value] | Collection[tuple[str, Value]]


def connect(
    address: str,
    options: CallOptions,
    *,
    plaintext: bool = False,
    context: ssl.SSLContext | None = None,
) -> "OptionsChannel":
    """Returns a channel whose calls all carry the options; use it in an `async with`, or close it.

    Args:
        address: `host:port`, or `unix:` and a path.
        options: What goes with every call.
        plaintext: Without TLS; for a Unix socket or loopback only, because the token travels with each call.
        context: Who is trusted to name the server; without it, whom the system trusts.
    """
    security = None if plaintext else context or ssl.create_default_context()
    if address.startswith("unix:"):
        return OptionsChannel(options, path=address.removeprefix("unix:"), security=security)
    host, _, port = address.rpartition(":")
    return OptionsChannel(options, host=host.strip("[]"), port=int(port), security=security)


@asynccontextmanager
async def reading(records: AsyncIterator[Record]) -> AsyncIterator[AsyncIterator[Record]]:
    """Lends a stream's records to an `async with` block and ends the stream with it, on the server's side too."""
    try:
        yield records
    finally:
        if isinstance(records, AsyncGenerator):
            await records.aclose()


def failure_of(error: GRPCError) -> Failure:
    """Returns why a call failed."""
    if isinstance(error.details, Failure):
        return error.details
    return Failure(error.status.value, error.message or "")


class OptionsChannel(Channel):
    """A channel that adds options to every call."""

    def __init__(
        self,
        options: CallOptions,
        *,
        host: str | None = None,
        port: int | None = None,
        path: str | None = None,
        security: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(host, port, path=path, ssl=security, status_details_codec=_FailureCodec())
        self._options = options

    def request(
        self,
        name: str,
        cardinality: Cardinality,
        request_type: type[Request],
        reply_type: type[Response],
        *,
        timeout: float | None = None,
        deadline: Deadline | None = None,
        metadata: MetadataLike | None = None,
    ) -> Stream[Request, Response]:
        """Begins a call; a time-out given for this one goes before the options'."""
        if cardinality is Cardinality.UNARY_UNARY and timeout is None and deadline is None:
            timeout = self._options.timeout
        given = metadata.items() if isinstance(metadata, Mapping) else metadata or ()
        return super().request(
            name,
            cardinality,
            request_type,
            reply_type,
            timeout=timeout,
            deadline=deadline,
            metadata=[*given, *self._options.headers()],
        )


class _FailureCodec(StatusDetailsCodecBase):
    def encode(self, status: Status, message: str | None, details: object) -> bytes:
        """Not for clients."""
        raise NotImplementedError("clients don't send a status")

    def decode(self, status: Status, message: str | None, data: bytes) -> Failure:
        """Returns the details as the failure that they describe."""
        return decode(data)
