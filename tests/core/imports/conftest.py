"""The imports service behind all layers, with nobody who works on what it takes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeAlias

import grpc.aio
import pytest_asyncio
from temporalio.client import Client
from xorb.core.v1 import import_pb2, import_pb2_grpc

from services.core.engagements.leave import leave
from services.core.imports.control import Control
from services.core.imports.domain import BLOCK, Bounds
from services.core.imports.receiving import Receiver
from services.core.imports.service import ImportsServicer
from services.mesh.database import Database
from services.mesh.events.hub import Hub
from services.mesh.events.stream import connect
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import serving
from tests.core.harness import Tenant, new_tenant

KEY = "k" * 32
BOUNDS = Bounds(file=3 * BLOCK, organization=5 * BLOCK)
Stub = import_pb2_grpc.ImportsServiceStub
Call: TypeAlias = "grpc.aio.StreamStreamCall[import_pb2.ImportFindingsRequest, import_pb2.ImportFindingsResponse]"


@dataclass(frozen=True)
class Importer:
    """An organization's calls of the service."""

    tenant: Tenant
    stub: Stub

    async def begin(self, **fields: object) -> import_pb2.Import:
        """Begins an import."""
        request = import_pb2.CreateImportRequest(parent=self.tenant.name)
        request.file_import.SetInParent()
        request.file_import.MergeFrom(import_pb2.Import(**fields))  # type: ignore[arg-type]  # of the test's choice
        created = await self.tenant.call(self.stub.CreateImport, request)
        assert isinstance(created, import_pb2.Import)
        return created

    async def get(self, name: str) -> import_pb2.Import:
        """Returns an import."""
        found = await self.tenant.call(self.stub.GetImport, import_pb2.GetImportRequest(name=name))
        assert isinstance(found, import_pb2.Import)
        return found

    def send(self, name: str, *pieces: bytes, offset: int = 0, finish: bool = False) -> Call:
        """Sends pieces of a file."""

        async def requests() -> AsyncIterator[import_pb2.ImportFindingsRequest]:
            head = import_pb2.ImportFindingsRequest(name=name, offset=offset, finish=finish)
            for piece in pieces or (b"",):
                head.content.data = piece
                yield head
                head = import_pb2.ImportFindingsRequest()

        call: Call = self.stub.ImportFindings(requests(), metadata=self.tenant.metadata, timeout=20)
        return call


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stub(database: Database, database_environment: dict[str, str]) -> AsyncIterator[Stub]:
    """A client of the service."""
    redis = connect(database_environment["XORB_REDIS_URL"])
    hub = Hub(database, redis)
    control = Control(await Client.connect(database_environment["XORB_TEMPORAL_ADDRESS"]))
    receiver = Receiver(database, control, BOUNDS, patience=1.0)
    servicer = ImportsServicer(database, Pager(KEY), Watcher(database, hub, Signer(KEY)), receiver, control, leave)

    def register(server: grpc.aio.Server) -> None:
        import_pb2_grpc.add_ImportsServiceServicer_to_server(servicer, server)

    async with serving(register, ["xorb.core.v1.ImportsService"], database) as channel:
        yield Stub(channel)
    await hub.close()
    await redis.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def importer(stub: Stub) -> Importer:
    """An organization that imports."""
    return Importer(await new_tenant(), stub)
