"""Scans under an engagement on the running platform: held to its scope and window, halted by its emergency stop."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from stack.polling import until
from tests.e2e.members import Json, Member
from tests.e2e.platform import gone
from tests.e2e.scans import reached, tasks
from tests.e2e.slow_site import SlowSite, slow_site

STOP_SECONDS = 2.0


@dataclass(frozen=True)
class Ground:
    """An engagement that is under way, with one target in its scope: one of its sites hardly answers."""

    member: Member
    site: SlowSite
    engagement: str
    target: str

    async def order(self, **fields: object) -> str:
        """The name of a scan ordered under the engagement."""
        operation = await self.member.post(f"{self.member.organization}/scans", self._scan(fields))
        return str(operation["name"]).removeprefix("operations/")

    async def refused(self, **fields: object) -> str:
        """The reason for which a scan isn't taken."""
        return (await self.member.refused("POST", f"{self.member.organization}/scans", self._scan(fields))).reason

    async def running(self, scan: str) -> list[psutil.Process]:
        """The scan's executors, once it asks the site something."""
        await reached(self.member, scan, lambda now: "http" in tasks(now, "RUNNING"))
        await until(self._some, 10)
        return self.member.platform.executors()

    async def change(self, **fields: object) -> Json:
        """The engagement on other terms."""
        return await self.member.call("PATCH", self.engagement, fields)

    async def _some(self) -> bool:
        return bool(self.member.platform.executors())

    def _scan(self, fields: dict[str, object]) -> dict[str, object]:
        ports = [*self.member.platform.demo_ports, self.site.port]
        return {"targets": [self.target], "ports": ports, "engagement": self.engagement, **fields}


@pytest.fixture
async def ground(member: Member) -> AsyncIterator[Ground]:
    """A ground of the test's own."""
    async with slow_site(1.0) as site:
        target = await member.demo_target()
        drafted = await member.post(
            f"{member.organization}/engagements", {"displayName": "Spring test", "targets": [target]}
        )
        for verb in ("scope", "schedule", "start"):
            await member.post(f"{drafted['name']}:{verb}")
        yield Ground(member, site, drafted["name"], target)


async def test_an_emergency_stop_halts_every_scan_within_two_seconds(ground: Ground) -> None:
    scan = await ground.order()
    executors = await ground.running(scan)
    assert executors

    asked = time.monotonic()
    stopped = await ground.member.post(f"{ground.engagement}:stop", {"reason": "Orders are failing"})
    await gone(executors, STOP_SECONDS - (time.monotonic() - asked))

    assert stopped["emergencyStopReason"] == "Orders are failing"
    halted = await ground.member.get(scan)
    assert (halted["state"], halted["failureReason"]) == ("CANCELLED", "Halted by an emergency stop.")
    assert await ground.refused() == "ENGAGEMENT_STOPPED"
    await ground.member.post(f"{ground.engagement}:release")
    again = await ground.order()
    await ground.member.post(f"{again}:cancel")


async def test_a_scan_is_paused_when_its_window_closes_and_goes_on_when_it_opens(ground: Ground) -> None:
    scan = await ground.order()
    executors = await ground.running(scan)

    opens = datetime.now(UTC) + timedelta(hours=1)
    window = {"startTime": f"{opens:%Y-%m-%dT%H:%M:%SZ}", "endTime": f"{opens + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"}
    await ground.change(windows=[window])
    held = await reached(ground.member, scan, lambda now: now["state"] == "PAUSED", 10)
    await gone(executors, STOP_SECONDS)

    assert held["waitTime"] == window["startTime"]
    assert (await ground.member.refused("POST", f"{scan}:resume", {})).reason == "OUTSIDE_WINDOW"
    assert await ground.refused(profile="QUICK") == "OUTSIDE_WINDOW"
    ground.site.seconds = 0
    await ground.member.call("PATCH", f"{ground.engagement}?updateMask=windows", {})
    over = await reached(ground.member, scan, lambda now: now["state"] == "SUCCEEDED")
    assert "waitTime" not in over


async def test_a_target_outside_of_the_scope_is_refused(ground: Ground) -> None:
    other = await ground.member.target(url=f"http://127.0.0.1:{ground.site.port}/")
    await ground.change(targets=[other["name"]])

    assert await ground.refused() == "OUTSIDE_SCOPE"
