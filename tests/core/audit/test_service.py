"""The audit service behind all layers, on a real database: who is told what, and by which filters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc.aio
import pytest
import pytest_asyncio
from xorb.core.v1 import activity_pb2, activity_pb2_grpc, audit_pb2, audit_pb2_grpc
from xorb.core.v1.audit_pb2 import AUDIT_OUTCOME_DENIED, AUDIT_OUTCOME_SUCCEEDED, AuditEntry

from services.core.activity.service import ActivityServicer
from services.core.audit.service import AuditServicer
from services.mesh import identifiers
from services.mesh.audit.trail import Trail
from services.mesh.calls import ADDRESS
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import bearer, call_of, serving, token_for
from tests.core.harness import Tenant, new_tenant
from tests.mesh.audit.trails import trail_of
from tests.mesh.events.harness import eventually, finding_event

_KEY = "k" * 32
_LIST = "/xorb.core.v1.AuditService/ListAuditEntries"


@dataclass(frozen=True)
class Served:
    """The services, and how their trail is brought to the log."""

    channel: grpc.aio.Channel
    database: Database
    audit: Any = field(init=False)
    activity: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "audit", audit_pb2_grpc.AuditServiceStub(self.channel))
        object.__setattr__(self, "activity", activity_pb2_grpc.ActivityServiceStub(self.channel))

    async def entries(self, tenant: Tenant, text: str = "") -> list[AuditEntry]:
        """What an auditor of the organization is told."""
        request = audit_pb2.ListAuditEntriesRequest(parent=tenant.name, filter=text)
        return list((await tenant.call(self.audit.ListAuditEntries, request)).audit_entries)

    async def written(self, log: Any, outcome: str) -> None:
        """Wait until a decision is in a log."""

        async def is_there() -> bool:
            return any(row["outcome"] == outcome for row in await trail_of(self.database, log))

        await eventually(is_there, 5)


@asynccontextmanager
async def served(database: Database) -> AsyncIterator[Served]:
    """Both services that read the log, with a trail."""
    pager, trail = Pager(_KEY), Trail(database, pause=0.01)
    # Nothing is watched here, so the hub needs no Redis.
    watcher = Watcher(database, Hub(database, None), Signer(_KEY))  # type: ignore[arg-type]  # it is never asked

    def register(server: grpc.aio.Server) -> None:
        audit_pb2_grpc.add_AuditServiceServicer_to_server(AuditServicer(database, pager), server)
        activity_pb2_grpc.add_ActivityServiceServicer_to_server(ActivityServicer(database, pager, watcher), server)

    services = ["xorb.core.v1.AuditService", "xorb.core.v1.ActivityService"]
    async with trail.running(), serving(register, services, database, trail=trail) as channel:
        yield Served(channel, database)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def services(database: Database) -> AsyncIterator[Served]:
    async with served(database) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def tenant() -> Tenant:
    return await new_tenant()


async def viewer_of(tenant: Tenant, address: str = "198.51.100.7") -> Tenant:
    """Somebody of the organization who may not read the trail, and where they are."""
    colleague = await new_tenant(tenant.organization, ("viewer",))
    return Tenant(tenant.organization, (*colleague.metadata, (ADDRESS, address)))


async def test_a_refusal_is_told_with_all_its_fields(services: Served, tenant: Tenant) -> None:
    viewer = await viewer_of(tenant)
    request = audit_pb2.ListAuditEntriesRequest(parent=tenant.name)
    failure = await viewer.refused(services.audit.ListAuditEntries, request)
    assert failure.reason is Reason.PERMISSION_DENIED
    await services.written(tenant.organization, "DENIED")
    [entry] = await services.entries(tenant, "outcome = AUDIT_OUTCOME_DENIED")
    assert (entry.type, entry.method, entry.resource) == ("access.denied", _LIST, tenant.name)
    assert (entry.outcome, entry.reason, entry.occurrence_count) == (AUDIT_OUTCOME_DENIED, "PERMISSION_DENIED", 1)
    assert (entry.address, entry.actor[:9], len(entry.session)) == ("198.51.100.7", "accounts/", 36)
    assert entry.summary == "ListAuditEntries denied: PERMISSION_DENIED"


async def test_reading_the_trail_is_in_the_trail(services: Served, tenant: Tenant) -> None:
    await services.entries(tenant)
    await services.written(tenant.organization, "SUCCEEDED")
    [entry] = await services.entries(tenant)
    assert (entry.type, entry.outcome, entry.method) == ("access.allowed", AUDIT_OUTCOME_SUCCEEDED, _LIST)


async def test_changes_have_their_session_address_and_method(services: Served, tenant: Tenant) -> None:
    call = call_of(tenant.organization)
    call.method, call.address = "/xorb.core.v1.FindingsService/UpdateFinding", "192.0.2.9"
    async with services.database.unit(call) as unit:
        unit.record(finding_event(tenant.organization, "It changed"))
    [entry] = await services.entries(tenant, 'type = "finding.updated"')
    assert (entry.method, entry.address, entry.outcome) == (call.method, "192.0.2.9", AUDIT_OUTCOME_SUCCEEDED)
    assert entry.summary == "It changed"


@pytest.mark.parametrize(
    "text",
    [
        'address = "198.51.100.8"',
        'method = "{method}" AND address != "127.0.0.1"',
        'actor = "{actor}"',
        'session = "{session}"',
        'reason = "PERMISSION_DENIED"',
        'time > "2020-01-01T00:00:00Z" AND outcome >= AUDIT_OUTCOME_DENIED',
        'resource = "{resource}" AND outcome = AUDIT_OUTCOME_DENIED',
    ],
)
async def test_filters(services: Served, tenant: Tenant, text: str) -> None:
    viewer = await viewer_of(tenant, "198.51.100.8")
    await viewer.refused(services.audit.ListAuditEntries, audit_pb2.ListAuditEntriesRequest(parent=tenant.name))
    await services.written(tenant.organization, "DENIED")
    [entry] = await services.entries(tenant, 'type = "access.denied"')
    asked = text.format(method=_LIST, actor=entry.actor, session=entry.session, resource=tenant.name)
    assert [one.name for one in await services.entries(tenant, asked) if one.type == "access.denied"] == [entry.name]
    assert not [one for one in await services.entries(tenant, f"NOT ({asked})") if one.name == entry.name]


async def test_a_foreign_name_writes_into_ones_own_log(services: Served, tenant: Tenant) -> None:
    stranger = await new_tenant()
    request = audit_pb2.ListAuditEntriesRequest(parent=tenant.name)
    assert (await stranger.refused(services.audit.ListAuditEntries, request)).reason is Reason.NOT_FOUND
    await services.written(stranger.organization, "DENIED")
    [entry] = await services.entries(stranger, "outcome = AUDIT_OUTCOME_DENIED")
    assert (entry.reason, entry.resource) == ("NOT_FOUND", tenant.name)
    assert await trail_of(services.database, tenant.organization) == []


async def test_activity_shows_neither_decisions_nor_addresses(services: Served, tenant: Tenant) -> None:
    viewer = await viewer_of(tenant)
    await viewer.refused(services.audit.ListAuditEntries, audit_pb2.ListAuditEntriesRequest(parent=tenant.name))
    await services.written(tenant.organization, "DENIED")
    call = call_of(tenant.organization)
    call.address = "192.0.2.9"
    async with services.database.unit(call) as unit:
        unit.record(finding_event(tenant.organization, "It changed"))
    for reader in (viewer, tenant):
        request = activity_pb2.ListActivityRequest(parent=tenant.name)
        response = await reader.call(services.activity.ListActivity, request)
        assert [event.metadata.type for event in response.events] == ["finding.updated"]
        assert "192.0.2.9" not in str(response)


async def test_an_account_reads_its_own_trail_and_no_other(services: Served) -> None:
    account, other = identifiers.new(), identifiers.new()
    somebody = Tenant(account, bearer(await token_for(account)))
    async with services.database.unit(call_of(account, account)) as unit:
        unit.record(finding_event(account, "signed in", "account.signed_in"), account)
    request = audit_pb2.ListAccountAuditEntriesRequest(parent=f"accounts/{account}")
    found = (await somebody.call(services.audit.ListAccountAuditEntries, request)).audit_entries
    assert [(entry.type, entry.summary) for entry in found] == [("account.signed_in", "signed in")]
    assert found[0].name.startswith(f"accounts/{account}/auditEntries/")
    request.parent = f"accounts/{other}"
    failure = await somebody.refused(services.audit.ListAccountAuditEntries, request)
    assert failure.reason is Reason.NOT_FOUND
