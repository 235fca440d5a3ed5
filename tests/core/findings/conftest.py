"""Clients of the findings services behind all layers, on real components."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc.aio
import pytest_asyncio
from xorb.core.v1 import finding_pb2_grpc, separation_pb2_grpc
from xorb.core.v1.finding_pb2 import Finding, ListFindingsRequest, RecordSightingsRequest, RecordSightingsResponse

from services.core.findings.separations.service import SeparationsServicer
from services.core.findings.service import FindingsServicer, SightingsServicer
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import bearer, service_token, serving
from tests.core.findings.messages import sighting
from tests.core.harness import Tenant, new_tenant

KEY = "k" * 32


@dataclass(frozen=True)
class Client:
    """An organization's calls, and those of a scan of its own."""

    tenant: Tenant
    findings: finding_pb2_grpc.FindingsServiceStub
    sightings: finding_pb2_grpc.SightingsServiceStub
    separations: separation_pb2_grpc.SeparationsServiceStub
    orchestrator: tuple[tuple[str, str], ...]

    async def record(self, *reports: Any, scan: str = "") -> RecordSightingsResponse:
        """Records a batch of sightings."""
        scan = scan or f"{self.tenant.name}/scans/{identifiers.new()}"
        request = RecordSightingsRequest(parent=self.tenant.name, scan=scan, sightings=reports)
        response = await self.sightings.RecordSightings(request, metadata=self.orchestrator, timeout=20)
        assert isinstance(response, RecordSightingsResponse)
        return response

    async def seen(self, **finding: Any) -> Finding:
        """Records one sighting and returns what is now the only finding, or the gravest."""
        await self.record(sighting(self.tenant, **finding))
        return (await self.list())[0]

    async def list(self, **request: Any) -> list[Finding]:
        """Returns a page of findings."""
        request = {"parent": self.tenant.name, **request}
        response = await self.tenant.call(self.findings.ListFindings, ListFindingsRequest(**request))
        return list(response.findings)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def channel(database: Database, database_environment: dict[str, str]) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the services."""
    redis = stream.connect(database_environment["XORB_REDIS_URL"])
    hub = Hub(database, redis, poll=0.05, audit=0.05)
    findings = FindingsServicer(database, Pager(KEY), Watcher(database, hub, Signer(KEY)))

    def register(server: grpc.aio.Server) -> None:
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(findings, server)
        finding_pb2_grpc.add_SightingsServiceServicer_to_server(SightingsServicer(database), server)

        separations = SeparationsServicer(database, Pager(KEY))
        separation_pb2_grpc.add_SeparationsServiceServicer_to_server(separations, server)

    names = [f"xorb.core.v1.{name}Service" for name in ("Findings", "Sightings", "Separations")]
    async with serving(register, names, database) as channel:
        yield channel
    await hub.close()
    await redis.aclose()


async def connect(channel: grpc.aio.Channel, tenant: Tenant) -> Client:
    """Returns a tenant's client."""
    findings = finding_pb2_grpc.FindingsServiceStub(channel)
    sightings = finding_pb2_grpc.SightingsServiceStub(channel)
    separations = separation_pb2_grpc.SeparationsServiceStub(channel)
    return Client(tenant, findings, sightings, separations, bearer(await service_token("orchestrator")))


@pytest_asyncio.fixture(loop_scope="session")
async def client(channel: grpc.aio.Channel) -> Client:
    """A client of an organization of the test's own."""
    return await connect(channel, await new_tenant())


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(channel: grpc.aio.Channel) -> Client:
    """A client of another organization."""
    return await connect(channel, await new_tenant())
