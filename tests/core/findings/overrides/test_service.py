"""People decide how grave findings are, through the service, on a real database."""

from collections.abc import AsyncIterator

import grpc.aio
import pytest_asyncio
from sqlalchemy import text
from xorb.core.v1 import severity_override_pb2_grpc
from xorb.core.v1.finding_pb2 import CRITICAL, LOW, MEDIUM, Finding, Severity
from xorb.core.v1.severity_override_pb2 import (
    ClearSeverityOverrideRequest,
    GetSeverityOverrideRequest,
    OverrideSeverityRequest,
    SeverityOverride,
)

from services.core.findings.overrides.service import SeverityOverridesServicer
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.testing import call_of, serving
from tests.core.findings.conftest import Client
from tests.core.findings.messages import sighting
from tests.core.harness import events, new_tenant

Stub = severity_override_pb2_grpc.SeverityOverridesServiceStub


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def overrides(database: Database) -> AsyncIterator[Stub]:
    """A client of the service."""

    def register(server: grpc.aio.Server) -> None:
        servicer = SeverityOverridesServicer(database)
        severity_override_pb2_grpc.add_SeverityOverridesServiceServicer_to_server(servicer, server)

    async with serving(register, ["xorb.core.v1.SeverityOverridesService"], database) as channel:
        yield Stub(channel)


async def decide(client: Client, overrides: Stub, finding: Finding, severity: Severity = LOW) -> SeverityOverride:
    """A decision."""
    request = OverrideSeverityRequest(
        name=f"{finding.name}/severityOverride", severity=severity, reason="Only reached from inside: swordfish."
    )
    decided = await client.tenant.call(overrides.OverrideSeverity, request)
    assert isinstance(decided, SeverityOverride)
    return decided


async def test_a_decision_stays_whatever_is_seen(client: Client, overrides: Stub, database: Database) -> None:
    found = await client.seen()
    decided = await decide(client, overrides, found)
    assert (decided.severity, decided.computed_severity, decided.overridden) == (LOW, MEDIUM, True)
    assert (decided.reason, decided.actor[:9]) == ("Only reached from inside: swordfish.", "accounts/")
    await client.record(sighting(client.tenant, 5, severity="CRITICAL"))
    [listed] = await client.list(filter='severity = "LOW"')
    assert (listed.name, listed.sighting_count) == (found.name, 2)
    request = GetSeverityOverrideRequest(name=decided.name)
    now = await client.tenant.call(overrides.GetSeverityOverride, request)
    assert (now.severity, now.computed_severity, now.override_time) == (LOW, CRITICAL, decided.override_time)
    cleared = await client.tenant.call(
        overrides.ClearSeverityOverride, ClearSeverityOverrideRequest(name=decided.name, etag=now.etag)
    )
    assert (cleared.severity, cleared.overridden, cleared.reason) == (CRITICAL, False, "")
    await client.record(sighting(client.tenant, 6))
    assert [one.severity for one in await client.list()] == [MEDIUM]
    told = [one.event for one in await events(database, client.tenant.organization)]
    assert [one.type for one in told if "severity" in one.type] == [
        "finding.severity_overridden",
        "finding.severity_override_cleared",
    ]
    assert not any(b"swordfish" in one.snapshot for one in told)


async def test_what_is_refused(client: Client, overrides: Stub) -> None:
    found = await client.seen()
    name = f"{found.name}/severityOverride"
    clear = ClearSeverityOverrideRequest(name=name)
    failure = await client.tenant.refused(overrides.ClearSeverityOverride, clear)
    assert failure.reason is Reason.ILLEGAL_TRANSITION
    blank = OverrideSeverityRequest(name=name, severity=LOW, reason=" ")
    assert (await client.tenant.refused(overrides.OverrideSeverity, blank)).reason is Reason.INVALID_FIELD
    late = OverrideSeverityRequest(name=name, severity=LOW, reason="So it is.", etag="another")
    assert (await client.tenant.refused(overrides.OverrideSeverity, late)).reason is Reason.ETAG_MISMATCH
    viewer = await new_tenant(client.tenant.organization, ("viewer",))
    request = OverrideSeverityRequest(name=name, severity=LOW, reason="So it is.")
    assert (await viewer.refused(overrides.OverrideSeverity, request)).reason is Reason.PERMISSION_DENIED
    stranger = await new_tenant()
    get = GetSeverityOverrideRequest(name=name)
    assert (await stranger.refused(overrides.GetSeverityOverride, get)).reason is Reason.NOT_FOUND


async def test_why_is_stored_sealed(client: Client, overrides: Stub, database: Database) -> None:
    await decide(client, overrides, await client.seen())
    async with database.unit(call_of(client.tenant.organization)) as unit:
        [row] = (await unit.execute(text("SELECT reason FROM severity_overrides"))).all()
    assert b"swordfish" not in row.reason
