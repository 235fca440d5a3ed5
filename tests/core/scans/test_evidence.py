"""Executors' raw output is sealed at rest; without Vault its lists go on, and only its content is unavailable."""

import hashlib
from datetime import UTC, datetime

import pytest_asyncio
from sqlalchemy import text
from xorb.core.v1 import scan_pb2

from services.core.scans import store
from services.core.scans.domain import Evidence
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.encryption.keyring import Keyring
from services.mesh.encryption.wrapping import OrganizationKeys
from services.mesh.errors import Reason
from services.mesh.testing import call_of
from stack.ports import free_ports
from tests.core.harness import Tenant, new_tenant
from tests.core.scans.conftest import Stub
from tests.core.scans.samples import scan, target

RAW = b"220 ftp \xff\0 raw output 77ab"


@pytest_asyncio.fixture(loop_scope="session")
async def tenant(database: Database) -> Tenant:
    """An organization that has kept the raw output of one executor."""
    tenant, shop = await new_tenant(), target()
    ordered = scan(tenant.organization, [shop])
    evidence = Evidence(
        id=identifiers.new(),
        scan=ordered.id,
        target=shop.id,
        executor="ports",
        media_type="text/plain",
        size=len(RAW),
        sha256=hashlib.sha256(RAW).hexdigest(),
        truncated=False,
        created_at=datetime.now(UTC),
    )
    async with database.unit(call_of(tenant.organization)) as unit:
        await store.add(unit, ordered, [shop])
        await store.put_evidence(unit, evidence, RAW)
    return tenant


async def listed(stub: Stub, tenant: Tenant) -> scan_pb2.Evidence:
    """Returns the only raw output as lists have it."""
    (ordered,) = (await tenant.call(stub.ListScans, scan_pb2.ListScansRequest(parent=tenant.name))).scans
    (one,) = (await tenant.call(stub.ListEvidence, scan_pb2.ListEvidenceRequest(parent=ordered.name))).evidence
    assert isinstance(one, scan_pb2.Evidence)
    return one


async def test_raw_output_is_sealed_and_opens(stub: Stub, database: Database, tenant: Tenant) -> None:
    async with database.unit(call_of(tenant.organization)) as unit:
        content = (await unit.execute(text("SELECT content FROM evidence"))).scalar_one()
    assert b"raw output" not in content
    one = await listed(stub, tenant)
    whole = await tenant.call(stub.GetEvidence, scan_pb2.GetEvidenceRequest(name=one.name))
    assert (whole.content, whole.size_bytes, one.content) == (RAW, len(RAW), b"")


async def test_raw_output_from_before_there_was_encryption_opens(
    stub: Stub, database: Database, tenant: Tenant
) -> None:
    async with database.unit(call_of(tenant.organization)) as unit:
        await unit.execute(text("UPDATE evidence SET content = :raw, data_key_id = NULL"), {"raw": RAW})
    name = (await listed(stub, tenant)).name
    assert (await tenant.call(stub.GetEvidence, scan_pb2.GetEvidenceRequest(name=name))).content == RAW


async def test_without_vault_lists_go_on(stub: Stub, database: Database, tenant: Tenant) -> None:
    keys = database.keys
    database.keys = Keyring(OrganizationKeys.connect(f"http://127.0.0.1:{free_ports(1)[0]}", "none"))
    try:
        request = scan_pb2.GetEvidenceRequest(name=(await listed(stub, tenant)).name)
        assert (await tenant.refused(stub.GetEvidence, request)).reason is Reason.UNAVAILABLE
    finally:
        database.keys = keys
    assert (await tenant.call(stub.GetEvidence, request)).content == RAW
