"""The scans service behind all layers, where its workflows are lost."""

from xorb.core.v1 import scan_pb2

from services.core.scans import store
from services.mesh.database import Database
from services.mesh.testing import call_of
from tests.core.harness import new_tenant
from tests.core.scans.conftest import Stub
from tests.core.scans.samples import scan, target


async def test_cancelling_a_scan_whose_workflow_is_lost_lets_go_of_its_targets(stub: Stub, database: Database) -> None:
    tenant, shop = await new_tenant(), target()
    lost = scan(tenant.organization, [shop])
    async with database.unit(call_of(tenant.organization)) as unit:
        await store.add(unit, lost, [shop])
    name = f"{tenant.name}/scans/{lost.id}"

    cancelled = await tenant.call(stub.CancelScan, scan_pb2.CancelScanRequest(name=name))

    assert cancelled.state == scan_pb2.Scan.CANCELLED
    async with database.unit(call_of(tenant.organization)) as unit:
        await store.add(unit, scan(tenant.organization, [shop]), [shop])
