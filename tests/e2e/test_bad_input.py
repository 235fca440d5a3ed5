"""What people and programs get wrong: each mistake has a clear answer in JSON, and leaves nothing behind."""

import asyncio
import json
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from temporalio.client import Client

from services.mesh.database import Database
from stack import http
from stack.polling import until
from tests.e2e.members import Member, Refusal, join, refusal
from tests.e2e.rows import rows
from tests.e2e.scans import ended, order, released

MEBIBYTE = 1024 * 1024
INJECTIONS = [
    "' OR 1=1 --",
    "display_name = '' OR 1=1 --'",
    'display_name = "x" OR 1=1; DROP TABLE targets; --',
    "display_name = \"x'; DELETE FROM targets; --",
    "1=1) UNION SELECT * FROM accounts --",
    'organization_id = "x"',
    "display_name IN (SELECT email FROM accounts)",
    "display_name.pg_sleep(10)",
    "(" * 500,
]
BODIES: list[tuple[str, object, str]] = [
    ("{targets}", b'{"host": ', ""),
    ("{targets}", b"host=127.0.0.1", ""),
    ("{targets}", b"\xff\xfe\x00", ""),
    ("{targets}", b"[]", ""),
    ("{targets}", {"host": "example.com", "colour": "red"}, "colour"),
    ("{targets}", {"host": 7}, ""),
    ("{targets}", {"host": "example.com", "verificationMethod": "SMOKE_SIGNALS"}, ""),
    ("{targets}", {"host": "example.com", "verificationMethod": 77}, "verification_method"),
    ("{targets}", {}, "target"),
    ("{targets}", {"cidrBlock": "0.0.0.0/0"}, "cidr_block"),
    ("{targets}", {"cidrBlock": "::/0"}, "cidr_block"),
    ("{targets}", {"url": "https://ada:secret@example.com/"}, "url"),
    ("{targets}", {"url": "javascript:alert(1)"}, "url"),
    ("{targets}", {"host": "a" * 300}, "host"),
    ("{targets}", {"host": ".".join(["a" * 60] * 5)}, "host"),
    ("{targets}", {"host": "169.254.169.254"}, ""),
    ("{scans}", {"targets": []}, "targets"),
    ("{scans}", {"targets": ["organizations/x"]}, ""),
    ("{scans}", {"targets": ["{name}"], "profile": "RECKLESS"}, ""),
    ("{scans}", {"targets": ["{name}"], "ports": [0]}, "ports"),
    ("{scans}", {"targets": ["{name}", "{name}"]}, "targets"),
]
QUERIES = [
    "{targets}?colour=red",
    "{targets}?pageSize=many",
    "{targets}?pageSize=-1",
    "{targets}?pageSize=1001",
    "{targets}?pageToken=nonsense",
    "{targets}?orderBy=password",
    "{targets}?orderBy=display_name;drop",
    "{findings}?filter=severity%20%3D%20%22FATAL%22",
    "{findings}?filter=cvss_score%20%3D%20%22high%22",
    "{findings}:watch?resumeToken=nonsense",
    "{findings}:watch?filter=%22",
    "organizations/..%2F..%2Fetc",
    "organizations/1",
]


@pytest.fixture
async def before(database: Database, member: Member) -> Any:
    """How much the organization has before the mistake."""
    return await rows(database, member)


def _filled(member: Member, text: str) -> str:
    for collection in ("targets", "findings", "scans"):
        text = text.replace(f"{{{collection}}}", f"{member.organization}/{collection}")
    return text.replace("{name}", f"{member.organization}/targets/{uuid.uuid4()}")


def _invalid(refused: Refusal) -> None:
    assert (refused.status, refused.code) == (400, 3), refused
    assert "sqlalchemy" not in refused.message.lower()


@pytest.mark.parametrize(("path", "body", "mentioned"), BODIES)
async def test_a_body_that_is_wrong(
    database: Database, member: Member, before: object, path: str, body: object, mentioned: str
) -> None:
    sent = body if isinstance(body, bytes) else json.loads(_filled(member, json.dumps(body)))
    refused = await member.refused("POST", _filled(member, path), sent)
    _invalid(refused)
    assert mentioned in f"{refused.message} {refused.fields}"
    assert "secret" not in refused.message
    assert await rows(database, member) == before


@pytest.mark.parametrize("path", QUERIES)
async def test_a_path_or_query_that_is_wrong(member: Member, path: str) -> None:
    _invalid(await member.refused("GET", _filled(member, path)))


@pytest.mark.parametrize("filter_text", INJECTIONS)
async def test_a_filter_is_no_way_into_the_database(
    database: Database, member: Member, before: object, filter_text: str
) -> None:
    query = urlencode({"filter": filter_text})
    for collection in ("targets", "scans", "findings"):
        refused = await member.refused("GET", f"{member.organization}/{collection}?{query}")
        _invalid(refused)
        assert refused.reason == "INVALID_FILTER"
    assert await rows(database, member) == before


async def test_what_looks_like_an_injection_is_a_text_like_any_other(member: Member) -> None:
    await member.target(host="example.com", displayName="plain")
    sly = await member.target(host="example.org", displayName="' OR 1=1 --")
    query = urlencode({"filter": 'display_name = "\' OR 1=1 --"'})
    [found] = await member.every(f"{member.organization}/targets?{query}", "targets")
    assert found["name"] == sly["name"]


async def test_a_page_token_is_good_for_its_own_list_only(member: Member) -> None:
    for host in ("a.example.com", "b.example.com"):
        await member.target(host=host)
    other = await join(member.platform)
    for host in ("a.example.com", "b.example.com"):
        await other.target(host=host)
    listed = f"{member.organization}/targets"
    token = (await member.get(f"{listed}?pageSize=1"))["nextPageToken"]
    assert (await member.get(f"{listed}?pageSize=1&pageToken={token}"))["targets"]
    pending = urlencode({"filter": 'verification_state = "PENDING"'})
    damaged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    for path in (
        f"{listed}?pageSize=1&pageToken={damaged}",
        f"{listed}?pageSize=1&pageToken={token}&{pending}",
        f"{listed}?pageSize=1&pageToken={token}&orderBy=display_name",
        f"{member.organization}/scans?pageToken={token}",
    ):
        refused = await member.refused("GET", path)
        assert (refused.status, refused.code, refused.reason) == (400, 3, "INVALID_PAGE_TOKEN")
    foreign = await other.refused("GET", f"{other.organization}/targets?pageSize=1&pageToken={token}")
    assert (foreign.status, foreign.code, foreign.reason) == (400, 3, "INVALID_PAGE_TOKEN")


async def test_50_mebibytes_are_refused_before_they_are_sent(
    member: Member, database: Database, before: object
) -> None:
    head = (
        f"POST /v1/{member.organization}/targets HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {member.token}\r\n"
        f"content-type: application/json\r\ncontent-length: {50 * MEBIBYTE}\r\n\r\n"
    )
    host, _, port = member.platform.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode() + b'{"host": "')
    async with asyncio.timeout(20):
        answer = await reader.readuntil(b"\r\n\r\n") + await reader.readuntil(b"}")
    writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: application/json" in answer
    assert b'"code":8' in answer
    assert await rows(database, member) == before


async def test_only_a_verified_target_is_scanned(database: Database, member: Member) -> None:
    target = (await member.target(host="127.0.0.1"))["name"]
    before = await rows(database, member)
    refused = await member.refused("POST", f"{member.organization}/scans", {"targets": [target]})
    assert (refused.status, refused.code, refused.reason) == (400, 9, "TARGET_NOT_VERIFIED")
    assert await rows(database, member) == before
    assert await _workflows(await member.platform.temporal(), member) == 0


async def test_a_target_has_one_scan_at_a_time(database: Database, member: Member) -> None:
    target = await member.demo_target()
    before = await rows(database, member)
    body = {"targets": [target], "ports": member.platform.demo_ports}
    answers = await asyncio.gather(*(member.respond("POST", f"{member.organization}/scans", body) for _ in range(10)))
    [accepted] = [answer for answer in answers if answer.status == 200]
    refusals = [refusal(answer) for answer in answers if answer is not accepted]
    assert {(one.status, one.code, one.reason) for one in refusals} == {(400, 9, "TARGET_BUSY")}
    scan = accepted.json()["name"].removeprefix("operations/")
    assert (await ended(member, scan))["state"] == "SUCCEEDED"
    after = await rows(database, member)
    assert after["scans"] - before["scans"] == after["scan_targets"] - before["scan_targets"] == 1
    assert await _workflows(await member.platform.temporal(), member) == 1
    await released(member, target)


async def test_the_same_order_sent_ten_times_at_once_is_one_order(member: Member) -> None:
    target = await member.demo_target()
    path = f"{member.organization}/scans?requestId={uuid.uuid4()}"
    body = {"targets": [target], "ports": member.platform.demo_ports}
    answers = await asyncio.gather(*(member.respond("POST", path, body) for _ in range(10)))
    assert [answer.status for answer in answers] == [200] * 10
    assert len({answer.body for answer in answers}) == 1
    await ended(member, answers[0].json()["name"].removeprefix("operations/"))
    assert len((await member.get(f"{member.organization}/scans"))["scans"]) == 1


async def test_a_cancelled_scan_is_not_cancelled_again(member: Member) -> None:
    target = await member.demo_target()
    scan = await order(member, target)
    assert (await member.post(f"{scan}:cancel"))["state"] == "CANCELLED"
    for verb in ("cancel", "pause", "resume"):
        refused = await member.refused("POST", f"{scan}:{verb}", {})
        assert (refused.status, refused.code, refused.reason) == (400, 9, "ILLEGAL_TRANSITION")
        assert "CANCELLED" in refused.message
    await released(member, target)
    told = [event["metadata"]["type"] for event in await member.every(f"{member.organization}/activity", "events")]
    assert [kind for kind in told if kind in {"scan.paused", "scan.resumed"}] == []


async def test_a_service_that_is_killed_is_unavailable_and_comes_back(member: Member) -> None:
    listed, answers = f"{member.organization}/targets", list[http.Response]()

    async def status_is(expected: int) -> bool:
        answers.append(await member.respond("GET", listed))
        return answers[-1].status == expected

    before = member.platform.kill("core")
    await until(lambda: status_is(503), 20)
    refused = refusal(answers[-1])
    assert (refused.code, refused.reason) == (14, "UNAVAILABLE")
    assert ".sock" not in refused.message
    await member.platform.restarted(before)
    await until(lambda: status_is(200), 60)
    # Whatever the edge said meanwhile, it was one of these two.
    assert {answer.status for answer in answers} <= {200, 503}


async def _workflows(client: Client, member: Member) -> int:
    return (await client.count_workflows(f'WorkflowId STARTS_WITH "{member.organization}/"')).count
