"""What executors saw is written down, whatever happens to the writing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import grpc.aio
import pytest
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.core.scans import store
from services.core.scans.domain import Profile, Scan, ScanTarget, Stage, State, Task, TaskState
from services.core.scans.recorder import Recorder, stop
from services.core.scans.sightings import Sightings
from services.executors.domain import Observation, Progress, Severity
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason
from services.mesh.testing import KEYS, call_of, serving
from services.mesh.tokens import Issuer, ServiceIdentity
from stack.polling import until

SEEN = [
    Observation(
        check=f"test.check-{number}",
        title="A weakness",
        description="Why",
        severity=Severity.LOW,
        location=f"a.example.com:{number}/tcp",
        asset="a.example.com",
        evidence="",
        remediation="",
    )
    for number in range(3)
]


@dataclass
class Findings(finding_pb2_grpc.SightingsServiceServicer):
    """A findings service that first hangs or fails as often as it is told, and then records."""

    hangs: int = 0
    failures: int = 0
    recorded: list[str] = field(default_factory=list)
    asked: int = 0

    async def RecordSightings(self, request: Any, context: object) -> finding_pb2.RecordSightingsResponse:
        self.asked += 1
        if self.asked <= self.hangs:
            await asyncio.sleep(60)
        if self.asked <= self.failures:
            raise Failure(Reason.UNAVAILABLE)
        self.recorded += [sighting.finding.check for sighting in request.sightings]
        return finding_pb2.RecordSightingsResponse(scan_finding_count=len(self.recorded))


@asynccontextmanager
async def recording(database: Database, findings: Findings) -> AsyncIterator[Recorder]:
    """A recorder of a running scan's only task."""
    organization, now = identifiers.new(), datetime.now(UTC)
    target = ScanTarget(identifiers.new(), "a", "host", "a.example.com")
    scan = Scan(identifiers.new(), organization, "A scan", (target.id,), Profile.QUICK, (), State.RUNNING,
                f"accounts/{identifiers.new()}", now, now)  # fmt: skip
    task = Task("ports", target.id, "a", Stage.DISCOVERY)
    call = call_of(organization)
    async with database.unit(call) as unit:
        await store.add(unit, scan, [target])
        await store.add_tasks(unit, scan.id, [task])

    def register(server: grpc.aio.Server) -> None:
        finding_pb2_grpc.add_SightingsServiceServicer_to_server(findings, server)

    async with serving(register, (), None) as channel:
        identity = ServiceIdentity(Issuer(KEYS), "spiffe://xorb/orchestrator")
        stub = finding_pb2_grpc.SightingsServiceStub(channel)
        yield Recorder(database, Sightings(stub, identity), call, scan.id, task)


async def counted(recorder: Recorder) -> int:
    """How many findings the scan says it has."""
    async with recorder.database.unit(recorder.call) as unit:
        return (await store.get(unit, recorder.scan)).findings


async def test_what_a_cancelled_flush_had_in_hand_is_written_by_the_next(database: Database) -> None:
    """An executor that ends while something is being written takes nothing of it away."""
    findings = Findings(hangs=1)
    async with recording(database, findings) as recorder:
        for one in SEEN:
            await recorder.note(one)
        flushing = asyncio.create_task(recorder.keep_flushing())
        await until(lambda: _is_asked(findings, 1), 10)
        await stop(flushing)
        assert findings.recorded == []
        await recorder.end(TaskState.DONE)
        assert findings.recorded == [one.check for one in SEEN]
        assert await counted(recorder) == len(SEEN)


async def test_what_comes_in_during_a_flush_is_written_once(database: Database) -> None:
    findings = Findings(hangs=1)
    async with recording(database, findings) as recorder:
        await recorder.note(SEEN[0])
        flushing = asyncio.create_task(recorder.flush())
        await until(lambda: _is_asked(findings, 1), 10)
        await recorder.note(SEEN[1])
        flushing.cancel()
        with suppress(asyncio.CancelledError):
            await flushing
        await recorder.flush()
        await recorder.note(SEEN[2])
        await recorder.flush()
        await recorder.flush()
    assert findings.recorded == [one.check for one in SEEN]


async def test_a_service_that_is_away_is_waited_for(database: Database) -> None:
    findings = Findings(failures=2)
    async with recording(database, findings) as recorder:
        await recorder.note(SEEN[0])
        flushing = asyncio.create_task(recorder.keep_flushing())
        await until(lambda: _is_asked(findings, 3), 10)
        await stop(flushing)
        await recorder.end(TaskState.DONE)
        assert findings.recorded == [SEEN[0].check]
        assert await counted(recorder) == 1


async def test_a_service_that_is_away_at_the_end_is_an_error(database: Database) -> None:
    findings = Findings(failures=99)
    async with recording(database, findings) as recorder:
        await recorder.note(SEEN[0])
        with pytest.raises(grpc.aio.AioRpcError):
            await recorder.end(TaskState.DONE)


async def test_progress_is_below_a_hundred_until_the_end(database: Database) -> None:
    async with recording(database, Findings()) as recorder:
        await recorder.note(Progress(10, 10, "almost"))
        assert recorder.percent == 99
        await recorder.end(TaskState.DONE)
        assert recorder.percent == 100


async def _is_asked(findings: Findings, times: int) -> bool:
    return findings.asked >= times
