"""The services of reports and findings behind all layers, and the activities that render."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc.aio
import pytest_asyncio
from temporalio.client import Client as Temporal
from temporalio.testing import ActivityEnvironment
from xorb.core.v1 import (
    deadline_pb2,
    deadline_pb2_grpc,
    finding_pb2_grpc,
    report_pb2,
    report_pb2_grpc,
    report_template_pb2_grpc,
)
from xorb.core.v1.finding_pb2 import RecordSightingsRequest

from services.core.findings.deadlines.service import DeadlinesServicer
from services.core.findings.service import FindingsServicer, SightingsServicer
from services.core.reports.activities import ReportActivities
from services.core.reports.control import Control
from services.core.reports.orders import ReportOrder
from services.core.reports.service import Person, ReportsServicer
from services.core.reports.templates.service import ReportTemplatesServicer
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import bearer, service_token, serving
from tests.core.findings.acceptances.conftest import Alarm
from tests.core.findings.messages import sighting
from tests.core.harness import Tenant, new_tenant

KEY = "k" * 32


class Nobody:
    """Knows no account."""

    async def resolve(self, accounts: Iterable[UUID]) -> Mapping[UUID, Person]:
        """Returns none."""
        return {}


@dataclass(frozen=True)
class Client:
    """An organization's calls, and the work that its orders make."""

    tenant: Tenant
    reports: report_pb2_grpc.ReportsServiceStub
    templates: report_template_pb2_grpc.ReportTemplatesServiceStub
    findings: finding_pb2_grpc.FindingsServiceStub
    sightings: finding_pb2_grpc.SightingsServiceStub
    deadlines: deadline_pb2_grpc.DeadlinesServiceStub
    activities: ReportActivities

    async def seen(self, *findings: dict[str, Any]) -> None:
        """Records a sighting of each finding."""
        request = RecordSightingsRequest(
            parent=self.tenant.name,
            scan=f"{self.tenant.name}/scans/{identifiers.new()}",
            sightings=[sighting(self.tenant, **one) for one in findings],
        )
        await self.sightings.RecordSightings(request, metadata=bearer(await service_token("orchestrator")), timeout=20)

    async def allow(self, **days: int) -> None:
        """Sets the organization's policy: how many days findings of a severity may take."""
        allowances = [{"severity": severity, "days": number} for severity, number in days.items()]
        policy = deadline_pb2.DeadlinePolicy(name=f"{self.tenant.name}/deadlinePolicy", allowances=allowances)
        request = deadline_pb2.UpdateDeadlinePolicyRequest(deadline_policy=policy)
        await self.tenant.call(self.deadlines.UpdateDeadlinePolicy, request)

    async def ordered(self, *formats: str, **report: Any) -> report_pb2.Report:
        """Returns a report that was ordered."""
        wanted = report_pb2.Report(formats=formats or ("JSON",), **report)
        request = report_pb2.CreateReportRequest(parent=self.tenant.name, report=wanted)
        created: report_pb2.Report = await self.tenant.call(self.reports.CreateReport, request)
        return created

    async def rendered(self, report: report_pb2.Report) -> report_pb2.Report:
        """Returns a report after its rendering."""
        order = ReportOrder(str(self.tenant.organization), str(UUID(report.name.rpartition("/")[2])))
        await ActivityEnvironment().run(self.activities.render, order)
        return await self.get(report.name)

    async def get(self, name: str) -> report_pb2.Report:
        """Returns a report as it is."""
        found: report_pb2.Report = await self.tenant.call(
            self.reports.GetReport, report_pb2.GetReportRequest(name=name)
        )
        return found

    async def downloaded(self, file: report_pb2.ReportFile) -> bytes:
        """Returns a file's content, piece by piece."""
        content, offset = bytearray(), 0
        while True:
            request = report_pb2.GetReportFileRequest(name=file.name, offset=offset)
            piece = await self.tenant.call(self.reports.GetReportFile, request)
            content += piece.content
            offset = piece.next_offset
            if not offset:
                return bytes(content)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def channel(database: Database, database_environment: dict[str, str]) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the services."""
    redis = stream.connect(database_environment["XORB_REDIS_URL"])
    hub = Hub(database, redis, poll=0.05, audit=0.05)
    watcher = Watcher(database, hub, Signer(KEY))
    control = Control(await Temporal.connect(database_environment["XORB_TEMPORAL_ADDRESS"]))
    reports = ReportsServicer(database, Pager(KEY), watcher, control, Nobody())
    findings = FindingsServicer(database, Pager(KEY), watcher)

    def register(server: grpc.aio.Server) -> None:
        templates = ReportTemplatesServicer(database, Pager(KEY))
        report_pb2_grpc.add_ReportsServiceServicer_to_server(reports, server)
        report_template_pb2_grpc.add_ReportTemplatesServiceServicer_to_server(templates, server)
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(findings, server)
        finding_pb2_grpc.add_SightingsServiceServicer_to_server(SightingsServicer(database), server)
        deadline_pb2_grpc.add_DeadlinesServiceServicer_to_server(DeadlinesServicer(database, Alarm()), server)

    names = [
        f"xorb.core.v1.{one}Service" for one in ("Reports", "ReportTemplates", "Findings", "Sightings", "Deadlines")
    ]
    async with serving(register, names, database) as channel:
        yield channel
    await hub.close()
    await redis.aclose()


def connected(channel: grpc.aio.Channel, tenant: Tenant, database: Database) -> Client:
    """Returns a tenant's client."""
    return Client(
        tenant,
        report_pb2_grpc.ReportsServiceStub(channel),
        report_template_pb2_grpc.ReportTemplatesServiceStub(channel),
        finding_pb2_grpc.FindingsServiceStub(channel),
        finding_pb2_grpc.SightingsServiceStub(channel),
        deadline_pb2_grpc.DeadlinesServiceStub(channel),
        ReportActivities(database),
    )


@pytest_asyncio.fixture(loop_scope="session")
async def client(channel: grpc.aio.Channel, database: Database) -> Client:
    """A client of an organization of the test's own."""
    return connected(channel, await new_tenant(), database)
