"""Clients of the acceptances service behind all layers, on a real database; tests keep its time themselves."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc.aio
import pytest_asyncio
from xorb.core.v1 import acceptance_pb2_grpc, deadline_pb2_grpc, finding_pb2_grpc
from xorb.core.v1.acceptance_pb2 import Acceptance, CreateAcceptanceRequest
from xorb.core.v1.finding_pb2 import Finding, ListFindingsRequest, RecordSightingsRequest, SightingReport

from services.core.findings.acceptances.covering import AcceptanceKeeper
from services.core.findings.acceptances.service import AcceptancesServicer
from services.core.findings.deadlines.service import DeadlinesServicer
from services.core.findings.service import FindingsServicer, SightingsServicer
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import bearer, call_of, service_token, serving
from tests.core.harness import Tenant, new_tenant

KEY = "k" * 32


@dataclass
class Alarm:
    """Remembers when somebody wants to be woken."""

    wanted: list[tuple[UUID, datetime]] = field(default_factory=list)

    async def wake(self, organization: UUID, at: datetime) -> None:
        """Notes a moment."""
        self.wanted.append((organization, at))


@dataclass(frozen=True)
class World:
    """An organization with somebody who asks and somebody who decides, and the way of scans."""

    database: Database
    asker: Tenant
    decider: Tenant
    acceptances: acceptance_pb2_grpc.AcceptancesServiceStub
    findings: finding_pb2_grpc.FindingsServiceStub
    sightings: finding_pb2_grpc.SightingsServiceStub
    orchestrator: tuple[tuple[str, str], ...]
    alarm: Alarm
    deadlines: deadline_pb2_grpc.DeadlinesServiceStub

    async def seen(self, *places: str, scan: str = "", **finding: Any) -> dict[str, Finding]:
        """Records sightings at places, and returns all findings by their place."""
        reports = []
        for place in places:
            content = {
                "target": f"{self.asker.name}/targets/{UUID(int=1)}",
                "check": "http.directory-listing",
                "asset": "example.com",
                "location": f"https://example.com/{place}",
                "title": "Files are listed",
                "severity": "MEDIUM",
                **finding,
            }
            report = SightingReport(sighting_id=str(identifiers.new()), executor="http", finding=Finding(**content))
            report.time.GetCurrentTime()
            reports.append(report)
        scan = scan or f"{self.asker.name}/scans/{identifiers.new()}"
        request = RecordSightingsRequest(parent=self.asker.name, scan=scan, sightings=reports)
        await self.sightings.RecordSightings(request, metadata=self.orchestrator, timeout=20)
        return await self.states()

    async def states(self) -> dict[str, Finding]:
        """Returns all findings by their place."""
        request = ListFindingsRequest(parent=self.asker.name, page_size=1000)
        response = await self.asker.call(self.findings.ListFindings, request)
        return {finding.location.rpartition("/")[2]: finding for finding in response.findings}

    async def ask(self, hours: float = 1, **fields: Any) -> Acceptance:
        """Returns a request for an acceptance that ends after some hours."""
        acceptance = Acceptance(**{"justification": "There is a proxy in front.", **fields})
        acceptance.expire_time.FromDatetime(datetime.now(UTC) + timedelta(hours=hours))
        request = CreateAcceptanceRequest(parent=self.asker.name, acceptance=acceptance)
        made = await self.asker.call(self.acceptances.CreateAcceptance, request)
        assert isinstance(made, Acceptance)
        return made

    async def tick(self, hours: float = 0) -> datetime | None:
        """Does what is due some hours from now, and returns when the next is."""
        later = datetime.now(UTC) + timedelta(hours=hours)
        call = call_of(self.asker.organization)
        return await AcceptanceKeeper().tick(self.database, call, later)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(
    database: Database, database_environment: dict[str, str]
) -> AsyncIterator[tuple[grpc.aio.Channel, Alarm]]:
    """A channel to the services, and what they want to be woken for."""
    redis, alarm = stream.connect(database_environment["XORB_REDIS_URL"]), Alarm()
    hub = Hub(database, redis, poll=0.05, audit=0.05)
    watcher = Watcher(database, hub, Signer(KEY))

    def register(server: grpc.aio.Server) -> None:
        acceptances = AcceptancesServicer(database, Pager(KEY), watcher, alarm)
        findings = FindingsServicer(database, Pager(KEY), watcher)
        acceptance_pb2_grpc.add_AcceptancesServiceServicer_to_server(acceptances, server)
        deadline_pb2_grpc.add_DeadlinesServiceServicer_to_server(DeadlinesServicer(database, alarm), server)
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(findings, server)
        finding_pb2_grpc.add_SightingsServiceServicer_to_server(SightingsServicer(database), server)

    names = [f"xorb.core.v1.{name}Service" for name in ("Acceptances", "Deadlines", "Findings", "Sightings")]
    async with serving(register, names, database) as channel:
        yield channel, alarm
    await hub.close()
    await redis.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def world(database: Database, served: tuple[grpc.aio.Channel, Alarm]) -> World:
    """An organization of the test's own."""
    channel, alarm = served
    asker = await new_tenant()
    return World(
        database,
        asker,
        await new_tenant(asker.organization, ("security_manager",)),
        acceptance_pb2_grpc.AcceptancesServiceStub(channel),
        finding_pb2_grpc.FindingsServiceStub(channel),
        finding_pb2_grpc.SightingsServiceStub(channel),
        bearer(await service_token("orchestrator")),
        alarm,
        deadline_pb2_grpc.DeadlinesServiceStub(channel),
    )
