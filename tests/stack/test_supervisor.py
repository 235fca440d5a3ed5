"""Order, health, restarts and the end of processes, with small real ones."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stack.component import Component
from stack.errors import StackError
from stack.polling import until
from stack.runner import Backoff, Runner
from stack.status import ComponentStatus, State, start_time
from stack.supervisor import Supervisor

QUICK = Backoff(first=0.05, longest=0.2)
SLEEP = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)


def component(name: str, code: str, folder: Path, **more: object) -> Component:
    """A component that runs ``code`` in Python, with a file as its sign of health where ``touch`` is in the code."""
    plain = Component(name, (sys.executable, "-I", "-c", code), {"PATH": os.defpath}, folder)
    return replace(plain, **more)  # type: ignore[arg-type]  # fields by name, as the tests need them


class Record:
    """Every change of state, in order."""

    def __init__(self) -> None:
        self.changes: list[ComponentStatus] = []

    def __call__(self, status: ComponentStatus) -> None:
        self.changes.append(status)

    def names(self, state: State) -> list[str]:
        return [change.name for change in self.changes if change.state is state]


async def stopped(runner: Runner) -> None:
    """Stop it, in time; no time-out cancels it, which would help it along."""
    done, _ = await asyncio.wait({asyncio.create_task(runner.stop())}, timeout=8)
    assert done


async def gone(pid: int) -> bool:
    return start_time(pid) is None


def file_there(path: Path) -> Callable[[], Awaitable[bool]]:
    """A health check: does the file exist?"""

    async def check() -> bool:
        return path.exists()  # noqa: ASYNC240 - a local file

    return check


async def test_starts_in_order_of_needs_and_stops_in_reverse(tmp_path: Path) -> None:
    record = Record()
    names = {"a": (), "b": ("a",), "c": ("a", "elsewhere"), "d": ("b", "c")}
    supervisor = Supervisor(
        [component(name, SLEEP, tmp_path, needs=needs) for name, needs in names.items()], tmp_path, record, QUICK
    )
    await supervisor.start()
    up = record.names(State.UP)
    assert up[0] == "a"
    assert set(up[1:3]) == {"b", "c"}
    assert up[3] == "d"
    await supervisor.stop()
    stopped = record.names(State.STOPPED)
    assert stopped[0] == "d"
    assert stopped[3] == "a"


async def test_is_up_only_when_healthy_and_configured(tmp_path: Path) -> None:
    sign, order = tmp_path / "sign", []

    async def prepare() -> None:
        order.append("prepare")

    async def configure() -> None:
        order.append(f"configure {sign.exists()}")

    code = f"import time, pathlib; time.sleep(0.3); pathlib.Path({str(sign)!r}).touch(); time.sleep(600)"
    one = component("a", code, tmp_path, healthy=file_there(sign), prepare=prepare, configure=configure)
    supervisor = Supervisor([one], tmp_path, Record(), QUICK)
    await supervisor.start()
    assert order == ["prepare", "configure True"]
    await supervisor.stop()


async def test_one_that_does_not_start_is_told_with_its_last_lines_and_nothing_is_left(tmp_path: Path) -> None:
    record = Record()
    bad = component(
        "bad",
        "import sys; print('the reason'); sys.exit(7)",
        tmp_path,
        needs=("good",),
        healthy=file_there(tmp_path / "no"),
    )
    supervisor = Supervisor([component("good", SLEEP, tmp_path), bad], tmp_path, record, QUICK)
    with pytest.raises(StackError, match=r"(?s)bad did not start: it ended with exit code 7.*the reason"):
        await supervisor.start()
    pids = [status.pid for status in supervisor.statuses if status.pid]
    await supervisor.stop()
    assert pids
    assert all(start_time(pid) is None for pid in pids)


async def test_one_that_is_never_healthy_is_given_up(tmp_path: Path) -> None:
    slow = component("slow", SLEEP, tmp_path, healthy=file_there(tmp_path / "no"), patience=0.3)
    supervisor = Supervisor([slow], tmp_path, Record(), QUICK)
    with pytest.raises(StackError, match="not healthy in time"):
        await supervisor.start()
    assert supervisor.statuses[0].pid is None
    await supervisor.stop()


async def test_one_that_dies_is_started_again_and_the_others_are_left_alone(tmp_path: Path) -> None:
    record = Record()
    supervisor = Supervisor([component(name, SLEEP, tmp_path) for name in ("a", "b")], tmp_path, record, QUICK)
    await supervisor.start()
    before = {status.name: status.pid for status in supervisor.statuses}
    os.kill(before["a"] or 0, signal.SIGKILL)

    async def back() -> bool:
        return supervisor.statuses[0].state is State.UP and supervisor.statuses[0].pid != before["a"]

    await until(back, 5)
    a, b = supervisor.statuses
    assert (a.restarts, b.restarts) == (1, 0)
    assert b.pid == before["b"]
    assert "signal 9" in next(change.detail for change in record.changes if change.state is State.RESTARTING)
    await supervisor.stop()


async def test_one_that_runs_but_does_not_answer_is_shown_until_it_answers_again(tmp_path: Path) -> None:
    sign, record = tmp_path / "sign", Record()
    sign.touch()
    supervisor = Supervisor(
        [component("a", SLEEP, tmp_path, healthy=file_there(sign), check_every=0.05)], tmp_path, record, QUICK
    )
    await supervisor.start()

    def reached(state: State) -> Callable[[], Awaitable[bool]]:
        async def check() -> bool:
            return supervisor.statuses[0].state is state

        return check

    sign.unlink()
    await until(reached(State.UNHEALTHY), 3)
    sign.touch()
    await until(reached(State.UP), 3)
    assert supervisor.statuses[0].restarts == 0
    await supervisor.stop()


async def test_one_that_keeps_dying_is_tried_less_and_less_often(tmp_path: Path) -> None:
    record = Record()
    sign = tmp_path / "sign"
    sign.touch()
    code = f"import pathlib, sys, time; time.sleep(0.2 if pathlib.Path({str(sign)!r}).exists() else 0); sys.exit(3)"
    supervisor = Supervisor([component("a", code, tmp_path)], tmp_path, record, QUICK)
    await supervisor.start()
    sign.unlink()

    async def tried() -> bool:
        return supervisor.statuses[0].restarts >= 4

    await until(tried, 10)
    await supervisor.stop()
    assert supervisor.statuses[0].state is State.STOPPED


def test_waits_double_up_to_the_longest_with_jitter() -> None:
    backoff = Backoff(first=0.5, longest=30)
    for failures, step in ((1, 0.5), (2, 1.0), (3, 2.0), (7, 30.0), (500, 30.0)):
        delays = [backoff.delay(failures) for _ in range(50)]
        assert all(step / 2 <= delay <= step for delay in delays)
        assert len(set(delays)) > 1


async def test_a_one_shot_runs_to_its_end_before_what_needs_it(tmp_path: Path) -> None:
    record = Record()
    once = component("once", "import time; time.sleep(0.2)", tmp_path, one_shot=True)
    supervisor = Supervisor([component("after", SLEEP, tmp_path, needs=("once",)), once], tmp_path, record, QUICK)
    await supervisor.start()
    states = [(change.name, change.state) for change in record.changes]
    assert states.index(("once", State.DONE)) < states.index(("after", State.STARTING))
    await supervisor.stop()
    assert supervisor.statuses[1].state is State.DONE


async def test_one_that_does_not_listen_is_killed_after_its_grace_with_its_children(tmp_path: Path) -> None:
    child = (
        f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); print(p.pid, flush=True);"
    )
    child += STUBBORN
    supervisor = Supervisor([component("deaf", child, tmp_path, grace=0.3)], tmp_path, Record(), QUICK)
    await supervisor.start()
    log = tmp_path / "deaf.log"

    async def deaf() -> bool:
        return log.read_text().count("deaf") == 2

    await until(deaf, 5)
    pids = [supervisor.statuses[0].pid or 0, int(log.read_text().split()[0])]
    began = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - began < 4
    for pid in pids:
        await until(lambda pid=pid: gone(pid), 3)  # type: ignore[misc]  # the default binds the loop's variable


async def test_killed_ones_are_not_started_again(tmp_path: Path) -> None:
    record = Record()
    supervisor = Supervisor([component("deaf", STUBBORN, tmp_path, grace=30)], tmp_path, record, QUICK)
    await supervisor.start()
    began = time.monotonic()
    stopping = asyncio.create_task(supervisor.stop())
    await asyncio.sleep(0.1)
    supervisor.kill()
    await stopping
    assert time.monotonic() - began < 5
    assert not record.names(State.RESTARTING)
    assert record.names(State.STOPPED) == ["deaf"]


def test_needs_that_go_round_are_refused(tmp_path: Path) -> None:
    a = component("a", SLEEP, tmp_path, needs=("b",))
    b = component("b", SLEEP, tmp_path, needs=("a",))
    with pytest.raises(StackError, match="circle: a, b"):
        Supervisor([a, b], tmp_path, Record(), QUICK)


@pytest.mark.parametrize("steps", range(5))
async def test_a_stop_just_as_a_check_ends_is_not_lost(tmp_path: Path, steps: int) -> None:
    looking, answer, record = asyncio.Event(), asyncio.Event(), Record()

    async def healthy() -> bool:
        if record.names(State.UP):
            looking.set()
            await answer.wait()
        return True

    runner = Runner(component("a", SLEEP, tmp_path, healthy=healthy, check_every=0.05), tmp_path, record, QUICK)
    await runner.start()
    await asyncio.wait_for(looking.wait(), 10)
    answer.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    await stopped(runner)
    assert record.names(State.STOPPED) == ["a"]


async def test_a_check_that_swallows_its_cancellation_is_cancelled_again(tmp_path: Path) -> None:
    looks, looking, record = list[str](), asyncio.Event(), Record()

    async def healthy() -> bool:
        looks.append("look")
        if len(looks) == 2:
            looking.set()
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                looks.append("swallowed")
        return True

    runner = Runner(component("a", SLEEP, tmp_path, healthy=healthy, check_every=0.05), tmp_path, record, QUICK)
    await runner.start()
    await asyncio.wait_for(looking.wait(), 10)
    await stopped(runner)
    assert looks[2] == "swallowed"
    assert record.names(State.STOPPED) == ["a"]
