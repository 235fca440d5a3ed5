"""Scans: ordering, following through broken connections, controlling."""

import io
import json
import signal
import threading

import grpc
import pytest
from google.rpc import code_pb2
from rich.console import Console
from xorb.core.v1 import activity_pb2, scan_pb2

from cli.live import LiveView
from tests.cli import script
from tests.cli.conftest import Xorb
from tests.cli.platform import ORGANIZATION, Platform

TITLES = ["Directory listing is on", "Cookie without Secure�[31m"]


@pytest.fixture(autouse=True)
def target(xorb: Xorb, platform: Platform) -> None:
    assert xorb("targets", "add", "127.0.0.1").code == 0
    platform.script = script.small()


def _order(xorb: Xorb) -> str:
    return str(json.loads(xorb("scan", "run", "127.0.0.1", "-o", "json").out)["name"])


def test_run_without_watching(xorb: Xorb, platform: Platform) -> None:
    line = ("scan", "run", "127.0.0.1", "--profile", "thorough", "--ports", "443,80,8000-8002,80", "--name", "nightly")
    result = xorb(*line)
    assert result.code == 0
    [scan] = platform.scans
    assert (scan.profile, list(scan.ports)) == (scan_pb2.Scan.THOROUGH, [80, 443, 8000, 8001, 8002])
    assert list(scan.targets) == [platform.targets[0].name]
    assert f"xorb scan watch {scan.name[-8:]}" in result.err
    assert "WatchScan" not in platform.calls


@pytest.mark.parametrize("ports", ["x", "0", "65536", "9-1", "1-", "-5", "1-65535", "80 443"])
def test_bad_ports(xorb: Xorb, platform: Platform, ports: str) -> None:
    assert xorb("scan", "run", "127.0.0.1", f"--ports={ports}").code == 2
    assert not platform.scans


def test_watch_in_plain_lines(xorb: Xorb) -> None:
    result = xorb("scan", "run", "127.0.0.1", "--watch")
    assert result.code == 0
    lines = result.out.splitlines()
    assert "  MEDIUM  Directory listing is on  http://127.0.0.1:8080/" in lines
    assert [sum(title in line for line in lines) for title in TITLES] == [1, 1]
    assert sum("slowly" in line for line in lines) == 1
    assert lines[-1].endswith("succeeded 100%")
    assert "1 high, 1 medium" in result.err
    assert "\x1b" not in result.out


def test_watch_as_json_lines(xorb: Xorb) -> None:
    records = [json.loads(line) for line in xorb("scan", "run", "127.0.0.1", "--watch", "-o", "json").out.splitlines()]
    assert [record["finding"]["title"][:6] for record in records if "finding" in record] == ["Direct", "Cookie"]
    assert records[-1]["scan"]["state"] == "SUCCEEDED"


@pytest.mark.parametrize("position", range(11))
def test_a_broken_stream_loses_and_repeats_nothing(xorb: Xorb, platform: Platform, position: int) -> None:
    platform.breaks = {position: grpc.StatusCode.UNAVAILABLE}
    result = xorb("scan", "run", "127.0.0.1", "--watch", "-o", "json")
    assert result.code == 0
    records = [json.loads(line) for line in result.out.splitlines()]
    assert sum("finding" in record for record in records) == 2
    assert sum("logEntry" in record for record in records) == 2
    percents = [record["scan"].get("progress", {}).get("percent", 0) for record in records if "scan" in record]
    assert percents == sorted(percents)
    assert percents[-1] == 100


def test_a_token_that_is_too_old_means_reading_anew(xorb: Xorb, platform: Platform) -> None:
    platform.breaks = {6: grpc.StatusCode.OUT_OF_RANGE}
    result = xorb("scan", "run", "127.0.0.1", "--watch", "-o", "json")
    assert result.code == 0
    assert sum("finding" in json.loads(line) for line in result.out.splitlines()) == 2
    watches = [request for request in platform.requests if request.DESCRIPTOR.name == "WatchScanRequest"]
    assert [watch.resume_token for watch in watches] == ["", ""]


def test_an_access_token_that_ends_while_watching(xorb: Xorb, platform: Platform) -> None:
    platform.breaks = {4: grpc.StatusCode.UNAUTHENTICATED}
    assert xorb("scan", "run", "127.0.0.1", "--watch").code == 0
    assert platform.calls.count("RefreshSession") == 1


def test_a_watch_that_is_refused(xorb: Xorb, platform: Platform) -> None:
    platform.failures["WatchScan"] = [(code_pb2.PERMISSION_DENIED, "PERMISSION_DENIED", "Your roles don't allow this.")]
    result = xorb("scan", "run", "127.0.0.1", "--watch")
    assert (result.code, result.err.count("\n")) == (1, 1)


def test_watching_a_scan_that_has_ended(xorb: Xorb, platform: Platform) -> None:
    xorb("scan", "run", "127.0.0.1", "--watch")
    platform.script = []
    result = xorb("scan", "watch", platform.scans[0].name[-8:], "--fail-on", "high")
    assert result.code == 4
    assert all(title in result.out for title in TITLES)


@pytest.mark.parametrize(
    ("end", "fail_on", "code"),
    [
        (scan_pb2.Scan.SUCCEEDED, "critical", 0),
        (scan_pb2.Scan.SUCCEEDED, "high", 4),
        (scan_pb2.Scan.SUCCEEDED, "info", 4),
        (scan_pb2.Scan.FAILED, "high", 3),
        (scan_pb2.Scan.CANCELLED, "critical", 3),
    ],
)
def test_exit_codes(xorb: Xorb, platform: Platform, end: scan_pb2.Scan.State, fail_on: str, code: int) -> None:
    platform.script = script.small(end)
    assert xorb("scan", "run", "127.0.0.1", "--fail-on", fail_on).code == code


def test_csv_cant_be_watched(xorb: Xorb) -> None:
    assert xorb("scan", "run", "127.0.0.1", "--watch", "-o", "csv").code == 2
    assert xorb("watch", "-o", "csv").code == 2


def test_control(xorb: Xorb, platform: Platform) -> None:
    name = _order(xorb)
    assert xorb("scan", "pause", name[-8:]).out == f"Scan {name[-8:]}: paused\n"
    assert xorb("scan", "resume", name).out.endswith("running\n")
    assert json.loads(xorb("scan", "cancel", name[-36:], "-o", "json").out)["state"] == "CANCELLED"
    platform.failures["CancelScan"] = [(code_pb2.FAILED_PRECONDITION, "ILLEGAL_TRANSITION", "The scan has ended.")]
    assert xorb("scan", "cancel", name).err == "xorb: The scan has ended.\n"


def test_list_show_and_logs(xorb: Xorb, platform: Platform) -> None:
    xorb("scan", "run", "127.0.0.1", "--watch")
    identifier = platform.scans[0].name[-8:]
    assert identifier in xorb("scan", "list").out
    assert "shop.example.org  tls  100%  done" in xorb("scan", "show", identifier).out
    assert xorb("scan", "logs", identifier).out.count("Looking at 100 ports") == 1


def test_ctrl_c_leaves_the_scan_running(xorb: Xorb, platform: Platform) -> None:
    platform.script = platform.script[:3]
    platform.breaks = {}
    # The stream ends without the scan's end: the command connects again and again until it is stopped.
    threading.Timer(1.0, signal.raise_signal, [signal.SIGINT]).start()
    result = xorb("scan", "run", "127.0.0.1", "--watch")
    assert result.code == 130
    assert "xorb scan cancel" in result.err
    assert platform.scans[0].state == scan_pb2.Scan.RUNNING


def test_activity(xorb: Xorb, platform: Platform) -> None:
    for number in range(3):
        event = activity_pb2.ActivityEvent(name=f"{ORGANIZATION}/activity/{number}", summary=f"event {number}\x1b[2J")
        event.metadata.type = "scan.created"
        platform.activity.append(event)
    result = xorb("watch")
    assert result.code == 1
    assert [line.split("  ")[-1] for line in result.out.splitlines()] == [f"event {n}�[2J" for n in range(3)]
    lines = xorb("watch", "-o", "json").out.splitlines()
    assert [json.loads(line)["summary"] for line in lines] == [f"event {n}\x1b[2J" for n in range(3)]


def test_the_live_screen() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, height=30, color_system=None)
    with LiveView(console) as screen:
        for event in script.small():
            if event.HasField("scan"):
                screen.scan(event.scan)
            elif event.HasField("finding"):
                screen.finding(event.finding)
            else:
                screen.log(event.log_entry)
        screen.remark("The connection broke; connecting again …")
        with console.capture() as capture:
            console.print(screen.picture())
    drawn = capture.get()
    assert "100%" in drawn
    assert "2 findings" in drawn
    assert "shop.example.org" in drawn
    assert "connecting again" in drawn
    output = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert "MEDIUM  Directory listing is on" in output
    assert "\x1b[31m" not in output


def test_a_small_terminal_shows_what_runs() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80, height=17, color_system=None)
    view = LiveView(console)
    view.scan(script.running(60).scan)
    with console.capture() as capture:
        console.print(view.picture())
    assert "and 3 more" in capture.get()
    assert capture.get().count("running") == 1 + 3
