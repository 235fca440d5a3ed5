"""Deadline policies behind all layers, on a real database."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1 import deadline_pb2_grpc
from xorb.core.v1.deadline_pb2 import DeadlinePolicy, GetDeadlinePolicyRequest, UpdateDeadlinePolicyRequest

from services.core.findings.deadlines.service import DeadlinesServicer
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.testing import serving
from tests.core.findings.acceptances.conftest import Alarm
from tests.core.harness import Tenant, events, new_tenant

HOURS = [{"weekday": day, "start": "09:00", "end": "17:30"} for day in range(1, 6)]
CALENDAR = {"time_zone": "Europe/Berlin", "hours": HOURS, "holidays": ["2026-12-25"]}
ALLOWANCES = [
    {"severity": "CRITICAL", "criticality": "CRITICAL", "business_hours": 16},
    {"severity": "CRITICAL", "days": 7},
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stub(database: Database) -> AsyncIterator[deadline_pb2_grpc.DeadlinesServiceStub]:
    """A client of the service."""

    def register(server: grpc.aio.Server) -> None:
        deadline_pb2_grpc.add_DeadlinesServiceServicer_to_server(DeadlinesServicer(database, Alarm()), server)

    async with serving(register, ["xorb.core.v1.DeadlinesService"], database) as channel:
        yield deadline_pb2_grpc.DeadlinesServiceStub(channel)


@pytest_asyncio.fixture(loop_scope="session")
async def tenant() -> Tenant:
    """An organization of the test's own."""
    return await new_tenant()


def update(tenant: Tenant, *, mask: str = "", **fields: Any) -> UpdateDeadlinePolicyRequest:
    """Returns a request to change the organization's policy."""
    policy = DeadlinePolicy(name=f"{tenant.name}/deadlinePolicy", **fields)
    return UpdateDeadlinePolicyRequest(deadline_policy=policy, update_mask=FieldMask(paths=mask.split()))


async def test_a_policy(stub: deadline_pb2_grpc.DeadlinesServiceStub, tenant: Tenant, database: Database) -> None:
    get = GetDeadlinePolicyRequest(name=f"{tenant.name}/deadlinePolicy")
    none = await tenant.call(stub.GetDeadlinePolicy, get)
    assert (none.name, list(none.allowances), none.HasField("update_time")) == (get.name, [], False)
    made = await tenant.call(
        stub.UpdateDeadlinePolicy, update(tenant, allowances=ALLOWANCES, calendar=CALENDAR, warning={"seconds": 3600})
    )
    assert made == await tenant.call(stub.GetDeadlinePolicy, get)
    assert made.allowances == DeadlinePolicy(allowances=ALLOWANCES).allowances
    assert made.calendar == DeadlinePolicy(calendar=CALENDAR).calendar
    assert made.warning.seconds == 3600
    shorter = await tenant.call(stub.UpdateDeadlinePolicy, update(tenant, mask="warning", etag=made.etag))
    assert (shorter.warning.seconds, shorter.calendar) == (0, made.calendar)
    assert [one.event.type for one in await events(database, tenant.organization)] == ["deadline.updated"] * 2
    stale = await tenant.refused(stub.UpdateDeadlinePolicy, update(tenant, etag=made.etag))
    assert stale.reason is Reason.ETAG_MISMATCH


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"allowances": ALLOWANCES[:1]}, "working hours"),
        ({"allowances": [ALLOWANCES[1]] * 2}, "same severity"),
        ({"allowances": [{"severity": "LOW"}]}, "days or business_hours"),
        ({"calendar": {"time_zone": "Mars/Olympus"}}, "no time zone"),
        ({"calendar": {"hours": [HOURS[0], {"weekday": 1, "start": "17:00", "end": "18:00"}]}}, "overlap"),
        ({"calendar": {"hours": [{"weekday": 1, "start": "17:00", "end": "09:00"}]}}, "isn't before"),
        ({"calendar": {"hours": [{"weekday": 1, "start": "17:60", "end": "24:00"}]}}, "written as"),
        ({"calendar": {"holidays": ["2026-02-30"]}}, "written as"),
    ],
)
async def test_a_policy_that_makes_no_sense(
    stub: deadline_pb2_grpc.DeadlinesServiceStub, tenant: Tenant, fields: dict[str, Any], text: str
) -> None:
    failure = await tenant.refused(stub.UpdateDeadlinePolicy, update(tenant, **fields))
    assert failure.reason is Reason.INVALID_FIELD
    assert text in str(failure.fields) + failure.message


async def test_who_may_not(stub: deadline_pb2_grpc.DeadlinesServiceStub, tenant: Tenant) -> None:
    analyst = await new_tenant(tenant.organization, ("analyst",))
    assert (await analyst.refused(stub.UpdateDeadlinePolicy, update(tenant))).reason is Reason.PERMISSION_DENIED
    other = await new_tenant()
    get = GetDeadlinePolicyRequest(name=f"{tenant.name}/deadlinePolicy")
    assert (await other.refused(stub.GetDeadlinePolicy, get)).reason is Reason.NOT_FOUND
