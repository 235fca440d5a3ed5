"""Findings are tested again on the running platform: by the very check that has seen them, whatever dies meanwhile."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from stack.polling import until
from tests.e2e.changing_site import ChangingSite, changing_site
from tests.e2e.members import Json, Member, colleague
from tests.e2e.scans import ended, findings, order, reached, tasks

_SECONDS = 90
VERSION = "http.server-version"


@dataclass(frozen=True)
class Shop:
    """A site that tells its version, and the finding that says so."""

    member: Member
    site: ChangingSite
    target: str
    finding: str

    async def ask(self, **fields: object) -> Json:
        """A new re-test."""
        return await self.member.post(f"{self.finding}:request-retest", fields)

    async def over(self, retest: Json) -> Json:
        """A re-test when it is over."""
        return await self.become(retest, "ENDED", "CANCELLED")

    async def become(self, retest: Json, *states: str) -> Json:
        """A re-test when it is in one of these states."""
        now: list[Json] = []

        async def is_so() -> bool:
            now[:] = [await self.member.get(retest["name"])]
            return now[0]["state"] in states

        await until(is_so, _SECONDS)
        return now[0]

    async def state(self) -> str:
        """The finding's state."""
        return str((await self.member.get(self.finding))["state"])


@pytest.fixture
async def shop(member: Member) -> AsyncIterator[Shop]:
    """A shop of the test's own, scanned once."""
    async with changing_site(Server="Shop/1.0.2") as site:
        target = await member.demo_target()
        await ended(member, await order(member, target, ports=[site.port]))
        [found] = [one for one in await findings(member) if one["check"] == VERSION]
        yield Shop(member, site, target, found["name"])


async def test_what_was_mended_is_resolved_and_what_was_not_is_open(shop: Shop) -> None:
    before = {one["name"]: one["sightingCount"] for one in await findings(shop.member)}
    shop.site.headers["Server"] = "Shop/1.0.3"
    still = await shop.over(await shop.ask(note="There is a new release."))
    assert (still["verdict"], await shop.state()) == ("STILL_THERE", "OPEN")
    assert [(line["change"], line["text"]) for line in still["difference"]] == [
        ("WENT", "server: Shop/1.0.2"),
        ("CAME", "server: Shop/1.0.3"),
    ]
    scan = await shop.member.get(still["scan"])
    assert (scan["checks"], scan["ports"]) == ([VERSION], [shop.site.port])
    assert sorted(tasks(scan, "DONE")) == ["http", "ports"]
    shop.site.headers["Server"] = "Shop"
    fixed = await shop.over(await shop.ask())
    assert (fixed["verdict"], await shop.state()) == ("FIXED", "RESOLVED")
    assert [line["change"] for line in fixed["difference"]] == ["WENT"]
    assert fixed["requestTime"] <= fixed["queueTime"] <= fixed["startTime"] <= fixed["endTime"]
    # Nothing else of the site was looked at, though it has more weaknesses.
    after = {one["name"]: one["sightingCount"] for one in await findings(shop.member)}
    assert {name for name in after if after[name] != before[name]} == {shop.finding}
    assert len(before) > 1


async def test_a_site_that_is_away_says_nothing(shop: Shop) -> None:
    shop.site.close()
    away = await shop.over(await shop.ask())
    assert (away["verdict"], await shop.state()) == ("INCONCLUSIVE", "READY_FOR_RETEST")
    assert "answer" in away["reason"]


async def test_an_orchestrator_killed_half_way_loses_no_verdict(shop: Shop) -> None:
    shop.site.seconds, shop.site.headers["Server"] = 1.0, "Shop"
    asked = await shop.ask()
    running = await shop.become(asked, "RUNNING")
    await reached(shop.member, running["scan"], lambda now: bool(tasks(now, "RUNNING")))
    killed = shop.member.platform.kill("orchestrator")
    shop.site.seconds = 0.0
    await shop.member.platform.restarted(killed)
    assert (await shop.over(asked))["verdict"] == "FIXED"
    assert await shop.state() == "RESOLVED"


async def test_cancelling_ends_the_scan_and_waiting_for_the_target_ends_by_itself(shop: Shop) -> None:
    shop.site.seconds = 1.0
    other = await order(shop.member, shop.target, ports=[shop.site.port])
    asked = await shop.ask()
    waiting = await shop.become(asked, "QUEUED")
    assert "Another scan" in waiting["reason"]
    refused = await shop.member.refused("POST", f"{shop.finding}:request-retest")
    assert refused.reason == "RETEST_UNDER_WAY"
    await shop.member.post(f"{other}:cancel")
    running = await shop.become(asked, "RUNNING")
    await reached(shop.member, running["scan"], lambda now: "http" in tasks(now, "RUNNING"))
    shop.site.seconds = 30.0
    cancelled = await shop.member.post(f"{asked['name']}:cancel")
    assert (cancelled["state"], await shop.state()) == ("CANCELLED", "OPEN")
    assert (await ended(shop.member, running["scan"]))["state"] == "CANCELLED"


async def test_a_tester_decides_by_hand(shop: Shop) -> None:
    pentester = await colleague(shop.member, "pentester")
    asked = await shop.ask(method="BY_HAND")
    body = {"verdict": "FIXED", "evidence": "server: Shop"}
    own = await shop.member.refused("POST", f"{asked['name']}:conclude", body)
    assert own.reason == "SEPARATION_OF_DUTIES"
    concluded = await pentester.post(f"{asked['name']}:conclude", body)
    assert (concluded["verdict"], await shop.state()) == ("FIXED", "RESOLVED")
