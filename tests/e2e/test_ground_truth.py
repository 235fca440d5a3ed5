"""One scan from the order to its evidence."""

import base64
import hashlib

from tests.e2e.members import Member
from tests.e2e.scans import ended, findings, order, places, sightings, tasks, truth


async def test_a_scan_finds_the_ground_truth_and_nothing_else(member: Member) -> None:
    scan = await order(member, await member.demo_target())
    after = await ended(member, scan)
    assert (after["state"], after["failureReason"], after["progress"]["percent"]) == ("SUCCEEDED", "", 100)
    assert tasks(after, "DONE") == [task["executor"] for task in after["progress"]["tasks"]]
    found = await findings(member)
    assert places(found) == truth(member.platform.weaknesses)
    assert after["progress"]["findings"] == len(found)
    for finding in found:
        [seen] = await sightings(member, finding)
        assert (seen["scan"], finding["sightingCount"]) == (scan, 1)
    evidence = await member.every(f"{scan}/evidence", "evidence")
    # An address has no DNS records to keep.
    assert {one["executor"] for one in evidence} == set(tasks(after, "DONE")) - {"dns"}
    for one in evidence:
        content = base64.b64decode((await member.get(one["name"]))["content"])
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
        assert len(content) == int(one["sizeBytes"]) > 0
    log = await member.every(f"{scan}/logEntries", "logEntries")
    assert {entry["level"] for entry in log} == {"INFO"}


async def test_a_second_scan_sees_the_same_findings_again(member: Member) -> None:
    target = await member.demo_target()
    first = await order(member, target)
    await ended(member, first)
    once = {finding["name"]: finding for finding in await findings(member)}
    second = await order(member, target)
    await ended(member, second)
    twice = {finding["name"]: finding for finding in await findings(member)}
    assert set(twice) == set(once)
    for name, finding in twice.items():
        assert (finding["sightingCount"], finding["scan"]) == (2, second)
        assert finding["firstSeenTime"] == once[name]["firstSeenTime"]
        assert finding["lastSeenTime"] > once[name]["lastSeenTime"]
        assert {seen["scan"] for seen in await sightings(member, finding)} == {first, second}
