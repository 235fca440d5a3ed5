"""The targets service behind all layers, on a real database, with proofs on real sites."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import grpc.aio
import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import delete, func, select, update
from xorb.core.v1 import target_pb2, target_pb2_grpc
from xorb.core.v1.target_pb2 import Target

from services.core.targets.addresses import Rules
from services.core.targets.ownership import Prover
from services.core.targets.service import TargetsServicer
from services.core.targets.store import TARGETS
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.pages import Pager
from services.mesh.testing import call_of, serving
from tests.core.harness import Tenant, events, new_tenant
from tests.executors.servers import Site, serve

PATH = "/.well-known/xorb-challenge"
Stub = target_pb2_grpc.TargetsServiceStub


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stub(database: Database) -> AsyncIterator[Stub]:
    """A client of the service."""
    rules = Rules(allow_loopback=True)
    servicer = TargetsServicer(database, Pager("k" * 32), rules, Prover(rules, seconds=1.0))

    def register(server: grpc.aio.Server) -> None:
        target_pb2_grpc.add_TargetsServiceServicer_to_server(servicer, server)

    async with serving(register, ["xorb.core.v1.TargetsService"], database) as channel:
        yield Stub(channel)


@pytest_asyncio.fixture(loop_scope="session")
async def tenant() -> Tenant:
    """An organization of the test's own."""
    return await new_tenant()


def creation(tenant: Tenant, request_id: str = "", **target: Any) -> target_pb2.CreateTargetRequest:
    return target_pb2.CreateTargetRequest(parent=tenant.name, target=Target(**target), request_id=request_id)


async def create(stub: Stub, tenant: Tenant, **target: Any) -> Target:
    response = await tenant.call(stub.CreateTarget, creation(tenant, **target))
    assert isinstance(response, Target)
    return response


def change(target: Target, *paths: str, **values: Any) -> target_pb2.UpdateTargetRequest:
    return target_pb2.UpdateTargetRequest(
        target=Target(name=target.name, **values), update_mask=FieldMask(paths=paths) if paths else None
    )


async def get(stub: Stub, tenant: Tenant, target: Target) -> Target:
    response = await tenant.call(stub.GetTarget, target_pb2.GetTargetRequest(name=target.name))
    assert isinstance(response, Target)
    return response


async def addresses(stub: Stub, tenant: Tenant, **request: Any) -> list[str]:
    response = await tenant.call(stub.ListTargets, target_pb2.ListTargetsRequest(parent=tenant.name, **request))
    return [getattr(target, target.WhichOneof("address")) for target in response.targets]


async def test_a_target_is_registered_and_read(stub: Stub, tenant: Tenant, database: Database) -> None:
    target = await create(stub, tenant, host="EXAMPLE.com.", excluded_addresses=["203.0.113.9/32"])
    assert target.name.startswith(f"{tenant.name}/targets/")
    assert target.host == "example.com"
    assert target.display_name == "example.com"
    assert list(target.excluded_addresses) == ["203.0.113.9"]
    assert target.verification_method == Target.DNS_TXT
    assert target.verification_state == Target.PENDING
    assert target.verification_token in target.verification_instructions
    assert not target.HasField("verify_time")
    assert target.create_time == target.update_time
    assert await get(stub, tenant, target) == target
    (event,) = await events(database, tenant.organization)
    assert (event.event.type, event.event.resource) == ("target.created", target.name)
    assert Target.FromString(event.event.snapshot) == target


@pytest.mark.parametrize(
    ("target", "reason", "field"),
    [
        ({}, Reason.INVALID_FIELD, ""),
        ({"host": "a" * 300}, Reason.INVALID_FIELD, "target.host"),
        ({"host": "a" * 250}, Reason.INVALID_FIELD, "target.host"),
        ({"host": ""}, Reason.INVALID_FIELD, "target.host"),
        ({"host": "2130706433"}, Reason.INVALID_FIELD, "target.host"),
        ({"host": "169.254.169.254"}, Reason.FORBIDDEN_TARGET, "target.host"),
        ({"host": "10.0.0.1"}, Reason.FORBIDDEN_TARGET, "target.host"),
        ({"cidr_block": "0.0.0.0/0"}, Reason.FORBIDDEN_TARGET, "target.cidr_block"),
        ({"cidr_block": "::/0"}, Reason.FORBIDDEN_TARGET, "target.cidr_block"),
        ({"cidr_block": "8.8.8.1/24"}, Reason.INVALID_FIELD, "target.cidr_block"),
        ({"url": "https://user:secret@example.com/"}, Reason.INVALID_FIELD, "target.url"),
        ({"url": "gopher://example.com/"}, Reason.INVALID_FIELD, "target.url"),
        ({"url": "https://example.com/" + "a" * 2048}, Reason.INVALID_FIELD, "target.url"),
        ({"host": "example.com", "excluded_addresses": ["all"]}, Reason.INVALID_FIELD, "target.excluded_addresses"),
        (
            {"cidr_block": "8.8.8.0/24", "excluded_addresses": ["8.8.0.0/16"]},
            Reason.FORBIDDEN_TARGET,
            "target.excluded_addresses",
        ),
        (
            {"cidr_block": "8.8.8.0/24", "verification_method": Target.DNS_TXT},
            Reason.INVALID_FIELD,
            "target.verification_method",
        ),
        ({"host": "example.com", "verification_method": 9}, Reason.INVALID_FIELD, "target.verification_method"),
        ({"host": "example.com", "display_name": "a" * 201}, Reason.INVALID_FIELD, "target.display_name"),
    ],
)
async def test_bad_input_names_the_field_and_leaves_nothing(
    stub: Stub, tenant: Tenant, database: Database, target: dict[str, Any], reason: Reason, field: str
) -> None:
    failure = await tenant.refused(stub.CreateTarget, creation(tenant, **target))
    assert failure.reason is reason
    assert [violation.field for violation in failure.fields] == [field]
    assert "secret" not in str(failure)
    assert await addresses(stub, tenant) == []
    assert await events(database, tenant.organization) == []


async def test_an_address_is_registered_once(stub: Stub, tenant: Tenant) -> None:
    await create(stub, tenant, url="https://example.com")
    failure = await tenant.refused(stub.CreateTarget, creation(tenant, url="HTTPS://EXAMPLE.COM:443/"))
    assert failure.reason is Reason.ALREADY_EXISTS
    assert "https://example.com/" in str(failure)
    await create(stub, tenant, host="example.com")
    await create(stub, await new_tenant(), url="https://example.com")


async def test_a_repeated_request_is_answered_like_the_first(stub: Stub, tenant: Tenant, database: Database) -> None:
    request = creation(tenant, str(identifiers.new()), host="example.com")
    first = await tenant.call(stub.CreateTarget, request)
    assert await tenant.call(stub.CreateTarget, request) == first
    assert len(await events(database, tenant.organization)) == 1


async def test_text_that_no_database_takes_is_refused_or_cleaned(stub: Stub, tenant: Tenant) -> None:
    target = await create(stub, tenant, host="example.com", display_name=" a\0b\nc ")
    assert target.display_name == "ab c"
    for fields in ({"host": "a\0.com"}, {"url": "https://a/\0"}, {"host": "a.com", "excluded_addresses": ["\0"]}):
        failure = await tenant.refused(stub.CreateTarget, creation(tenant, **fields))
        assert failure.reason is Reason.INVALID_FIELD


async def test_a_target_changes_as_far_as_it_may(stub: Stub, tenant: Tenant, database: Database) -> None:
    target = await create(stub, tenant, cidr_block="8.8.8.0/24", excluded_addresses=["8.8.8.1"])
    request = change(target, "display_name", display_name="Office", excluded_addresses=["8.8.8.2"], etag=target.etag)
    renamed = await tenant.call(stub.UpdateTarget, request)
    assert renamed.display_name == "Office"
    assert list(renamed.excluded_addresses) == ["8.8.8.1"]
    assert renamed.etag != target.etag
    assert (await tenant.refused(stub.UpdateTarget, request)).reason is Reason.ETAG_MISMATCH
    cleared = await tenant.call(stub.UpdateTarget, change(target, "*"))
    assert (cleared.display_name, list(cleared.excluded_addresses)) == ("8.8.8.0/24", [])
    renamed.display_name = "Sent back as it was read"
    renamed.etag = cleared.etag
    again = await tenant.call(stub.UpdateTarget, target_pb2.UpdateTargetRequest(target=renamed))
    assert again.display_name == "Sent back as it was read"
    assert await get(stub, tenant, target) == again
    types = [event.event.type for event in await events(database, tenant.organization)]
    assert types == ["target.created", "target.updated", "target.updated", "target.updated"]


@pytest.mark.parametrize(
    ("paths", "values", "reason"),
    [
        (["host"], {"host": "example.org"}, Reason.INVALID_UPDATE_MASK),
        ([], {"host": "example.org"}, Reason.INVALID_UPDATE_MASK),
        ([], {"url": "https://example.com"}, Reason.INVALID_UPDATE_MASK),
        (["verification_method"], {}, Reason.INVALID_UPDATE_MASK),
        (["verification_state"], {"verification_state": Target.VERIFIED}, Reason.INVALID_UPDATE_MASK),
        (["nonsense"], {}, Reason.INVALID_UPDATE_MASK),
        (["excluded_addresses"], {"excluded_addresses": ["0.0.0.0/0"]}, Reason.FORBIDDEN_TARGET),
        (["display_name"], {"display_name": "x", "etag": '"old"'}, Reason.ETAG_MISMATCH),
    ],
)
async def test_a_refused_change_leaves_everything(
    stub: Stub, tenant: Tenant, paths: list[str], values: dict[str, Any], reason: Reason
) -> None:
    target = await create(stub, tenant, host="example.com")
    assert (await tenant.refused(stub.UpdateTarget, change(target, *paths, **values))).reason is reason
    assert await get(stub, tenant, target) == target


async def test_what_only_the_server_sets_is_left_out_without_a_mask(stub: Stub, tenant: Tenant) -> None:
    target = await create(stub, tenant, host="example.com")
    request = change(target, display_name="New", verification_state=Target.VERIFIED, verification_token="mine")
    changed = await tenant.call(stub.UpdateTarget, request)
    assert changed.verification_state == Target.PENDING
    assert changed.verification_token == target.verification_token


async def test_a_target_is_removed(stub: Stub, tenant: Tenant, database: Database) -> None:
    target = await create(stub, tenant, host="example.com")
    wrong = target_pb2.DeleteTargetRequest(name=target.name, etag='"old"')
    assert (await tenant.refused(stub.DeleteTarget, wrong)).reason is Reason.ETAG_MISMATCH
    request = target_pb2.DeleteTargetRequest(name=target.name, etag=target.etag)
    await tenant.call(stub.DeleteTarget, request)
    assert (await tenant.refused(stub.DeleteTarget, request)).reason is Reason.NOT_FOUND
    assert (await events(database, tenant.organization))[-1].event.type == "target.deleted"
    again = await create(stub, tenant, host="example.com")
    assert again.verification_token != target.verification_token


async def test_lists_filter_sort_and_page(stub: Stub, tenant: Tenant) -> None:
    for name in ("b.example.com", "a.example.com", "c.example.org"):
        await create(stub, tenant, host=name, display_name=f"The {name}")
    assert await addresses(stub, tenant) == ["b.example.com", "a.example.com", "c.example.org"]
    assert await addresses(stub, tenant, order_by="address") == ["a.example.com", "b.example.com", "c.example.org"]
    assert await addresses(stub, tenant, filter='address = "*.com"', order_by="create_time desc") == [
        "a.example.com",
        "b.example.com",
    ]
    assert await addresses(stub, tenant, filter='display_name:"C.EXAMPLE"') == ["c.example.org"]
    assert await addresses(stub, tenant, filter='verification_state = "VERIFIED"') == []
    assert await addresses(stub, tenant, filter='create_time < "2020-01-01T00:00:00Z"') == []
    request = target_pb2.ListTargetsRequest(parent=tenant.name, page_size=2)
    first = await tenant.call(stub.ListTargets, request)
    assert len(first.targets) == 2
    assert await addresses(stub, tenant, page_token=first.next_page_token) == ["c.example.org"]
    foreign = await new_tenant()
    request = target_pb2.ListTargetsRequest(parent=foreign.name, page_token=first.next_page_token)
    assert (await foreign.refused(stub.ListTargets, request)).reason is Reason.INVALID_PAGE_TOKEN


@pytest.mark.parametrize(
    ("request_fields", "reason"),
    [
        ({"filter": "verification_token:a"}, Reason.INVALID_FILTER),
        ({"filter": "address = \"x\" OR '1'='1'; DROP TABLE targets"}, Reason.INVALID_FILTER),
        ({"order_by": "verification_token"}, Reason.INVALID_ORDER),
        ({"page_token": "nonsense"}, Reason.INVALID_PAGE_TOKEN),
        ({"page_size": -1}, Reason.INVALID_FIELD),
    ],
)
async def test_a_list_is_asked_for_in_the_right_words(
    stub: Stub, tenant: Tenant, request_fields: dict[str, Any], reason: Reason
) -> None:
    request = target_pb2.ListTargetsRequest(parent=tenant.name, **request_fields)
    assert (await tenant.refused(stub.ListTargets, request)).reason is reason


async def test_ownership_is_proved(stub: Stub, tenant: Tenant, database: Database) -> None:
    pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
    async with serve(Site(pages)) as port:
        target = await create(stub, tenant, url=f"http://127.0.0.1:{port}/")
        request = target_pb2.VerifyTargetRequest(name=target.name)
        failure = await tenant.refused(stub.VerifyTarget, request)
        assert failure.reason is Reason.VERIFICATION_FAILED
        assert f"http://127.0.0.1:{port}{PATH} answers 404" in str(failure)
        assert await get(stub, tenant, target) == target
        pages[PATH] = (200, {}, target.verification_token.encode())
        verified = await tenant.call(stub.VerifyTarget, request)
    assert verified.verification_state == Target.VERIFIED
    assert verified.HasField("verify_time")
    assert await addresses(stub, tenant, filter='verification_state = "VERIFIED"') == [verified.url]
    types = [event.event.type for event in await events(database, tenant.organization)]
    assert types == ["target.created", "target.verified"]


async def test_no_connection_is_held_while_a_proof_is_looked_for(
    stub: Stub, tenant: Tenant, database: Database
) -> None:
    site, held = Site({}), []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(database.engine.pool.checkedout())  # type: ignore[attr-defined]  # of the pool that engines have
        await site(reader, writer)

    async with serve(handle) as port:
        target = await create(stub, tenant, url=f"http://127.0.0.1:{port}/")
        await tenant.refused(stub.VerifyTarget, target_pb2.VerifyTargetRequest(name=target.name))
    assert held == [0]


async def test_one_organization_sees_nothing_of_another(stub: Stub, tenant: Tenant, database: Database) -> None:
    target = await create(stub, tenant, host="example.com")
    stranger = await new_tenant()
    own_name = target.name.replace(str(tenant.organization), str(stranger.organization))
    for name in (target.name, own_name):
        for method, request in (
            (stub.GetTarget, target_pb2.GetTargetRequest(name=name)),
            (stub.UpdateTarget, target_pb2.UpdateTargetRequest(target=Target(name=name, display_name="mine"))),
            (stub.DeleteTarget, target_pb2.DeleteTargetRequest(name=name)),
            (stub.VerifyTarget, target_pb2.VerifyTargetRequest(name=name)),
        ):
            assert (await stranger.refused(method, request)).reason is Reason.NOT_FOUND
    assert await addresses(stub, stranger) == []
    assert await get(stub, tenant, target) == target


async def test_the_database_itself_keeps_organizations_apart(stub: Stub, tenant: Tenant, database: Database) -> None:
    await create(stub, tenant, host="example.com")
    count = select(func.count()).select_from(TARGETS)
    for organization, expected in ((tenant.organization, 1), (identifiers.new(), 0), (UUID(int=0), 0)):
        async with database.unit(call_of(organization)) as unit:
            assert (await unit.execute(count)).scalar_one() == expected
            if not expected:
                changed = await unit.execute(update(TARGETS).values(display_name="mine"))
                removed = await unit.execute(delete(TARGETS))
                assert (changed.rowcount, removed.rowcount) == (0, 0)


async def test_a_viewer_reads_and_no_more(stub: Stub, tenant: Tenant) -> None:
    target = await create(stub, tenant, host="example.com")
    viewer = await new_tenant(tenant.organization, ("viewer",))
    assert await get(stub, viewer, target) == target
    failure = await viewer.refused(stub.CreateTarget, creation(viewer, host="example.org"))
    assert failure.reason is Reason.PERMISSION_DENIED
