"""Clients of findings and dashboards behind all layers, on a real database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc.aio
import pytest_asyncio
from xorb.core.v1 import dashboard_pb2_grpc, finding_pb2_grpc
from xorb.core.v1.dashboard_pb2 import Dashboard, FindingCount, GetDashboardRequest
from xorb.core.v1.finding_pb2 import Finding, ListFindingsRequest, RecordSightingsRequest

from services.core.findings.dashboard.recounting.store import Difference, differences
from services.core.findings.dashboard.service import DashboardsServicer
from services.core.findings.service import FindingsServicer, SightingsServicer
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import bearer, call_of, service_token, serving
from tests.core.findings.messages import sighting
from tests.core.harness import Tenant, new_tenant

KEY = "k" * 32


@dataclass(frozen=True)
class World:
    """An organization with its findings and its dashboard."""

    database: Database
    tenant: Tenant
    findings: finding_pb2_grpc.FindingsServiceStub
    sightings: finding_pb2_grpc.SightingsServiceStub
    dashboards: dashboard_pb2_grpc.DashboardsServiceStub
    orchestrator: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """The dashboard's name."""
        return f"{self.tenant.name}/dashboard"

    async def seen(self, *places: str, tool: str = "", **finding: Any) -> dict[str, Finding]:
        """Records sightings at places, by a scan or a tool's import, and returns all findings by their place."""
        reports = [sighting(self.tenant, location=f"https://example.com/{place}", **finding) for place in places]
        imported = {"import": f"{self.tenant.name}/imports/{identifiers.new()}"}
        scanned = {"scan": f"{self.tenant.name}/scans/{identifiers.new()}"}
        for report in reports:
            report.tool = tool
            if tool:
                report.executor = ""
        by: dict[str, Any] = imported if tool else scanned
        request = RecordSightingsRequest(parent=self.tenant.name, sightings=reports, **by)
        await self.sightings.RecordSightings(request, metadata=self.orchestrator, timeout=20)
        return {finding.location.rpartition("/")[2]: finding for finding in await self.listed("")}

    async def listed(self, expression: str) -> list[Finding]:
        """Returns all findings of a filter."""
        found: list[Finding] = []
        request = ListFindingsRequest(parent=self.tenant.name, filter=expression, page_size=1000)
        while True:
            page = await self.tenant.call(self.findings.ListFindings, request)
            found += page.findings
            request.page_token = page.next_page_token
            if not request.page_token:
                return found

    async def board(self, expression: str = "") -> Dashboard:
        """Returns the counters."""
        request = GetDashboardRequest(name=self.name, filter=expression)
        board = await self.tenant.call(self.dashboards.GetDashboard, request)
        assert isinstance(board, Dashboard)
        return board

    async def wrong(self) -> list[Difference]:
        """Returns the counters that aren't what a recount comes to."""
        return await wrong(self.database, self.tenant.organization)

    async def listed_otherwise(self, board: Dashboard) -> list[FindingCount]:
        """Returns the counts of which their filters list another number."""
        return [count for count in counts(board) if count.count != len(await self.listed(count.filter))]


async def wrong(database: Database, organization: UUID) -> list[Difference]:
    """Returns an organization's counters that aren't what a recount comes to."""
    async with database.unit(call_of(organization)) as unit:
        return await differences(unit)


def counts(board: Dashboard) -> list[FindingCount]:
    """Returns every count with a filter that a dashboard has."""
    deadlines = board.deadlines
    return [
        board.open,
        *(deadlines.none, deadlines.within, deadlines.near, deadlines.breached),
        *(board.risk_accepted, board.waiting_for_retest),
        *(one.findings for one in board.severities),
        *(one.findings for one in board.states),
        *(one.findings for one in board.assets),
        *(one.findings for asset in board.assets for one in asset.severities),
        *(one.findings for one in board.tools),
        *(one.findings for one in board.remediation_times),
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def channel(database: Database, database_environment: dict[str, str]) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the services; what a watch has to find out itself it does at once."""
    redis = stream.connect(database_environment["XORB_REDIS_URL"])
    hub = Hub(database, redis, poll=0.05, audit=0.05)
    watcher = Watcher(database, hub, Signer(KEY), heartbeat=0.5)

    def register(server: grpc.aio.Server) -> None:
        findings = FindingsServicer(database, Pager(KEY), watcher)
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(findings, server)
        finding_pb2_grpc.add_SightingsServiceServicer_to_server(SightingsServicer(database), server)
        dashboards = DashboardsServicer(database, watcher, pause=0.05, look=0.1)
        dashboard_pb2_grpc.add_DashboardsServiceServicer_to_server(dashboards, server)

    names = [f"xorb.core.v1.{name}Service" for name in ("Findings", "Sightings", "Dashboards")]
    async with serving(register, names, database) as channel:
        yield channel
    await hub.close()
    await redis.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def world(database: Database, channel: grpc.aio.Channel) -> World:
    """An organization of the test's own."""
    return World(
        database,
        await new_tenant(),
        finding_pb2_grpc.FindingsServiceStub(channel),
        finding_pb2_grpc.SightingsServiceStub(channel),
        dashboard_pb2_grpc.DashboardsServiceStub(channel),
        bearer(await service_token("orchestrator")),
    )
