"""Clients of the engagements services behind all layers, on real components."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import grpc.aio
import pytest_asyncio
import temporalio.client
from xorb.core.v1 import checklist_pb2_grpc, engagement_pb2, engagement_pb2_grpc
from xorb.core.v1.engagement_pb2 import CreateEngagementRequest, Engagement

from services.core.engagements.changes import Known
from services.core.engagements.checklists.service import ChecklistsServicer
from services.core.engagements.service import EngagementsServicer
from services.core.findings import store as findings
from services.core.findings.existence import store as existence
from services.core.organizations.members import store as members
from services.core.scans.control import Control
from services.core.scans.halting import EngagedScans
from services.core.targets import domain as target_domain
from services.core.targets import store as targets
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import call_of, serving
from tests.core.findings import samples
from tests.core.harness import Tenant, new_tenant

KEY = "k" * 32


@dataclass(frozen=True)
class Client:
    """An organization's calls."""

    tenant: Tenant
    engagements: engagement_pb2_grpc.EngagementsServiceStub
    checklists: checklist_pb2_grpc.ChecklistsServiceStub
    database: Database

    async def target(self) -> str:
        """Returns the name of a new target of the organization."""
        identifier = identifiers.new()
        address = target_domain.Address(target_domain.Kind.HOST, f"{identifier}.example.com")
        registered = target_domain.register(identifier, address, datetime.now(UTC))
        async with self.database.unit(call_of(self.tenant.organization)) as unit:
            await targets.add(unit, registered)
        return f"{self.tenant.name}/targets/{registered.id}"

    async def finding(self) -> str:
        """Returns the name of a new finding of the organization."""
        found = samples.finding()
        async with self.database.unit(call_of(self.tenant.organization)) as unit:
            await findings.write(unit, [found])
        return f"{self.tenant.name}/findings/{found.id}"

    async def draft(self, **fields: Any) -> Engagement:
        """Returns a new engagement."""
        request = CreateEngagementRequest(
            parent=self.tenant.name, engagement=Engagement(**{"display_name": "Spring test", **fields})
        )
        drafted = await self.tenant.call(self.engagements.CreateEngagement, request)
        assert isinstance(drafted, Engagement)
        return drafted

    async def do(self, verb: str, name: str, **fields: Any) -> Engagement:
        """Returns an engagement after a call such as `Start`."""
        method, request = self.method(verb, name, **fields)
        changed = await self.tenant.call(method, request)
        assert isinstance(changed, Engagement)
        return changed

    def method(self, verb: str, name: str, **fields: Any) -> tuple[Any, Any]:
        """Returns the method of a verb such as `Start`, and its request."""
        request = getattr(engagement_pb2, f"{verb}EngagementRequest")(name=name, **fields)
        return getattr(self.engagements, f"{verb}Engagement"), request


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def channel(database: Database, database_environment: dict[str, str]) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the services."""
    redis = stream.connect(database_environment["XORB_REDIS_URL"])
    hub = Hub(database, redis, poll=0.05, audit=0.05)
    scans = EngagedScans(Control(await temporalio.client.Client.connect(database_environment["XORB_TEMPORAL_ADDRESS"])))
    watcher = Watcher(database, hub, Signer(KEY))
    servicer = EngagementsServicer(database, Pager(KEY), watcher, Known(targets.missing, members.missing), scans)

    def register(server: grpc.aio.Server) -> None:
        engagement_pb2_grpc.add_EngagementsServiceServicer_to_server(servicer, server)
        checklists = ChecklistsServicer(database, Pager(KEY), members.missing, existence.missing)
        checklist_pb2_grpc.add_ChecklistsServiceServicer_to_server(checklists, server)

    async with serving(
        register, ["xorb.core.v1.EngagementsService", "xorb.core.v1.ChecklistsService"], database
    ) as opened:
        yield opened
    await hub.close()
    await redis.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def client(channel: grpc.aio.Channel, database: Database) -> Client:
    """A client of a new organization."""
    engagements = engagement_pb2_grpc.EngagementsServiceStub(channel)
    return Client(await new_tenant(), engagements, checklist_pb2_grpc.ChecklistsServiceStub(channel), database)
