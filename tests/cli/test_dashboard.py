"""`xorb dashboard`: a page, JSON, and both while things change."""

import io
import json
import signal
import threading

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc import code_pb2
from rich.console import Console
from xorb.core.v1 import dashboard_pb2

from cli.board import fitting, page
from cli.figures import bar, length, sparkline
from cli.standing import LiveView
from tests.cli.conftest import Xorb
from tests.cli.counting import board
from tests.cli.platform import ORGANIZATION, Platform

_DENIED = (code_pb2.PERMISSION_DENIED, "PERMISSION_DENIED", "Your roles don't allow this.")


@pytest.fixture(autouse=True)
def boards(platform: Platform) -> None:
    platform.dashboards = [board()]


def _terminal(height: int) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=80, height=height, color_system=None)


def test_the_page(xorb: Xorb) -> None:
    result = xorb("dashboard")
    lines = [line.split() for line in result.out.splitlines()]
    assert (result.code, max(map(len, result.out.splitlines()))) == (0, 80)
    assert ["Dashboard", "2026-11-24", "UTC"] in lines
    assert ["142", "open", "exposure", "1,312.5", "4", "accepted", "2", "to", "be", "tested", "again"] in lines
    assert ["medium", "88", "████████████", "ready", "for", "retest", "2", "▏"] in lines
    assert ["late", "4", "▌", "30", "days", "80", "4.6", "d", "2.5", "h"] in lines
    assert [*("in", "time", "119"), "████████████", *("high", "12", "4.6", "d", "2.5", "h")] in lines
    assert ["opened", "▁" * 30 + "█" * 15, "90"] in lines
    assert ["unrated", "0"] not in [line[:2] for line in lines]
    assert ["host0.shop.example\N{REPLACEMENT CHARACTER}[2J", "40", "7H", "http", "90"] in lines
    assert "unknown" in result.out
    assert "\x1b" not in result.out


def test_nothing_found_yet(xorb: Xorb, platform: Platform) -> None:
    platform.dashboards = [dashboard_pb2.Dashboard(day="2026-11-24")]
    assert "0 open" in xorb("dashboard").out


def test_as_json(xorb: Xorb, platform: Platform) -> None:
    told = json.loads(xorb("dashboard", "-o", "json").out)
    assert (told["open"]["count"], len(told["trend"]), told["exposure"]) == (142, 90, 1312.5)
    assert platform.requests[-1] == dashboard_pb2.GetDashboardRequest(name=f"{ORGANIZATION}/dashboard")


def test_of_one_target(xorb: Xorb, platform: Platform) -> None:
    assert xorb("targets", "add", "shop.example").code == 0
    expression = f'target = "{platform.targets[0].name}"'
    assert "Dashboard of shop.example" in xorb("dashboard", "--target", "shop.example").out
    assert platform.requests[-1].filter == expression
    assert xorb("dashboard", "--target", "shop.example", "--watch").code == 1
    assert {request.filter for request in platform.requests[-2:]} == {expression}
    assert xorb("dashboard", "--target", "elsewhere.example").code == 1


def test_csv_is_refused(xorb: Xorb, platform: Platform) -> None:
    assert xorb("dashboard", "-o", "csv").code == xorb("dashboard", "--watch", "-o", "csv").code == 2
    assert platform.calls == []


def test_every_change_is_told_until_access_is_taken_away(xorb: Xorb, platform: Platform) -> None:
    platform.dashboards += [board(143), board(144)]
    result = xorb("dashboard", "--watch")
    told = [line.split("  ", 1)[1] for line in result.out.splitlines()]
    assert told[0] == "142 open (3 critical, 21 high, 88 medium, 20 low, 10 info); 4 late, 9 soon; exposure 1,312.5"
    assert [line.split()[0] for line in told] == ["142", "143", "144"]
    assert (result.code, result.err[:34]) == (1, "xorb: Your roles don't allow this.")


def test_a_broken_watch_tells_what_it_missed_once(xorb: Xorb, platform: Platform) -> None:
    platform.dashboards += [board(143), board(144)]
    platform.breaks = {2: grpc.StatusCode.UNAVAILABLE}
    told = [json.loads(line) for line in xorb("dashboard", "-w", "-o", "json").out.splitlines()]
    assert [one["open"]["count"] for one in told] == [142, 143, 144]


def test_ctrl_c(xorb: Xorb, platform: Platform) -> None:
    platform.failures["WatchDashboard"] = [(code_pb2.UNAVAILABLE, "", "away")] * 10
    threading.Timer(1.0, signal.raise_signal, [signal.SIGINT]).start()
    assert xorb("dashboard", "--watch").code == 130


def test_a_refusal_is_one_line(xorb: Xorb, platform: Platform) -> None:
    platform.failures["GetDashboard"] = [_DENIED]
    result = xorb("dashboard")
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)


def test_the_live_screen() -> None:
    console = _terminal(60)
    with LiveView(console, "shop.example") as screen, console.capture() as capture:
        console.print(screen.picture())
        screen.show(board(142))
        screen.show(board(143))
        console.print(screen.picture())
        screen.remark("The connection broke; connecting again …")
        console.print(screen.picture())
    drawn = capture.get()
    assert "142 open" not in drawn
    assert drawn.count("143 open") == 2
    assert "Dashboard of shop.example" in drawn
    assert "connecting again" in drawn


@pytest.mark.parametrize("height", [24, 30, 40, 60])
def test_a_small_terminal_has_room_for_all_parts(height: int) -> None:
    console = _terminal(height)
    with console.capture() as capture:
        console.print(fitting(board(), "", console, 2))
    drawn = capture.get()
    assert len(drawn.splitlines()) <= height - 2
    assert all(part in drawn for part in ("OPEN BY", "DEADLINES", "LAST 90 DAYS", "TOP ASSETS", "host0", "http"))


def test_a_wide_terminal_is_not_filled() -> None:
    console = Console(file=io.StringIO(), width=200)
    with console.capture() as capture:
        console.print(page(board(), ""))
    assert max(map(len, capture.get().splitlines())) == 80


def test_bars() -> None:
    assert [bar(number, 16, 2) for number in (16, 8, 1, 0)] == ["██", "█", "▏", ""]
    assert bar(0, 0, 2) == ""


def test_lines_of_bars() -> None:
    assert sparkline([0, 1, 500, 1000]) == "▁▂▅█"
    assert (sparkline([0, 0]), sparkline([])) == ("▁▁", "")


def test_lengths() -> None:
    lengths = [length(Duration(seconds=seconds)) for seconds in (0, 3_599, 3_600, 172_799, 172_800)]
    assert lengths == ["0 min", "59 min", "1.0 h", "48.0 h", "2.0 d"]
