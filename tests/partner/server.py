"""A real gRPC server with every method of the contracts, which answers as its test wants."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2

from tests.contracts.catalogue import Entry, entries


@dataclass
class Server:
    """A server that answers with empty messages, fails where `failure` is set, and remembers the latest call."""

    address: str
    failure: status_pb2.Status | None = None
    endless: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    seconds_left: float = 0.0
    ended: Event = field(default_factory=Event)

    def answer(self, entry: Entry, context: grpc.ServicerContext) -> Iterator[Any]:
        """The responses of one call."""
        self.metadata = dict(context.invocation_metadata())
        self.seconds_left = context.time_remaining() or float("inf")
        self.ended.clear()
        context.add_callback(self.ended.set)
        if self.failure is not None:
            details = (("grpc-status-details-bin", self.failure.SerializeToString()),)
            context.set_trailing_metadata(details)
            context.abort(_CODES[self.failure.code], self.failure.message)
        yield entry.response()
        while self.endless and context.is_active():
            yield entry.response()
            self.ended.wait(0.05)

    def fail(self, code: grpc.StatusCode, *details: Any) -> None:
        """From now on every call fails like this."""
        packed = [any_pb2.Any() for _ in details]
        for one, detail in zip(packed, details, strict=True):
            one.Pack(detail)
        self.failure = status_pb2.Status(code=code.value[0], message="as planned", details=packed)


_CODES = {code.value[0]: code for code in grpc.StatusCode}


def handlers(server: Server) -> tuple[grpc.GenericRpcHandler, ...]:
    """Every method of the contracts, all answered by the server."""
    services: dict[str, dict[str, Any]] = {}
    for entry in entries():
        services.setdefault(entry.method.service, {})[entry.method.name] = _handler(server, entry)
    return tuple(grpc.method_handlers_generic_handler(name, methods) for name, methods in services.items())


def _handler(server: Server, entry: Entry) -> object:
    coding: dict[str, Any] = {
        "request_deserializer": entry.request.FromString,
        "response_serializer": entry.response.SerializeToString,
    }
    if entry.method.streams:
        return grpc.unary_stream_rpc_method_handler(lambda _, context: server.answer(entry, context), **coding)
    return grpc.unary_unary_rpc_method_handler(lambda _, context: next(server.answer(entry, context)), **coding)
