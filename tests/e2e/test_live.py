"""One scan, watched over gRPC, REST and WebSocket side by side: the same events in the same order at the same time."""

import asyncio
import signal
import statistics
from collections.abc import Mapping
from contextlib import AsyncExitStack

from tests.e2e.members import Member, join
from tests.e2e.scans import ended, findings, order, places, truth
from tests.e2e.watching import TRANSPORTS, Told, Watch, watching

ENDINGS = {"scan.succeeded", "scan.failed", "scan.cancelled"}


async def test_everybody_sees_the_same_at_the_same_time(member: Member) -> None:
    target = await member.demo_target()
    async with AsyncExitStack() as stack:
        activity = await _opened(stack, member, f"{member.organization}/activity:watch")
        found = await _opened(stack, member, f"{member.organization}/findings:watch")
        scan = await order(member, target)
        own = await _opened(stack, member, f"{scan}:watch")
        await ended(member, scan)
        for watches in (activity, own):
            await asyncio.gather(*(watch.until(_is_end) for watch in watches.values()))
        for watch in found.values():
            await watch.count("finding.created", len(member.platform.weaknesses))
    for watches in (activity, found, own):
        _same(watches)
    listed = await findings(member)
    assert places(one.content["finding"] for one in found["grpc"].of("finding.created")) == places(listed)
    assert places(listed) == truth(member.platform.weaknesses)
    _everything_is_in_the_activity(activity["grpc"], found["grpc"], own["grpc"])


def _is_end(told: Told) -> bool:
    return told.type in ENDINGS


async def _opened(stack: AsyncExitStack, member: Member, path: str) -> Mapping[str, Watch]:
    """A watch over each transport, all from the moment on at which the first had caught up."""
    first, *others = TRANSPORTS
    opened = {first: await stack.enter_async_context(watching(member, path, first))}
    token = opened[first].caught_up_token
    for transport in others:
        opened[transport] = await stack.enter_async_context(watching(member, path, transport, token))
    return opened


def _same(watches: Mapping[str, Watch]) -> None:
    first, *others = TRANSPORTS
    tellings = [watches[first].told[watches[first].caught_up_at :], *(watches[other].told for other in others)]
    shortest = min(map(len, tellings))
    assert shortest > 5
    for telling in tellings:
        assert len({one.event_id for one in telling}) == len(telling)
    spreads = []
    for told in zip(*(telling[:shortest] for telling in tellings), strict=True):
        assert all(one.content == told[0].content for one in told)
        spreads.append(max(one.at for one in told) - min(one.at for one in told))
    # A bound of sanity on a busy machine, no measurement.
    assert statistics.median(spreads) < 1


def _everything_is_in_the_activity(activity: Watch, *others: Watch) -> None:
    order = [one.event_id for one in activity.told]
    for other in others:
        known = [one.event_id for one in other.told if one.event_id in set(order)]
        assert known == [event for event in order if event in set(known)]
        assert len(known) > 5


async def test_a_watch_over_rest_says_how_it_ends(member: Member) -> None:
    """The process that serves it stops: the last record is a status, and its token goes on where it was."""
    path = f"{member.organization}/activity:watch"
    async with watching(member, path, "rest") as watch:
        await member.target(host="a.example.com")
        await watch.until(lambda told: told.type == "target.created")
        stopping = member.platform.kill("core", signal.SIGTERM)
        end = await watch.end()
        await member.platform.restarted(stopping)
    assert end["code"] == 14
    assert [detail["reason"] for detail in end["details"]] == ["UNAVAILABLE"]
    await member.answered(path.partition(":")[0])
    await member.target(host="b.example.com")
    async with watching(member, path, "rest", watch.resume_token) as again:
        await again.until(lambda told: told.type == "target.created")
    assert [one.type for one in again.told] == ["target.created"]
    assert not {one.event_id for one in again.told} & {one.event_id for one in watch.told}


async def test_another_organization_sees_none_of_it(member: Member) -> None:
    target, other = await member.demo_target(), await join(member.platform)
    async with AsyncExitStack() as stack:
        watches = [
            await stack.enter_async_context(watching(other, f"{other.organization}/{collection}:watch", transport))
            for collection in ("activity", "findings")
            for transport in TRANSPORTS
        ]
        scan = await order(member, target)
        await ended(member, scan)
        await other.target(host="example.com")
        for watch in watches[: len(TRANSPORTS)]:
            await watch.until(lambda told: told.type == "target.created")
        for watch in watches:
            assert [one.type for one in watch.told] in ([], ["target.created"])
        for transport in TRANSPORTS:
            assert await _refused(other, f"{member.organization}/activity:watch", transport) == 5
            assert await _refused(other, f"{scan}:watch", transport) == 5
    assert await _all_that_is_listed(other) == ["organization.created", "target.created"]
    finding, evidence = (await findings(member))[0]["name"], f"{scan}/evidence"
    [first, *_] = await member.every(evidence, "evidence")
    names = [target, scan, finding, first["name"], evidence, f"{scan}/logEntries", f"{finding}/sightings",
             member.organization, f"operations/{scan}"]  # fmt: skip
    for name in names:
        refused = await other.refused("GET", name)
        assert (refused.status, refused.reason) == (404, "NOT_FOUND")
    assert (await other.refused("POST", f"{other.organization}/scans", {"targets": [target]})).status == 404


async def _all_that_is_listed(member: Member) -> list[str]:
    """The types of what happened in an organization that has one target and nothing else."""
    for collection in ("scans", "findings"):
        assert await member.every(f"{member.organization}/{collection}", collection) == []
    assert await member.every("operations", "operations") == []
    assert [one["name"] for one in await member.every("organizations", "organizations")] == [member.organization]
    [target] = await member.every(f"{member.organization}/targets", "targets")
    assert target["host"] == "example.com"
    events = await member.every(f"{member.organization}/activity", "events")
    kinds = [event["metadata"]["type"] for event in reversed(events)]
    return [kind for kind in kinds if not kind.startswith("account.")]


async def _refused(member: Member, path: str, transport: str) -> int:
    """The code of the status that a watch is refused with."""
    async with watching(member, path, transport, expect_refusal=True) as watch:
        return int((await watch.end())["code"])
