"""The baseline of `bench.get_finding`: a gRPC server whose GetFinding returns the same message, without any layer."""

import asyncio
import sys
from typing import Any

import grpc.aio
import uvloop
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from xorb.core.v1 import finding_pb2, finding_pb2_grpc


class Empty(finding_pb2_grpc.FindingsServiceServicer):
    """Knows one finding."""

    def __init__(self, finding: finding_pb2.Finding) -> None:
        self._finding = finding

    async def GetFinding(self, request: finding_pb2.GetFindingRequest, context: Any) -> finding_pb2.Finding:  # noqa: ANN401, N802 - gRPC's
        """Returns the finding, whichever was asked for."""
        return self._finding


async def main(address: str, finding: finding_pb2.Finding) -> None:
    """Serves until it is killed."""
    server = grpc.aio.server()
    finding_pb2_grpc.add_FindingsServiceServicer_to_server(Empty(finding), server)
    healthy = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    await healthy.set("", health_pb2.HealthCheckResponse.SERVING)
    server.add_insecure_port(address)
    await server.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], finding_pb2.Finding.FromString(bytes.fromhex(sys.argv[2]))))
