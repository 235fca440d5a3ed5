"""Reports on their way to findings, through the edge: whole, in pieces, hostile, and interrupted."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import func, select

from services.core.findings.tables import FINDINGS
from services.mesh.database import Database
from services.mesh.testing import call_of
from stack.polling import until
from tests.e2e.imports import begin, counts, ended, nuclei, readers, recorded, records, sent, upload
from tests.e2e.members import Member, join, refusal
from tests.e2e.platform import gone
from tests.e2e.scans import findings

_MANY = 12_000
_BROKEN = b'{"info": {"name": "no template"}}\n'


async def test_a_report_becomes_findings_and_again_changes_none(member: Member) -> None:
    report = nuclei(1200)
    name = await sent(member, report, filename="results.jsonl", label="shop", sha256=hashlib.sha256(report).hexdigest())
    after = await ended(member, name)
    assert (after["state"], after["failureReason"], after["format"], after["tool"]) == (
        *("SUCCEEDED", "", "nuclei", "Nuclei"),
    )
    assert int(after["readBytes"]) == int(after["receivedBytes"]) == len(report)
    assert counts(after) | {"gone": 0} == _counts(records=1200, created=1200)
    found = await findings(member)
    assert len(found) == 1200
    assert {one["import"] for one in found} == {name}
    assert {one["asset"] for one in found} == {"shop.example"}

    again = await ended(member, await sent(member, report, label="shop"))
    assert counts(again) | {"gone": 0} == _counts(records=1200, seen_again=1200)
    assert {one["sightingCount"] for one in await findings(member)} == {2}


async def test_the_body_of_a_request_is_a_file(member: Member) -> None:
    report = nuclei(300)
    name = await begin(member, filename="results.jsonl")

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(report), 10_000):
            yield report[start : start + 10_000]

    response = await upload(member, name, pieces(), finish="true")
    told = records(response)
    assert response.headers["content-type"] == "text/event-stream"
    assert told[0] == {"receivedBytes": "0"}
    assert told[-2]["fileImport"]["state"] == "PROCESSING"
    assert told[-1]["end"]["code"] == 0
    assert counts(await ended(member, name))["created"] == 300


async def test_an_upload_over_rest_goes_on_where_it_broke(member: Member) -> None:
    report = nuclei(6000)
    name = await begin(member, sizeBytes=len(report))

    async def breaks() -> AsyncIterator[bytes]:
        yield report[: len(report) // 2]
        await asyncio.sleep(0.2)
        raise ConnectionError

    with pytest.raises((ConnectionError, httpx.HTTPError)):
        await upload(member, name, breaks(), finish="true")
    now = await member.get(name)
    received = int(now["receivedBytes"])
    assert now["state"] == "RECEIVING"
    assert 0 < received < len(report)

    wrong = await upload(member, name, b"x", offset=0, finish="true")
    assert wrong.status_code == 409
    assert json.loads(wrong.text)["details"][0]["metadata"]["received_bytes"] == str(received)
    told = records(await upload(member, name, report[received:], offset=received, finish="true"))
    assert told[-2]["fileImport"]["receivedBytes"] == str(len(report))
    assert counts(await ended(member, name))["created"] == 6000


async def test_only_who_may_sends(member: Member) -> None:
    name = await begin(member)
    stranger = await join(member.platform)
    assert (await upload(stranger, name, b"x")).status_code == 404
    assert (await upload(Member(member.platform, "", ""), name, b"x")).status_code == 401
    assert refusal(await stranger.respond("POST", f"{name}:cancel", {})).status == 404


async def test_a_strict_import_records_all_or_nothing(member: Member) -> None:
    report = nuclei(50) + _BROKEN + nuclei(50, first=50)
    strict = await ended(member, await sent(member, report, strict=True))
    assert (strict["state"], counts(strict)) == ("FAILED", _counts(records=100, refused=1))
    assert "Nothing was recorded" in strict["failureReason"]
    assert await findings(member) == []
    lenient = await ended(member, await sent(member, report))
    assert (lenient["state"], counts(lenient)) == ("SUCCEEDED", _counts(records=100, created=100, refused=1))
    for one in (strict, lenient):
        [left] = await member.every(f"{one['name']}/refusals", "importRefusals")
        assert (left["position"], left["reason"]) == ("line 51", "template-id is missing")
    whole = await ended(member, await sent(member, nuclei(100), strict=True))
    assert (whole["state"], counts(whole)) == ("SUCCEEDED", _counts(records=100, seen_again=100))


async def test_what_is_gone_is_counted_and_closed_when_asked(member: Member) -> None:
    await ended(member, await sent(member, nuclei(30), label="shop"))
    fewer = nuclei(20)
    told = await ended(member, await sent(member, fewer, label="shop"))
    assert counts(told) == _counts(records=20, seen_again=20, gone=10)
    other = await ended(member, await sent(member, fewer, label="portal", closeGone=True))
    assert counts(other) == _counts(records=20, seen_again=20)
    damaged = await ended(member, await sent(member, fewer + _BROKEN, label="shop", closeGone=True))
    assert counts(damaged) == _counts(records=20, seen_again=20, refused=1, gone=10)
    closed = await ended(member, await sent(member, fewer, label="shop", closeGone=True))
    assert counts(closed) == _counts(records=20, seen_again=20, gone=10, closed=10)
    assert sum(one["state"] == "RESOLVED" for one in await findings(member)) == 10
    back = await ended(member, await sent(member, nuclei(30), label="shop"))
    assert counts(back) == _counts(records=30, seen_again=30, reopened=10)
    assert (
        await member.refused("POST", f"{member.organization}/imports", {"closeGone": True})
    ).reason == "INVALID_FIELD"


@pytest.mark.parametrize(
    ("content", "fields", "reason"),
    [
        (b"no report", {}, "known format"),
        (nuclei(3), {"format": "nothing"}, "There is no format"),
        (nuclei(3), {"sha256": "0" * 64}, "SHA-256"),
        (b'{"runs": [{"tool": {"driver": {"name": "X"}}, "results": [' + b"[" * 5000, {"format": "sarif"}, ""),
        (b'<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a SYSTEM "file:///etc/passwd">]><nmaprun>&a;', {}, ""),
    ],
)
async def test_what_cannot_be_read_says_why(
    member: Member, content: bytes, fields: dict[str, object], reason: str
) -> None:
    after = await ended(member, await sent(member, content, **fields))
    assert (after["state"], counts(after)["created"]) == ("FAILED", 0)
    assert reason in after["failureReason"]
    assert after["failureReason"]


async def test_findings_are_of_the_target_that_is_registered(member: Member) -> None:
    shop = await member.target(host="shop.example")
    block = await member.target(cidrBlock="8.8.8.0/28")
    report = nuclei(2, "SHOP.example") + nuclei(2, "8.8.8.7") + nuclei(2, "elsewhere.example")
    await ended(member, await sent(member, report))
    found = {one["asset"]: one.get("target", "") for one in await findings(member)}
    assert found == {"shop.example": shop["name"], "8.8.8.7": block["name"], "elsewhere.example": ""}
    other = await join(member.platform)
    given = (await other.target(host="www.example"))["name"]
    await ended(other, await sent(other, nuclei(2), target=given))
    assert {one["target"] for one in await findings(other)} == {given}


@pytest.mark.parametrize("victim", ["orchestrator", "core", "reader"])
async def test_whoever_is_killed_half_way_nothing_is_lost_or_doubled(
    member: Member, database: Database, victim: str
) -> None:
    report = nuclei(_MANY) + _BROKEN
    name = await sent(member, report, label="shop")
    await recorded(member, name, 1)
    if victim == "reader":
        [reader] = readers(member)
        reader.kill()
    else:
        children = readers(member)
        killed = member.platform.kill(victim)
        if victim == "orchestrator":
            await gone(children, 5)
        await member.platform.restarted(killed)
        await member.answered(name)
    after = await ended(member, name)
    assert (after["state"], after["failureReason"]) == ("SUCCEEDED", "")
    assert counts(after) | {"gone": 0} == _counts(records=_MANY, created=_MANY, refused=1)
    assert len(await member.every(f"{name}/refusals", "importRefusals")) == 1
    async with database.unit(call_of(member.identifier)) as unit:
        seen = await unit.execute(select(func.count(), func.max(FINDINGS.c.sighting_count)))
        assert tuple(seen.one()) == (_MANY, 1)


async def test_a_cancelled_import_stops_and_records_nothing_more(member: Member) -> None:
    name = await sent(member, nuclei(_MANY))
    await recorded(member, name, 1)
    processes = readers(member)
    assert (await member.post(f"{name}:cancel"))["state"] == "CANCELLED"
    await gone(processes, 10)

    async def is_still() -> bool:
        before = counts(await member.get(name))
        await asyncio.sleep(0.5)
        return counts(await member.get(name)) == before

    await until(is_still, 10)
    after = await member.get(name)
    assert after["state"] == "CANCELLED"
    assert 0 < counts(after)["created"] < _MANY
    assert len(await member.every(f"{member.organization}/findings", "findings")) == counts(after)["created"]


def _counts(**given: int) -> dict[str, int]:
    named = {name.replace("_a", "A"): number for name, number in given.items()}
    done = ("created", "seenAgain", "reopened", "merged", "refused", "gone", "closed", "outsideScope")
    return dict.fromkeys(("records", *done), 0) | named
