"""A decision about how grave a finding is sets its deadline anew; a second import of the same file changes neither."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import grpc.aio
import pytest_asyncio
from xorb.core.v1 import deadline_pb2_grpc, severity_override_pb2_grpc
from xorb.core.v1.deadline_pb2 import DeadlinePolicy, UpdateDeadlinePolicyRequest
from xorb.core.v1.finding_pb2 import CRITICAL, LOW, MEDIUM, Finding, RecordSightingsRequest
from xorb.core.v1.severity_override_pb2 import ClearSeverityOverrideRequest, OverrideSeverityRequest

from services.core.findings.deadlines.service import DeadlinesServicer
from services.core.findings.overrides.service import SeverityOverridesServicer
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.testing import serving
from tests.core.findings.acceptances.conftest import Alarm
from tests.core.findings.conftest import Client
from tests.core.findings.messages import sighting

Overrides = severity_override_pb2_grpc.SeverityOverridesServiceStub
DAYS = {"CRITICAL": 7, "MEDIUM": 30, "LOW": 90}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def services(database: Database) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the services that decide and that set deadlines."""

    def register(server: grpc.aio.Server) -> None:
        overrides, deadlines = SeverityOverridesServicer(database), DeadlinesServicer(database, Alarm())
        severity_override_pb2_grpc.add_SeverityOverridesServiceServicer_to_server(overrides, server)
        deadline_pb2_grpc.add_DeadlinesServiceServicer_to_server(deadlines, server)

    names = ["xorb.core.v1.SeverityOverridesService", "xorb.core.v1.DeadlinesService"]
    async with serving(register, names, database) as channel:
        yield channel


async def allow(client: Client, services: grpc.aio.Channel) -> None:
    """Gives the organization a policy."""
    allowances = [{"severity": severity, "days": days} for severity, days in DAYS.items()]
    policy = DeadlinePolicy(name=f"{client.tenant.name}/deadlinePolicy", allowances=allowances)
    stub = deadline_pb2_grpc.DeadlinesServiceStub(services)
    await client.tenant.call(stub.UpdateDeadlinePolicy, UpdateDeadlinePolicyRequest(deadline_policy=policy))


async def bring(client: Client, severity: str = "MEDIUM") -> Finding:
    """Imports a file in which one weakness is, and returns the only finding."""
    one = f"{client.tenant.name}/imports/{identifiers.new()}"
    said = [sighting(client.tenant, severity=severity)]
    request = RecordSightingsRequest(parent=client.tenant.name, sightings=said, **{"import": one})
    await client.sightings.RecordSightings(request, metadata=client.orchestrator, timeout=20)
    [found] = await client.list()
    return found


def took(finding: Finding) -> timedelta:
    """How long a finding may take."""
    due: datetime = finding.due_time.ToDatetime()
    return due - finding.first_seen_time.ToDatetime()


async def test_its_deadline_is_that_of_the_decision(client: Client, services: grpc.aio.Channel) -> None:
    await allow(client, services)
    found = await bring(client)
    assert (found.severity, took(found)) == (MEDIUM, timedelta(days=30))
    overrides, name = Overrides(services), f"{found.name}/severityOverride"
    for severity, days in ((LOW, 90), (CRITICAL, 7)):
        decide = OverrideSeverityRequest(name=name, severity=severity, reason="It depends.")
        await client.tenant.call(overrides.OverrideSeverity, decide)
        [decided] = await client.list()
        assert (decided.severity, took(decided)) == (severity, timedelta(days=days))
    await client.tenant.call(overrides.ClearSeverityOverride, ClearSeverityOverrideRequest(name=name))
    [cleared] = await client.list()
    assert (cleared.severity, cleared.due_time) == (MEDIUM, found.due_time)


async def test_an_import_changes_neither(client: Client, services: grpc.aio.Channel) -> None:
    await allow(client, services)
    name = f"{(await bring(client)).name}/severityOverride"
    decide = OverrideSeverityRequest(name=name, severity=LOW, reason="Only reached from inside.")
    await client.tenant.call(Overrides(services).OverrideSeverity, decide)
    [decided] = await client.list()
    for severity in ("MEDIUM", "CRITICAL"):
        again = await bring(client, severity)
        assert (again.name, again.severity, again.due_time) == (decided.name, LOW, decided.due_time)
