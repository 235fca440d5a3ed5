"""A scan of the demo target finds its ground truth, all of it and nothing else."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.executors.domain import Kind, Limits, Observation, Outcome, Progress, Task
from services.executors.registry import executors
from services.executors.runner import run
from stack.demo_target import ground_truth
from tests.executors.servers import LOOPBACK

Ports = tuple[int, int, int]


async def free_ports() -> Ports:
    """Three ports that were free a moment ago."""
    servers = [await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) for _ in range(3)]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return ports[0], ports[1], ports[2]


async def listening(port: int) -> None:
    """Wait at most ten seconds until something listens."""
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.transport.abort()
        return
    pytest.fail(f"nothing listens on {port}")


@asynccontextmanager
async def demo_target(directory: Path) -> AsyncIterator[Ports]:
    """The target as a process of its own, ended by SIGTERM."""
    ports = await free_ports()
    options = zip(("--http-port", "--https-port", "--banner-port"), map(str, ports), strict=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "stack.demo_target",
        *(word for option in options for word in option),
        "--directory",
        str(directory),
        cwd=Path(__file__).parents[2],
    )
    try:
        for port in ports:
            await listening(port)
        yield ports
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 5) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def scan(ports: Ports) -> tuple[list[Observation], list[Observation]]:
    """Run discovery, then assessment with what it found; gives all outcomes' observations, and those told live."""
    told: list[Observation] = []

    async def listen(one: Progress | Observation) -> None:
        if isinstance(one, Observation):
            told.append(one)

    async def stage(name: str, found: Outcome) -> Outcome:
        outcome = await run(
            Task(name, "127.0.0.1", Kind.HOST, LOOPBACK, ports, Limits(seconds=60), services=found.services), listen
        )
        assert outcome.reason is None, outcome.message
        return outcome

    discovery = await stage("ports", Outcome())
    assert {(service.port, service.name, service.tls) for service in discovery.services} == {
        (ports[0], "http", False),
        (ports[1], "https", True),
        (ports[2], "ftp", False),
    }
    assessments = [await stage(name, discovery) for name in ("http", "tls")]
    assert all(outcome.raw and outcome.media_type == "application/jsonl" for outcome in assessments)
    return [one for outcome in (discovery, *assessments) for one in outcome.observations], told


async def test_exactly_the_ground_truth_is_found(tmp_path: Path) -> None:
    async with demo_target(tmp_path) as ports:
        found, told = await scan(ports)
        truth = {(weakness.check, weakness.location) for weakness in ground_truth(*ports)}
        assert {(one.check, one.location) for one in found} == truth
        assert len(found) == len(truth)
        assert told == found
        assert not any("made-up" in one.evidence for one in found)


def test_every_weakness_names_a_check_there_is() -> None:
    checks = {check.id for executor in executors().values() for check in executor.checks}
    assert {weakness.check for weakness in ground_truth(1, 2, 3)} <= checks
