"""Is a gRPC server serving? Asked with the standard health service (``grpc.health.v1``)."""

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc


async def serving(target: str, service: str = "", seconds: float = 2.0) -> bool:
    """Whether the server at the gRPC name ``target`` answers SERVING for ``service`` within ``seconds``."""
    async with grpc.aio.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        try:
            answer = await check(health_pb2.HealthCheckRequest(service=service), timeout=seconds)
        except grpc.aio.AioRpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
