"""The baseline of reads: a gRPC server that gives the same answer as the real one, without any layer."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import uvloop
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from xorb.core.v1 import finding_pb2

_SERVICE = finding_pb2.DESCRIPTOR.services_by_name["FindingsService"]


def handler(answer: Message) -> Callable[[Message, Any], Awaitable[Message]]:
    """Returns a handler that knows one answer."""

    async def handle(_request: Message, _context: Any) -> Message:  # noqa: ANN401 - gRPC's
        return answer

    return handle


async def main(address: str, method: str, answer: bytes) -> None:
    """Serves one method of the findings service until it is killed."""
    described = _SERVICE.methods_by_name[method]
    served = grpc.unary_unary_rpc_method_handler(
        handler(GetMessageClass(described.output_type).FromString(answer)),
        request_deserializer=GetMessageClass(described.input_type).FromString,
        response_serializer=GetMessageClass(described.output_type).SerializeToString,
    )
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE.full_name, {method: served}),))
    healthy = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    await healthy.set("", health_pb2.HealthCheckResponse.SERVING)
    server.add_insecure_port(address)
    await server.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]).read_bytes()))
