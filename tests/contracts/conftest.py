"""What the tests of served contracts stand on: the whole platform, and an organization with something of everything."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest_asyncio
from google.protobuf import json_format
from google.protobuf.message import Message

from stack.polling import until
from tests.e2e.members import Member, colleague, join
from tests.e2e.platform import Platform, connected
from tests.e2e.scans import ended, findings, order, sightings

M = TypeVar("M", bound=Message)
RULE = "{title: A rule, logsource: {product: any}, detection: {selection: {a: b}, condition: selection}}"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Inhabited:
    """An organization that has one of each resource: names by their pattern, the longest first."""

    owner: Member
    names: tuple[str, ...]

    def existing(self, request: M) -> M:
        """The request with each name of the organization replaced by one of the same form that exists."""
        text = json_format.MessageToJson(request)
        for name in self.names:
            # A name's own pattern; it ends there, so that a parent doesn't take its child's place.
            text = re.sub(re.sub(_UUID, lambda _: _UUID, name) + r"(?![/\w-])", name, text)
        return json_format.Parse(text, type(request)())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(platform_environment: dict[str, str]) -> AsyncIterator[Platform]:
    """The whole platform, booted once a session."""
    async with connected(platform_environment) as platform:
        yield platform


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def inhabited(platform: Platform) -> Inhabited:
    """An organization with people, and a target, and a scan of it with evidence, findings, sightings and a note."""
    owner = await join(platform)
    target = await owner.demo_target()
    scan = await order(owner, target)
    await ended(owner, scan)
    finding = (await findings(owner))[0]
    evidence = (await owner.every(f"{scan}/evidence", "evidence"))[0]
    sighting = (await sightings(owner, finding))[0]
    member = (await owner.every(f"{owner.organization}/members", "members"))[0]
    role = await owner.post(f"{owner.organization}/roles", {"displayName": "Red team"})
    invitation = await owner.post(f"{owner.organization}/invitations", {"email": "ada@example.org"})
    provider = {"issuer": "https://id.example.com", "clientId": "xorb", "emailDomains": ["example.com"]}
    connection = await owner.post(f"{owner.organization}/connections", provider)
    reported = await _reported(owner)
    rule = await owner.post(f"{owner.organization}/detectionRules", {"text": RULE})
    begun = await owner.post(f"{owner.organization}/imports", {"filename": "scan.jsonl"})
    people = (member["name"], role["name"], invitation["name"], connection["name"])
    told = (
        *await _told(owner),
        *await _decided(owner, finding["name"]),
        *await _planned(owner),
        *reported,
        begun["name"],
        rule["name"],
    )
    said = await _said(owner, finding["name"])
    return Inhabited(owner, (*said, evidence["name"], sighting["name"], scan, finding["name"], target, *people, *told))


async def _reported(owner: Member) -> tuple[str, ...]:
    """A template, and a report with its file."""
    template = await owner.post(f"{owner.organization}/reportTemplates", {"displayName": "Ours"})
    report = await owner.post(f"{owner.organization}/reports", {"formats": ["MARKDOWN"]})

    async def is_ready() -> bool:
        return bool((await owner.get(report["name"]))["state"] == "SUCCEEDED")

    await until(is_ready, 60)
    [file] = (await owner.get(report["name"]))["files"]
    return file["name"], report["name"], template["name"]


async def _said(owner: Member, finding: str) -> tuple[str, ...]:
    """A file of one byte, and a note."""
    note = await owner.post(f"{finding}/notes", {"content": "It is real."})
    declared = {"fileName": "x", "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    attachment = (await owner.post(f"{finding}/attachments", declared))["name"]
    await owner.post(f"{attachment}:append", {"content": base64.b64encode(b"x").decode()})
    return f"{attachment}/attachmentContent", attachment, note["name"]


async def _planned(owner: Member) -> tuple[str, ...]:
    """An item of a checklist, its engagement, and a schedule."""
    engagement = (await owner.post(f"{owner.organization}/engagements", {"displayName": "Spring test"}))["name"]
    await owner.post(f"{engagement}/checklistItems:add", {"methodology": "OWASP_WSTG"})
    item = (await owner.get(f"{engagement}/checklistItems?pageSize=1"))["checklistItems"][0]
    target = (await owner.get(f"{owner.organization}/targets"))["targets"][0]["name"]
    nightly = {"displayName": "Nightly", "scan": {"targets": [target]}, "cron": "0 3 1 1 *"}
    schedule = (await owner.post(f"{owner.organization}/scanSchedules", nightly))["name"]
    return item["name"], engagement, schedule


async def _told(owner: Member) -> tuple[str, ...]:
    """A channel that leads nowhere, a rule, and a delivery."""
    nowhere = {"webhook": {"url": "https://hooks.invalid/"}}
    channel = (await owner.post(f"{owner.organization}/notificationChannels", nowhere))["name"]
    wanted = {"eventTypes": ["finding.created"], "channels": [channel]}
    rule = await owner.post(f"{owner.organization}/notificationRules", wanted)
    sent = await owner.post(f"{channel}:send-test")
    return channel, rule["name"], sent["notificationDelivery"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stranger(platform: Platform) -> Member:
    """The owner of another organization, which is empty."""
    return await join(platform)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def viewer(inhabited: Inhabited) -> Member:
    """Somebody of the same organization who may look at everything."""
    return await colleague(inhabited.owner, "viewer")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def guest(inhabited: Inhabited) -> Member:
    """Somebody of the same organization who has no role in it."""
    return await colleague(inhabited.owner)


async def _decided(owner: Member, finding: str) -> tuple[str, ...]:
    """What is done about a finding besides mending it, and a view of findings."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    risk = {"finding": finding, "justification": "A proxy is in front.", "expireTime": tomorrow}
    acceptance = await owner.post(f"{owner.organization}/acceptances", risk)
    retest = await owner.post(f"{finding}:request-retest", {"method": "BY_HAND"})
    view = await owner.post(f"{owner.organization}/findingViews", {"displayName": "Grave", "shared": True})
    return acceptance["name"], retest["name"], view["name"], f"{finding}/severityOverride"
