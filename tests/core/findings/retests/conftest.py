"""Clients of the re-tests service among members of an organization; tests take the part of scans and of Temporal."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import grpc.aio
import pytest_asyncio
from temporalio.testing import ActivityEnvironment
from xorb.core.v1 import finding_pb2_grpc, organization_pb2_grpc, retest_pb2_grpc
from xorb.core.v1.finding_pb2 import Finding, GetFindingRequest, RecordSightingsRequest
from xorb.core.v1.retest_pb2 import GetRetestRequest, RequestRetestRequest, Retest

from services.core.findings.notes.mentions import Colleagues
from services.core.findings.retests.activities import RetestActivities
from services.core.findings.retests.domain import Look
from services.core.findings.retests.orders import RetestOrder, Turn
from services.core.findings.retests.service import RetestsServicer
from services.mesh import names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import KEYS, bearer, service_token, serving
from services.mesh.tokens import Issuer, ServiceIdentity
from tests.core.findings.conftest import KEY
from tests.core.findings.messages import sighting
from tests.core.findings.notes.conftest import Author, Office, office

__all__ = ["office"]


@dataclass
class Scans:
    """What scans may do, as a test says."""

    opens: datetime | None = None
    refuses: Failure | None = None
    busy: Failure | None = None
    said: str = ""
    ordered: list[tuple[Look, UUID]] = field(default_factory=list)

    async def wait(self, unit: Unit, look: Look) -> datetime | None:
        """Refuses, or says when the window opens."""
        if self.refuses:
            raise self.refuses
        return self.opens

    async def order(self, unit: Unit, look: Look, identifier: UUID, display_name: str, creator: str) -> None:
        """Notes the order."""
        if self.busy:
            raise self.busy
        self.ordered.append((look, identifier))

    async def inconclusive(self, unit: Unit, identifier: UUID) -> str:
        """Says why nothing could be found out."""
        return self.said


@dataclass
class Workflows:
    """Which workflows were started and cancelled."""

    started: list[tuple[str, RetestOrder]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    async def start(self, name: str, order: RetestOrder) -> None:
        """Notes a start."""
        self.started.append((name, order))

    async def cancel(self, name: str) -> None:
        """Notes an end."""
        self.cancelled.append(name)


@dataclass(frozen=True)
class Practice:
    """The services, and what stands for scans and Temporal."""

    office: Office
    retests: retest_pb2_grpc.RetestsServiceStub
    findings: finding_pb2_grpc.FindingsServiceStub
    sightings: finding_pb2_grpc.SightingsServiceStub
    scans: Scans
    workflows: Workflows

    async def ask(self, who: Author, finding: str, **fields: Any) -> Retest:
        """A new re-test."""
        asked = await who.call(self.retests.RequestRetest, RequestRetestRequest(finding=finding, **fields))
        assert isinstance(asked, Retest)
        return asked

    async def get(self, who: Author, name: str) -> Retest:
        """A re-test with its evidence."""
        found = await who.call(self.retests.GetRetest, GetRetestRequest(name=name))
        assert isinstance(found, Retest)
        return found

    async def finding(self, who: Author, name: str) -> Finding:
        """A finding as it is now."""
        found = await who.call(self.findings.GetFinding, GetFindingRequest(name=name))
        assert isinstance(found, Finding)
        return found

    async def turn(self, retest: Retest) -> Turn:
        """What the re-test's workflow is told when it asks for its turn."""
        turn = await ActivityEnvironment().run(self._activities.take_turn, self._order(retest))
        assert isinstance(turn, Turn)
        return turn

    async def conclude(self, retest: Retest) -> None:
        """The conclusion that the workflow draws."""
        await ActivityEnvironment().run(self._activities.conclude, self._order(retest))

    async def sees(self, who: Author, scan: str, evidence: str, **finding: Any) -> None:
        """What a scan sees."""
        report = sighting(who, 1, evidence=evidence, **finding)
        request = RecordSightingsRequest(parent=who.name, scan=f"{who.name}/scans/{scan}", sightings=[report])
        metadata = bearer(await service_token("orchestrator"))
        await self.sightings.RecordSightings(request, metadata=metadata, timeout=20)

    @property
    def _activities(self) -> RetestActivities:
        return RetestActivities(self.office.database, self.scans)

    def _order(self, retest: Retest) -> RetestOrder:
        organization, identifier = names.parse("organizations/{organization}/retests/{retest}", retest.name)
        return RetestOrder(str(organization), str(identifier))


@pytest_asyncio.fixture(loop_scope="session")
async def practice(office: Office, database: Database, database_environment: dict[str, str]) -> AsyncIterator[Practice]:
    """The service behind all layers, on a real database."""
    redis = stream.connect(database_environment["XORB_REDIS_URL"])
    hub = Hub(database, redis, poll=0.05, audit=0.05)
    identity = ServiceIdentity(Issuer(KEYS), "spiffe://xorb/core")
    colleagues = Colleagues(organization_pb2_grpc.MembershipsServiceStub(office.members), identity)
    scans, workflows = Scans(), Workflows()
    watcher = Watcher(database, hub, Signer(KEY))
    servicer = RetestsServicer(database, Pager(KEY), watcher, colleagues, scans, workflows)

    def register(server: grpc.aio.Server) -> None:
        retest_pb2_grpc.add_RetestsServiceServicer_to_server(servicer, server)

    async with serving(register, ["xorb.core.v1.RetestsService"], database) as channel:
        yield Practice(
            office,
            retest_pb2_grpc.RetestsServiceStub(channel),
            finding_pb2_grpc.FindingsServiceStub(office.channel),
            finding_pb2_grpc.SightingsServiceStub(office.channel),
            scans,
            workflows,
        )
        await hub.close()
    await redis.aclose()
