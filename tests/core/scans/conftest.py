"""The scans service behind all layers."""

from collections.abc import AsyncIterator

import grpc.aio
import pytest_asyncio
from temporalio.client import Client
from xorb.core.v1 import scan_pb2_grpc, target_pb2_grpc

from services.core.engagements.leave import leave
from services.core.scans.control import Control
from services.core.scans.ordering import Ordering
from services.core.scans.service import ScansServicer
from services.mesh.database import Database
from services.mesh.events.hub import Hub
from services.mesh.events.stream import connect
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import serving

KEY = "k" * 32
Stub = scan_pb2_grpc.ScansServiceStub


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stub(database: Database, database_environment: dict[str, str]) -> AsyncIterator[Stub]:
    """A client of the service; it knows Temporal, but no targets."""
    redis = connect(database_environment["XORB_REDIS_URL"])
    hub = Hub(database, redis)
    control = Control(await Client.connect(database_environment["XORB_TEMPORAL_ADDRESS"]))
    async with grpc.aio.insecure_channel("unix:nowhere") as nowhere:
        ordering = Ordering(database, target_pb2_grpc.TargetsServiceStub(nowhere), control, leave)
        servicer = ScansServicer(database, Pager(KEY), Watcher(database, hub, Signer(KEY)), ordering, control)

        def register(server: grpc.aio.Server) -> None:
            scan_pb2_grpc.add_ScansServiceServicer_to_server(servicer, server)

        async with serving(register, ["xorb.core.v1.ScansService"], database) as channel:
            yield Stub(channel)
    await hub.close()
    await redis.aclose()
