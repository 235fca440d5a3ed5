"""Scans that are interrupted: by the death of what runs them, and by people."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import psutil
import pytest
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.duration_pb2 import Duration
from temporalio.client import Client, WorkflowHandle
from xorb.core.v1 import finding_pb2_grpc, scan_pb2

from services.core.engagements.leave import leave
from services.core.scans.activities import ScanActivities
from services.core.scans.orders import Ending, ScanOrder, WorkflowProgress
from services.core.scans.scope import Bounds
from services.core.scans.sightings import Sightings
from services.core.scans.workflows import RunScan
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.temporal import TASK_QUEUE
from services.mesh.testing import KEYS
from services.mesh.tokens import Issuer, ServiceIdentity
from stack.polling import until
from tests.e2e.members import Json, Member
from tests.e2e.platform import gone
from tests.e2e.scans import ended, findings, order, places, reached, released, sightings, tasks, truth
from tests.e2e.slow_site import SlowSite, slow_site

SOON = 3.0


@pytest.fixture
async def slow() -> AsyncIterator[SlowSite]:
    """A site that takes a second for every answer."""
    async with slow_site(1.0) as site:
        yield site


def assessing(scan: Json) -> bool:
    """Whether executors of the second stage run."""
    return bool({"http", "tls"} & set(tasks(scan, "RUNNING"))) and scan["progress"]["findings"] > 0


async def truth_is_found_once(member: Member, scan: str) -> None:
    """The findings are exactly the ground truth, each with one sighting by the scan."""
    found = await findings(member)
    assert places(found) == truth(member.platform.weaknesses)
    for finding in found:
        seen = Counter(one["scan"] for one in await sightings(member, finding))
        assert seen[scan] == 1
        assert seen.total() == finding["sightingCount"]


async def test_a_worker_killed_half_way_loses_nothing_and_doubles_nothing(member: Member) -> None:
    target = await member.demo_target()
    scan = await order(member, target)
    await reached(member, scan, assessing)
    executors = member.platform.executors()
    killed = member.platform.kill("orchestrator")
    assert executors
    await gone(executors, SOON)
    assert (await member.get(scan))["state"] == "RUNNING"
    await member.platform.restarted(killed)
    after = await ended(member, scan)
    assert (after["state"], after["failureReason"]) == ("SUCCEEDED", "")
    assert tasks(after, "DONE") == [task["executor"] for task in after["progress"]["tasks"]]
    assert await _begun_again(member, scan)
    await truth_is_found_once(member, scan)
    again = await order(member, target)
    assert (await ended(member, again))["state"] == "SUCCEEDED"
    await truth_is_found_once(member, again)
    assert {finding["sightingCount"] for finding in await findings(member)} == {2}


async def test_a_core_killed_half_way_is_waited_for(member: Member) -> None:
    scan = await order(member, await member.demo_target())
    await reached(member, scan, assessing)
    killed = member.platform.kill("core")
    await member.platform.restarted(killed)
    await member.answered(scan)
    after = await ended(member, scan)
    assert (after["state"], after["failureReason"]) == ("SUCCEEDED", "")
    await truth_is_found_once(member, scan)


async def test_a_paused_scan_starts_nothing_new_until_it_goes_on(member: Member, slow: SlowSite) -> None:
    scan = await order(member, await member.demo_target(), ports=[*member.platform.demo_ports, slow.port])
    await reached(member, scan, lambda now: "ports" in tasks(now, "RUNNING"))
    assert (await member.post(f"{scan}:pause"))["state"] == "PAUSED"
    paused = await reached(member, scan, lambda now: "ports" in tasks(now, "DONE"))
    workflow = await _workflow(member, scan)
    assert (await workflow.query(RunScan.progress)).paused
    await asyncio.sleep(2)
    still = await member.get(scan)
    assert still["state"] == paused["state"] == "PAUSED"
    assert {"http", "tls"} <= set(tasks(still, "WAITING"))
    assert member.platform.executors() == []
    slow.seconds = 0.0
    assert (await member.post(f"{scan}:resume"))["state"] == "RUNNING"
    after = await ended(member, scan)
    assert after["state"] == "SUCCEEDED"
    found = await findings(member)
    assert set(truth(member.platform.weaknesses)) < set(places(found))
    assert (await workflow.query(RunScan.progress)).paused is False


async def test_a_cancelled_scan_stops_at_once_and_keeps_what_it_found(member: Member, slow: SlowSite) -> None:
    target = await member.demo_target()
    scan = await order(member, target, ports=[*member.platform.demo_ports, slow.port])
    running = await reached(member, scan, assessing)
    executors = await _some_executors(member)
    assert (await member.post(f"{scan}:cancel"))["state"] == "CANCELLED"
    await gone(executors, SOON)
    await released(member, target)
    after = await member.get(scan)
    assert after["state"] == "CANCELLED"
    assert tasks(after, "SKIPPED")
    assert tasks(after, "RUNNING", "WAITING") == []
    kept = await findings(member)
    assert len(kept) >= running["progress"]["findings"] > 0
    operation = await member.get(f"operations/{scan}")
    assert (operation["done"], operation["error"]["code"]) == (True, 1)


async def test_progress_by_query_and_by_event(member: Member) -> None:
    scan = await order(member, await member.demo_target())
    workflow = await _workflow(member, scan)
    asked: list[WorkflowProgress] = []
    async with asyncio.timeout(120):
        while not asked or asked[-1].ended < asked[-1].total or not asked[-1].total:
            asked.append(await workflow.query(RunScan.progress))
            await asyncio.sleep(0.2)
    await ended(member, scan)
    assert [one.ended for one in asked] == sorted(one.ended for one in asked)
    assert asked[-1] == WorkflowProgress("assessment", 4, 4)
    log = await member.every(f'{member.organization}/activity?filter=type%3D"scan.progressed"', "events")
    percents = [int(event["summary"].split()[-2]) for event in reversed(log)]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert len(set(percents)) > 4


async def test_operations(member: Member) -> None:
    target = await member.demo_target()
    scan = await order(member, target)
    name = f"operations/{scan}"
    assert (await member.get(name)).get("done", False) is False
    assert [one["name"] for one in await member.every("operations", "operations")] == [name]
    stub = operations_pb2_grpc.OperationsStub(member.platform.channel)
    short = operations_pb2.WaitOperationRequest(name=name, timeout=Duration(nanos=1))
    assert not (await stub.WaitOperation(short, metadata=member.metadata, timeout=30)).done
    wait = operations_pb2.WaitOperationRequest(name=name, timeout=Duration(seconds=50))
    operation = await stub.WaitOperation(wait, metadata=member.metadata, timeout=60)
    result, metadata = scan_pb2.Scan(), scan_pb2.ScanProgress()
    assert operation.done
    assert operation.response.Unpack(result)
    assert operation.metadata.Unpack(metadata)
    assert (result.name, result.state, metadata.percent) == (scan, scan_pb2.Scan.SUCCEEDED, 100)
    done = await member.get(name)
    assert (done["response"]["name"], done["metadata"]["percent"]) == (scan, 100)
    assert done["response"]["@type"] == "type.googleapis.com/xorb.core.v1.Scan"
    # A best effort by its contract (AIP-151): what has ended stays as it is.
    assert await member.post(f"{name}:cancel") == {}
    assert (await member.get(scan))["state"] == "SUCCEEDED"
    refused = await member.refused("DELETE", name)
    assert (refused.status, refused.code, refused.reason) == (400, 9, "RESOURCE_IN_USE")


async def test_an_operation_is_cancelled_as_its_scan_is(member: Member, slow: SlowSite) -> None:
    scan = await order(member, await member.demo_target(), ports=[slow.port])
    name = f"operations/{scan}"
    assert await member.post(f"{name}:cancel") == {}
    operation = await member.get(name)
    assert (operation["done"], operation["error"]["code"]) == (True, 1)
    assert (await member.get(scan))["state"] == "CANCELLED"


async def test_work_that_was_never_ordered_is_no_operation(member: Member, database: Database) -> None:
    """A process that dies between starting a workflow and committing its scan leaves the workflow alone behind."""
    scan, client = identifiers.new(), await member.platform.temporal()
    order = ScanOrder(str(member.identifier), str(scan))
    workflow = await client.start_workflow(
        RunScan.run, order, id=f"{member.organization}/scans/{scan}", task_queue=TASK_QUEUE
    )
    try:
        await until(lambda: _is_listed(client, workflow.id), 20)
        assert await member.every("operations", "operations") == []
        assert (await member.refused("GET", f"operations/{workflow.id}")).status == 404
    finally:
        await workflow.terminate()
    sightings_stub = finding_pb2_grpc.SightingsServiceStub(member.platform.channel)
    nobody = Sightings(sightings_stub, ServiceIdentity(Issuer(KEYS), "spiffe://xorb/orchestrator"))
    # It gives up after a while, and has nothing to finish then.
    await ScanActivities(database, nobody, Bounds(), leave).finish(Ending(order, "FAILED", "no scan"))


async def _is_listed(client: Client, workflow: str) -> bool:
    return (await client.count_workflows(f'WorkflowId = "{workflow}"')).count == 1


async def _workflow(member: Member, scan: str) -> WorkflowHandle[RunScan, str]:
    return (await member.platform.temporal()).get_workflow_handle_for(RunScan.run, scan)


async def _begun_again(member: Member, scan: str) -> bool:
    """Whether an activity was tried more than once."""
    history = await (await _workflow(member, scan)).fetch_history()
    started = [event.activity_task_started_event_attributes for event in history.events]
    return any(attributes.attempt > 1 for attributes in started)


async def _some_executors(member: Member) -> list[psutil.Process]:
    found: list[psutil.Process] = []

    async def are_there() -> bool:
        found[:] = member.platform.executors()
        return bool(found)

    await until(are_there, 20)
    return found
