"""Histories of real scans, replayed with the workflow as it is now: what they say must still be what it does.

A change that breaks this breaks every scan that runs while it is deployed. Where it has to be, patch the workflow
(`workflow.patched`), or save new histories with `python -m tests.e2e.histories` once no old scan can be running.
"""

import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from services.core.scans import workflows
from services.core.scans.workflows import RunScan
from services.mesh import temporal

FOLDER = Path(__file__).with_name("histories")
HISTORIES = sorted(FOLDER.glob("*.json"))
SIGNALS = {"cancelled": ["cancel"], "cancelled_at_once": ["cancel"], "paused": ["pause", "resume"]}


def history(file: Path) -> WorkflowHistory:
    """What Temporal kept of a scan."""
    return WorkflowHistory.from_json("a scan", file.read_text(encoding="utf-8"))


def replayer() -> Replayer:
    """Replays as workers run."""
    return Replayer(workflows=[RunScan], workflow_runner=temporal.workflow_runner())


def test_the_histories_are_of_every_course_that_a_scan_takes() -> None:
    assert [file.stem for file in HISTORIES] == [
        "cancelled",
        "cancelled_at_once",
        "paused",
        "straight",
        "worker_killed",
    ]
    for file in HISTORIES:
        events = history(file).events
        signals = [event.workflow_execution_signaled_event_attributes.signal_name for event in events]
        assert [name for name in signals if name] == SIGNALS.get(file.stem, [])
        assert events[-1].HasField("workflow_execution_completed_event_attributes")
        attempts = max(event.activity_task_started_event_attributes.attempt for event in events)
        assert (attempts > 1) == (file.stem == "worker_killed")


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_the_workflow_still_does_what_it_did(file: Path) -> None:
    await replayer().replay_workflow(history(file))


@pytest.mark.parametrize(
    ("name", "value"), [("PLAN", "scans.plan_differently"), ("_STAGES", ("discovery",)), ("AT_ONCE", 1)]
)
async def test_another_course_is_noticed(name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a workflow that does something else, less or in another order doesn't pass."""
    # The sandbox would undo it, because it imports the workflow anew.
    monkeypatch.setattr(workflows, name, value)
    differing = Replayer(workflows=[RunScan], workflow_runner=UnsandboxedWorkflowRunner())
    with pytest.raises(NondeterminismError):
        await differing.replay_workflow(history(FOLDER / "straight.json"))


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_a_history_tells_nothing_of_its_machine(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert set(re.findall(r'"identity": "([^"]*)"', text)) == {"a worker"}
    payloads = b"\n".join(
        payload.data
        for event in history(file).events
        for payload in event.activity_task_scheduled_event_attributes.input.payloads
    ).decode()
    for found in (text, payloads):
        assert not re.search(r"/(?:root|home|tmp|work|Users|usr|opt)/", found)
