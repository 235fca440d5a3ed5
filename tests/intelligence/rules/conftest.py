"""The service of detection rules behind all layers, on a real database."""

from collections.abc import AsyncIterator

import grpc.aio
import pytest_asyncio
from xorb.intelligence.v1 import detection_rule_pb2_grpc
from xorb.intelligence.v1.detection_rule_pb2_grpc import DetectionRulesServiceStub

from services.intelligence.rules.service import DetectionRulesServicer
from services.mesh.database import Database
from services.mesh.pages import Pager
from services.mesh.testing import serving
from tests.core.harness import Tenant, new_tenant


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(database_environment: dict[str, str]) -> AsyncIterator[Database]:
    """The database with the services' role, which needs no keys here."""
    database = Database.connect(database_environment["XORB_POSTGRES_DSN"])
    yield database
    await database.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rules(database: Database) -> AsyncIterator[DetectionRulesServiceStub]:
    """The service's stub."""

    def register(server: grpc.aio.Server) -> None:
        servicer = DetectionRulesServicer(database, Pager("k" * 32))
        detection_rule_pb2_grpc.add_DetectionRulesServiceServicer_to_server(servicer, server)

    async with serving(register, [], database) as channel:
        yield DetectionRulesServiceStub(channel)


@pytest_asyncio.fixture(loop_scope="session")
async def tenant() -> Tenant:
    """An organization of its own."""
    return await new_tenant()
