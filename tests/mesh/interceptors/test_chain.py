"""The layers: their order, and what each lets pass."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from xorb.core.v1 import finding_pb2, finding_pb2_grpc, organization_pb2, organization_pb2_grpc

from services.core.organizations.service import OrganizationsServicer
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.interceptors import deadline
from services.mesh.interceptors.chain import chain
from services.mesh.pages import Pager
from services.mesh.testing import KEYS, TokenAccess, bearer, service_token, serving, token_for
from services.mesh.tokens import Verifier

SECRET = "hunter2-planted"


def test_the_order_of_the_layers() -> None:
    names = [type(layer).__name__ for layer in chain(Verifier(KEYS), None, None)]
    assert names == [
        "Telemetry",
        "Errors",
        "Audit",
        "Deadline",
        "Authentication",
        "Authorization",
        "Idempotency",
        "Validation",
    ]


@pytest.fixture(scope="module")
async def database(database_environment: dict[str, str]) -> AsyncIterator[Database]:
    opened = Database.connect(database_environment["XORB_POSTGRES_DSN"])
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def organizations(database: Database) -> AsyncIterator[organization_pb2_grpc.OrganizationsServiceStub]:
    servicer = OrganizationsServicer(database, Pager(secrets.token_urlsafe()), TokenAccess())

    def register(server: grpc.aio.Server) -> None:
        organization_pb2_grpc.add_OrganizationsServiceServicer_to_server(servicer, server)

    async with serving(register, ["xorb.core.v1.OrganizationsService"], database) as channel:
        yield organization_pb2_grpc.OrganizationsServiceStub(channel)


class Faulty(finding_pb2_grpc.FindingsServiceServicer):
    """Fails in every way a handler can."""

    async def GetFinding(self, request: finding_pb2.GetFindingRequest, context: Any) -> finding_pb2.Finding:
        raise RuntimeError(SECRET)

    async def ListFindings(self, request: Any, context: Any) -> finding_pb2.ListFindingsResponse:
        await asyncio.sleep(60)
        return finding_pb2.ListFindingsResponse()

    async def WatchFindings(self, request: Any, context: Any) -> AsyncIterator[finding_pb2.WatchFindingsResponse]:
        yield finding_pb2.WatchFindingsResponse(resume_token="one")
        if request.filter == "fail":
            raise RuntimeError(SECRET)


@pytest.fixture(scope="module")
async def faulty() -> AsyncIterator[finding_pb2_grpc.FindingsServiceStub]:
    def register(server: grpc.aio.Server) -> None:
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(Faulty(), server)

    async with serving(register, ["xorb.core.v1.FindingsService"], None) as channel:
        yield finding_pb2_grpc.FindingsServiceStub(channel)


def _status(error: grpc.aio.AioRpcError) -> tuple[status_pb2.Status, error_details_pb2.ErrorInfo]:
    status = rpc_status.from_call(error)
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    return status, info


async def _refused(call: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code(), _status(caught.value)[1].reason


def _names(organization: UUID) -> tuple[str, str]:
    return f"organizations/{organization}", f"organizations/{organization}/findings/{identifiers.new()}"


async def test_an_unexpected_exception_leaks_no_text(
    faulty: finding_pb2_grpc.FindingsServiceStub, caplog: pytest.LogCaptureFixture
) -> None:
    organization = identifiers.new()
    token = await token_for(organization=organization)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await faulty.GetFinding(finding_pb2.GetFindingRequest(name=_names(organization)[1]), metadata=bearer(token))
    status, info = _status(caught.value)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert SECRET not in str(caught.value) + str(status)
    assert info.reason == "INTERNAL"
    assert info.metadata["error_id"] in status.message


async def test_a_stream_that_fails_half_way_ends_with_a_record_over_rest_and_with_a_status_over_grpc(
    faulty: finding_pb2_grpc.FindingsServiceStub,
) -> None:
    organization = identifiers.new()
    metadata = bearer(await token_for(organization=organization))
    request = finding_pb2.WatchFindingsRequest(parent=_names(organization)[0], filter="fail")
    over_rest = (*metadata, ("x-envoy-original-path", "/v1/x"))
    records = [record async for record in faulty.WatchFindings(request, metadata=over_rest)]
    assert [record.WhichOneof("record") for record in records] == [None, "end"]
    assert records[-1].end.code == 13
    assert SECRET not in str(records)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        _ = [record async for record in faulty.WatchFindings(request, metadata=metadata)]
    assert caught.value.code() is grpc.StatusCode.INTERNAL


async def test_a_whole_stream_over_rest_says_so(faulty: finding_pb2_grpc.FindingsServiceStub) -> None:
    organization = identifiers.new()
    metadata = (*bearer(await token_for(organization=organization)), ("x-envoy-original-path", "/v1/x"))
    request = finding_pb2.WatchFindingsRequest(parent=_names(organization)[0])
    records = [record async for record in faulty.WatchFindings(request, metadata=metadata)]
    assert (records[-1].WhichOneof("record"), records[-1].end.code) == ("end", 0)


async def test_a_call_ends_by_its_deadline(
    faulty: finding_pb2_grpc.FindingsServiceStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "DEFAULT_SECONDS", 0.2)
    organization = identifiers.new()
    request = finding_pb2.ListFindingsRequest(parent=_names(organization)[0])
    refused = await _refused(faulty.ListFindings(request, metadata=bearer(await token_for(organization=organization))))
    assert refused == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer nonsense", "Basic YTpi", "Bearer a.b.c"])
async def test_no_valid_token_no_call(
    organizations: organization_pb2_grpc.OrganizationsServiceStub, authorization: str | None
) -> None:
    metadata = () if authorization is None else (("authorization", authorization),)
    call = organizations.ListOrganizations(organization_pb2.ListOrganizationsRequest(), metadata=metadata)
    assert await _refused(call) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


async def test_a_service_is_no_account(organizations: organization_pb2_grpc.OrganizationsServiceStub) -> None:
    metadata = bearer(await service_token("orchestrator"))
    call = organizations.ListOrganizations(organization_pb2.ListOrganizationsRequest(), metadata=metadata)
    assert await _refused(call) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


async def test_roles_grant_what_they_grant(organizations: organization_pb2_grpc.OrganizationsServiceStub) -> None:
    organization = identifiers.new()
    request = organization_pb2.UpdateOrganizationRequest(
        organization=organization_pb2.Organization(name=_names(organization)[0])
    )
    for roles in ((), ("viewer",), ("nonsense",)):
        token = await token_for(organization=organization, roles=roles)
        refused = await _refused(organizations.UpdateOrganization(request, metadata=bearer(token)))
        assert refused == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")


async def test_a_repeated_request_gets_the_first_response(
    organizations: organization_pb2_grpc.OrganizationsServiceStub,
) -> None:
    metadata = bearer(await token_for())
    request = organization_pb2.CreateOrganizationRequest(
        organization=organization_pb2.Organization(display_name="Acme"), request_id=str(identifiers.new())
    )
    calls = [organizations.CreateOrganization(request, metadata=metadata) for _ in range(8)]
    first, *others = await asyncio.gather(*calls)
    assert all(other == first for other in others)
    listed = await organizations.ListOrganizations(organization_pb2.ListOrganizationsRequest(), metadata=metadata)
    assert [organization.name for organization in listed.organizations] == [first.name]
    request.organization.display_name = "Another"
    refused = await _refused(organizations.CreateOrganization(request, metadata=metadata))
    assert refused == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")


async def test_a_broken_rule_names_the_field(organizations: organization_pb2_grpc.OrganizationsServiceStub) -> None:
    request = organization_pb2.ListOrganizationsRequest(page_size=-1)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await organizations.ListOrganizations(request, metadata=bearer(await token_for()))
    status, info = _status(caught.value)
    fields = error_details_pb2.BadRequest()
    assert status.details[1].Unpack(fields)
    assert (info.reason, fields.field_violations[0].field) == ("INVALID_FIELD", "page_size")
