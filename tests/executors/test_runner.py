"""A run ends at its limits with a reason, keeps what was found, and leaves no process behind.

The engines here are files in a directory of their own, run by the real child process.
"""

import asyncio
import os
import signal
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.executors import sandbox
from services.executors.domain import Kind, Limits, Observation, Outcome, Progress, Reason, Scope, Task
from services.executors.runner import OnProgress, run

HEAD = """
import asyncio, os, signal, subprocess, sys
from services.executors.domain import Kind, OutOfScope, Service, Severity, Stage
from services.executors.engine import Check, Executor

CHECK = Check("odd.pid", "Process", "Where it runs.", Severity.INFO, "None.", ())

def tell(reporter):
    reporter.observe(CHECK.at("here", "host", str(os.getpid())))
    reporter.service(Service("192.0.2.1", 80))

async def run(task, reporter):
    tell(reporter)
"""
TAIL = """
EXECUTOR = Executor("odd", "Odd", Stage.DISCOVERY, frozenset(Kind), run)
"""
CHILD = (
    "import sys, services.executors.engines as engines;"
    "engines.__path__.append({directory!r});"
    "from services.executors.__main__ import main;"
    "main(*sys.argv[1:])"
)
HALF_GIGABYTE = 512 * 1024 * 1024
SMALL = 200 * 1024 * 1024

USUAL = Limits(seconds=20)

Start = Callable[..., asyncio.Task[Outcome]]


async def ignore(_: Progress | Observation) -> None:
    """Take what is told and do nothing about it."""


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Start a run of an engine whose body is given as text."""

    def started(body: str, on_progress: OnProgress = ignore, limits: Limits = USUAL) -> asyncio.Task[Outcome]:
        text = HEAD + textwrap.indent(textwrap.dedent(body), "    ") + TAIL
        (tmp_path / "odd.py").write_text(text)
        command = (sys.executable, "-P", "-c", CHILD.format(directory=str(tmp_path)))
        task = Task("odd", "192.0.2.1", Kind.HOST, Scope(), limits=limits)
        return asyncio.create_task(run(task, on_progress, command))

    return started


def pid(outcome: Outcome) -> int:
    """The process that the engine told it runs in, which leads its session."""
    return int(outcome.observations[0].evidence)


def kept(outcome: Outcome) -> bool:
    """Whether what was told before the end is there, and nobody is left of the session."""
    nobody = not sandbox.census(pid(outcome)).processes
    return len(outcome.observations) == 1 and len(outcome.services) == 1 and nobody


async def until(condition: Callable[[], bool]) -> None:
    """Wait at most five seconds for something to become true."""
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it did not happen within five seconds")


async def test_a_whole_run(start: Start) -> None:
    told: list[Progress | Observation] = []

    async def listen(one: Progress | Observation) -> None:
        told.append(one)

    outcome = await start("tell(reporter)\nreporter.progress(1, 2, 'half')\nreporter.raw(b'<x/>', 'text/xml')", listen)
    assert kept(outcome)
    assert (outcome.reason, outcome.truncated, outcome.raw, outcome.media_type) == (None, False, b"<x/>", "text/xml")
    assert told == [outcome.observations[0], Progress(1, 2, "half")]


async def test_large_raw_output_comes_across_whole(start: Start) -> None:
    body = "reporter.raw(bytes(range(256)) * 12_000, 'text/plain')"
    outcome = await start(body, limits=Limits(seconds=20, output_bytes=8_000_000))
    assert outcome.raw == bytes(range(256)) * 12_000
    assert outcome.reason is None


async def test_the_clock_stops_a_run_that_hangs(start: Start) -> None:
    began = asyncio.get_running_loop().time()
    outcome = await start("await asyncio.sleep(600)", limits=Limits(seconds=2))
    assert kept(outcome)
    assert (outcome.reason, outcome.truncated) == (Reason.TIME_LIMIT, True)
    assert asyncio.get_running_loop().time() - began < 5


async def test_the_clock_stops_a_run_that_ignores_signals_and_computes(start: Start) -> None:
    outcome = await start("signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass", limits=Limits(seconds=2))
    assert kept(outcome)
    assert outcome.reason is Reason.TIME_LIMIT


async def test_the_clock_stops_a_listener_that_never_answers(start: Start) -> None:
    async def never(_: Progress | Observation) -> None:
        await asyncio.sleep(600)

    outcome = await start("", never, limits=Limits(seconds=2))
    assert outcome.reason is Reason.TIME_LIMIT
    assert kept(outcome) is False
    assert len(outcome.observations) == 1


@pytest.mark.parametrize(
    "flood",
    [
        "while True: reporter.progress(1, 1, 'x' * 1000)",
        "while True: reporter.raw(b'x' * 10000, 'text/plain')",
        "while True: sys.stdout.buffer.write(b'x' * 65536)",
        "reporter.raw(b'x' * 3_000_000, 'text/plain')",
    ],
)
async def test_a_flood_of_output_is_cut_off(start: Start, flood: str) -> None:
    outcome = await start(flood, limits=Limits(output_bytes=1_000_000))
    assert kept(outcome)
    assert (outcome.reason, outcome.truncated) == (Reason.OUTPUT_LIMIT, True)
    assert len(outcome.raw) < 1_000_000


async def test_a_flood_of_errors_holds_up_nothing(start: Start) -> None:
    outcome = await start("for _ in range(500): sys.stderr.write('x' * 10000)")
    assert kept(outcome)
    assert outcome.reason is None


async def test_memory_is_bounded_inside(start: Start) -> None:
    outcome = await start(f"hoard = bytearray({HALF_GIGABYTE})", limits=Limits(memory_bytes=SMALL))
    assert kept(outcome)
    assert outcome.reason is Reason.MEMORY_LIMIT


async def test_memory_is_bounded_over_all_processes(start: Start) -> None:
    body = """
    for _ in range(3):
        subprocess.Popen([sys.executable, "-c", "import time; x = b'x' * 100_000_000; time.sleep(600)"])
    await asyncio.sleep(600)
    """
    outcome = await start(body, limits=Limits(memory_bytes=SMALL))
    assert kept(outcome)
    assert outcome.reason is Reason.MEMORY_LIMIT


async def test_processes_are_bounded_and_none_is_left(start: Start) -> None:
    outcome = await start(
        "for _ in range(20): subprocess.Popen(['sleep', '600'])\nawait asyncio.sleep(600)", limits=Limits(processes=8)
    )
    assert kept(outcome)
    assert outcome.reason is Reason.PROCESS_LIMIT


async def test_a_process_left_behind_is_killed_at_the_end(start: Start) -> None:
    outcome = await start("subprocess.Popen(['sleep', '600'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)")
    assert kept(outcome)
    assert outcome.reason is None


async def test_a_child_that_is_killed_is_a_failure_with_a_reason(start: Start) -> None:
    outcome = await start("os.kill(os.getpid(), signal.SIGKILL)")
    assert kept(outcome)
    assert (outcome.reason, outcome.truncated) == (Reason.FAILED, True)
    assert "signal 9" in outcome.message


async def test_an_exception_is_a_failure_that_tells_nothing_inner(start: Start) -> None:
    outcome = await start("raise ValueError('inner detail')")
    assert kept(outcome)
    assert outcome.reason is Reason.FAILED
    assert "inner detail" not in outcome.message


async def test_nonsense_on_the_pipe_is_a_failure(start: Start) -> None:
    outcome = await start("sys.stdout.buffer.write(b'{\"observation\": 5}\\n[]\\nnull\\n')")
    assert kept(outcome)
    assert outcome.reason is Reason.FAILED


async def test_out_of_scope_is_a_reason_also_from_within_a_group(start: Start) -> None:
    body = """
    async def refuse():
        raise OutOfScope("not yours")
    async with asyncio.TaskGroup() as group:
        group.create_task(refuse())
    """
    outcome = await start(body)
    assert kept(outcome)
    assert (outcome.reason, outcome.message, outcome.truncated) == (Reason.OUT_OF_SCOPE, "not yours", False)


async def test_an_unknown_executor_is_unavailable() -> None:
    outcome = await run(Task("nothing", "192.0.2.1", Kind.HOST, Scope()), ignore)
    assert outcome.reason is Reason.UNAVAILABLE
    assert "ports" in outcome.message


async def test_the_child_sees_no_secrets_and_writes_no_files(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XORB_EXAMPLE", "made-up")
    file = tmp_path / "written"
    body = f"""
    reporter.progress(0, 0, " ".join(sorted(os.environ)))
    try:
        with open({str(file)!r}, "wb") as stream:
            stream.write(b"x")
    except OSError as error:
        reporter.progress(1, 1, type(error).__name__)
    """
    told: list[Progress | Observation] = []

    async def listen(one: Progress | Observation) -> None:
        told.append(one)

    outcome = await start(body, listen)
    assert outcome.reason is None
    messages = [one.message for one in told if isinstance(one, Progress)]
    assert "XORB" not in messages[0]
    assert messages[1] in {"OSError", "PermissionError"}, "the latter where the kernel has Landlock"
    assert not file.exists() or file.read_bytes() == b""


@asynccontextmanager
async def child_of(start: Start, body: str) -> AsyncIterator[tuple[asyncio.Task[Outcome], int]]:
    """A run under way, and the process that leads it."""
    known: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def listen(one: Progress | Observation) -> None:
        if isinstance(one, Observation):
            known.set_result(int(one.evidence))

    running = start(body, listen)
    yield running, await known


async def test_cancelling_kills_the_whole_group(start: Start) -> None:
    body = "subprocess.Popen(['sleep', '600'])\nawait asyncio.sleep(600)"
    async with child_of(start, body) as (running, leader):
        await until(lambda: len(sandbox.census(leader).processes) == 2)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not sandbox.census(leader).processes


async def test_a_listener_that_raises_ends_the_run(start: Start) -> None:
    leader = 0

    async def fail(one: Progress | Observation) -> None:
        nonlocal leader
        assert isinstance(one, Observation)
        leader = int(one.evidence)
        raise LookupError("the store is gone")

    with pytest.raises(LookupError):
        await start("await asyncio.sleep(600)", fail)
    assert leader > 0
    assert not sandbox.census(leader).processes


PARENT = """
import asyncio, sys
from services.executors.domain import Kind, Scope, Task
from services.executors.runner import run

async def listen(one):
    print(one.evidence, flush=True)

asyncio.run(run(Task("odd", "192.0.2.1", Kind.HOST, Scope()), listen, sys.argv[1:]))
"""


async def test_the_child_dies_with_its_parent(start: Start, tmp_path: Path) -> None:
    await start("await asyncio.sleep(600)", limits=Limits(seconds=0.01))  # writes the engine's file
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PARENT,
        sys.executable,
        "-P",
        "-c",
        CHILD.format(directory=str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert parent.stdout is not None
    leader = int(await asyncio.wait_for(parent.stdout.readline(), 10))
    assert sandbox.census(leader).processes
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    await until(lambda: not sandbox.census(leader).processes)
