"""Schedules of scans on the running platform."""

import pytest

from stack.polling import until
from tests.e2e.members import Json, Member
from tests.e2e.scans import ended


async def scheduled(member: Member, **fields: object) -> Json:
    """A new schedule of the smallest scan of a verified target."""
    scan = {"targets": [await member.demo_target()], "profile": "QUICK", "ports": [1]}
    body = {"displayName": "Every night", "scan": scan, "cron": "0 3 * * *", "timeZone": "Europe/Vienna", **fields}
    return await member.post(f"{member.organization}/scanSchedules", body)


async def due(member: Member, schedule: Json) -> Json:
    """The schedule after it was due."""
    now: list[Json] = []

    async def was_due() -> bool:
        now[:] = [await member.get(schedule["name"])]
        return "lastRunTime" in now[0]

    await until(was_due, 60)
    return now[0]


async def test_a_schedule_orders_scans_and_outlives_a_restart(member: Member) -> None:
    schedule = await scheduled(member)
    paused = await member.post(f"{schedule['name']}:pause")
    assert paused["state"] == "PAUSED"
    killed = member.platform.kill("temporal")
    await member.platform.restarted(killed)

    async def is_back() -> bool:
        return bool((await member.get(schedule["name"])).get("nextRunTimes"))

    await member.answered(schedule["name"])
    await until(is_back, 60)
    await member.post(f"{schedule['name']}:resume")
    await member.post(f"{schedule['name']}:trigger")

    ordered = (await due(member, schedule))["lastScan"]
    assert (await ended(member, ordered))["state"] == "SUCCEEDED"
    assert (await member.get(ordered))["displayName"] == "Every night"
    await member.call("DELETE", schedule["name"])
    assert await member.every(f"{member.organization}/scanSchedules", "scanSchedules") == []


async def test_what_is_due_in_a_blackout_is_left_out(member: Member) -> None:
    schedule = await scheduled(member, weeklyBlackouts=[{"start": "00:00", "end": "24:00"}])

    await member.post(f"{schedule['name']}:trigger")

    assert (await due(member, schedule))["lastRefusal"] == "It was due in a blackout."
    assert await member.every(f"{member.organization}/scans", "scans") == []


@pytest.mark.parametrize(
    "fields", [{"cron": "61 3 * * *"}, {"cron": ""}, {"interval": "3600s"}, {"timeZone": "Mars/Olympus"}]
)
async def test_times_that_mean_nothing_are_refused(member: Member, fields: dict[str, object]) -> None:
    scan = {"targets": [(await member.target())["name"]]}
    body = {"displayName": "Never", "scan": scan, "cron": "0 3 * * *", **fields}

    refusal = await member.refused("POST", f"{member.organization}/scanSchedules", body)

    assert refusal.reason == "INVALID_FIELD"
    assert await member.every(f"{member.organization}/scanSchedules", "scanSchedules") == []
