"""One trace from a person's request to the findings of the scan that it ordered: over gRPC, Temporal and the log."""

import json
import secrets

from sqlalchemy import select
from xorb.core.v1 import scan_pb2, scan_pb2_grpc

from services.mesh.database import Database
from services.mesh.events.log import EVENT_LOG
from services.mesh.testing import call_of
from tests.e2e.members import join
from tests.e2e.platform import Platform
from tests.e2e.scans import ended


async def test_a_trace_goes_all_the_way(platform: Platform, database: Database) -> None:
    member = await join(platform)
    target = await member.demo_target()
    trace = secrets.token_hex(16)
    metadata = (*member.metadata, ("traceparent", f"00-{trace}-{secrets.token_hex(8)}-01"))
    request = scan_pb2.CreateScanRequest(
        parent=member.organization,
        scan=scan_pb2.Scan(targets=[target], profile=scan_pb2.Scan.QUICK, ports=platform.demo_ports),
    )
    operation = await scan_pb2_grpc.ScansServiceStub(platform.channel).CreateScan(request, metadata=metadata)
    await ended(member, operation.name.removeprefix("operations/"))
    async with database.unit(call_of(member.identifier)) as unit:
        rows = (await unit.execute(select(EVENT_LOG.c.type, EVENT_LOG.c.trace_context))).all()
    traced = {row.type for row in rows if trace in json.loads(row.trace_context).get("traceparent", "")}
    assert {"scan.created", "scan.started", "finding.created", "scan.progressed", "scan.succeeded"} <= traced
