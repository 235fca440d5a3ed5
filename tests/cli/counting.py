"""Dashboards, for the small platform."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from google.rpc import code_pb2
from xorb.common.v1 import watch_pb2
from xorb.core.v1 import dashboard_pb2, dashboard_pb2_grpc

from tests.cli.platform import ORGANIZATION, Platform, fail

_SEVERITIES = {"CRITICAL": 3, "HIGH": 21, "MEDIUM": 88, "LOW": 20, "INFO": 10, "SEVERITY_UNSPECIFIED": 0}
_STATES = {"OPEN": 120, "TRIAGED": 20, "READY_FOR_RETEST": 2, "RESOLVED": 340, "RISK_ACCEPTED": 4}
_TIMES = ((30, "SEVERITY_UNSPECIFIED", 80), (90, "SEVERITY_UNSPECIFIED", 240), (30, "HIGH", 5), (90, "HIGH", 12))
_LAST = date(2026, 11, 24)


class Dashboards(dashboard_pb2_grpc.DashboardsServiceServicer):
    """Serves the platform's dashboard; a watch tells its events, and ends when access is taken away."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._read = threading.Event()

    def GetDashboard(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        assert request.name == f"{ORGANIZATION}/dashboard"
        now = self.platform.dashboards[0]
        self._read.set()
        return now

    def WatchDashboard(self, request: Any, context: Any) -> Iterator[Any]:
        self.platform.enter(request, context)
        position = int(request.resume_token or 1)
        self._read.clear()
        yield dashboard_pb2.WatchDashboardResponse(checkpoint=watch_pb2.Checkpoint(), resume_token=str(position))
        # What changes before the reader has looked isn't a change to it.
        assert self._read.wait(10)
        for number, board in enumerate(self.platform.dashboards[position:], position):
            if number in self.platform.breaks:
                context.abort(self.platform.breaks.pop(number), "broken on purpose")
            self.platform.dashboards[0] = board
            event = dashboard_pb2.DashboardEvent(dashboard=board)
            yield dashboard_pb2.WatchDashboardResponse(event=event, resume_token=str(number + 1))
        fail(context, code_pb2.PERMISSION_DENIED, "PERMISSION_DENIED", "Your roles don't allow this.")


def board(opened: int = 142) -> dashboard_pb2.Dashboard:
    """A dashboard with something of everything.

    Args:
        opened: How many findings are open.
    """
    made = dashboard_pb2.Dashboard(name=f"{ORGANIZATION}/dashboard", day=_LAST.isoformat(), exposure=1312.5)
    made.open.count, made.risk_accepted.count, made.waiting_for_retest.count = opened, 4, 2
    for severity, count in _SEVERITIES.items():
        made.severities.add(severity=severity).findings.count = count
    for state, count in _STATES.items():
        made.states.add(state=state).findings.count = count
    deadlines = made.deadlines
    deadlines.breached.count, deadlines.near.count, deadlines.within.count, deadlines.none.count = 4, 9, 119, 10
    for number in range(10):
        asset = made.assets.add(asset=f"host{number}.shop.example\x1b[2J", weight=100 - number)
        asset.findings.count = 40 - number
        asset.severities.add(severity="HIGH").findings.count = 7
    for tool, count in (("http", 90), ("nuclei", 50), ("", 2)):
        made.tools.add(tool=tool).findings.count = count
    for days, severity, count in _TIMES:
        time = made.remediation_times.add(days=days, severity=severity)
        time.findings.count, time.mean.seconds, time.median.seconds = count, 400_000, 9_000
    for ago in range(89, -1, -1):
        day = (_LAST - timedelta(days=ago)).isoformat()
        made.trend.add(day=day, opened=3 * (ago < 30), closed=ago % 2, open=opened - ago)
    return made
