"""The history of a finding, through the service, on a real database."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest_asyncio
from google.protobuf import json_format
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1 import finding_history_pb2_grpc
from xorb.core.v1.finding_history_pb2 import FindingChange, ListFindingChangesRequest
from xorb.core.v1.finding_pb2 import DismissFindingRequest, Finding, TriageFindingRequest, UpdateFindingRequest

from services.core.findings.history.service import FindingHistoryServicer
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.pages import Pager
from services.mesh.testing import serving
from tests.core.findings.conftest import KEY, Client
from tests.core.findings.messages import sighting

Stub = finding_history_pb2_grpc.FindingHistoryServiceStub


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def history(database: Database) -> AsyncIterator[Stub]:
    """A client of the service."""
    servicer = FindingHistoryServicer(database, Pager(KEY))

    def register(server: grpc.aio.Server) -> None:
        finding_history_pb2_grpc.add_FindingHistoryServiceServicer_to_server(servicer, server)

    async with serving(register, ["xorb.core.v1.FindingHistoryService"], database) as channel:
        yield Stub(channel)


async def page(history: Stub, client: Client, finding: str, **request: Any) -> tuple[list[FindingChange], str]:
    wanted = ListFindingChangesRequest(parent=finding, **request)
    response = await client.tenant.call(history.ListFindingChanges, wanted)
    return list(response.finding_changes), response.next_page_token


def fields(change: FindingChange) -> dict[str, tuple[object, object]]:
    return {
        one.field: (json_format.MessageToDict(one.before), json_format.MessageToDict(one.after))
        for one in change.fields
    }


async def worked(client: Client) -> Finding:
    """A finding that was triaged, reworded and dismissed."""
    finding = await client.seen()
    call, stub = client.tenant.call, client.findings
    await call(stub.TriageFinding, TriageFindingRequest(name=finding.name))
    changed = Finding(name=finding.name, title="HSTS is missing", severity="HIGH")
    mask = FieldMask(paths=["title", "severity"])
    await call(stub.UpdateFinding, UpdateFindingRequest(finding=changed, update_mask=mask))
    await call(stub.DismissFinding, DismissFindingRequest(name=finding.name, reason="canary"))
    return finding


async def test_every_change_says_who_changed_what(client: Client, history: Stub) -> None:
    finding = await worked(client)
    changes, _ = await page(history, client, finding.name)
    assert [change.metadata.type.removeprefix("finding.") for change in changes] == [
        *("dismissed", "updated", "triaged", "created")
    ]
    dismissed, updated, triaged, created = changes
    assert fields(updated) == {"title": ("No HSTS", "HSTS is missing"), "severity": ("MEDIUM", "HIGH")}
    assert fields(triaged) == {"state": ("OPEN", "TRIAGED")}
    assert fields(dismissed) == {"state": ("TRIAGED", "DISMISSED")}
    assert fields(created) == {}
    assert updated.metadata.actor.startswith("accounts/")
    assert created.metadata.actor == "spiffe://xorb/orchestrator"
    assert updated.name == f"{finding.name}/findingChanges/{updated.metadata.event_id}"
    assert "canary" not in str(changes)


async def test_the_last_of_a_page_knows_what_was_before(client: Client, history: Stub) -> None:
    finding = await worked(client)
    whole, _ = await page(history, client, finding.name)
    first, token = await page(history, client, finding.name, page_size=2)
    second, end = await page(history, client, finding.name, page_size=2, page_token=token)
    assert [*first, *second] == whole
    assert not end


async def test_a_finding_s_history_is_its_own(client: Client, stranger: Client, history: Stub) -> None:
    finding = await client.seen()
    await client.record(sighting(client.tenant, location="https://example.com/other"))
    changes, _ = await page(history, client, finding.name)
    assert {change.metadata.resource for change in changes} == {finding.name}
    asked = ListFindingChangesRequest(parent=finding.name)
    assert (await stranger.tenant.refused(history.ListFindingChanges, asked)).reason is Reason.NOT_FOUND
    missing = ListFindingChangesRequest(parent=f"{client.tenant.name}/findings/{identifiers.new()}")
    assert (await client.tenant.refused(history.ListFindingChanges, missing)).reason is Reason.NOT_FOUND
