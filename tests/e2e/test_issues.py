"""A tracker says what happens to its issues, through the edge; findings follow, and nothing goes round in circles."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest_asyncio

from stack.polling import until
from tests.core.notifications.issues.trackers import TOKEN, FakeGitHub
from tests.core.notifications.issues.webhooks import SECRET, Event, commented, github, signature
from tests.core.notifications.receiver import receiving
from tests.e2e.imports import nuclei, sent
from tests.e2e.members import Member

_SECONDS = 30


@dataclass(frozen=True)
class Tracked:
    """A finding with an issue in a repository."""

    member: Member
    tracker: FakeGitHub
    channel: str
    finding: str

    async def state(self) -> str:
        """The finding's state."""
        return str((await self.member.get(self.finding))["state"])

    async def notes(self) -> Sequence[Mapping[str, str]]:
        """What is said about it."""
        return await self.member.every(f"{self.finding}/notes", "notes")

    async def hears(self, event: Event, channel: str = "") -> httpx.Response:
        """The response to an event that GitHub sends."""
        headers, body = event
        address = f"http://{self.member.platform.address}/v1/{channel or self.channel}:receive-issue-event"
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            return await client.post(address, content=body, headers=headers)

    async def delivered(self, count: int) -> None:
        """Wait until so many deliveries have arrived at the tracker."""
        path = f"{self.member.organization}/notificationDeliveries?filter=state%3DDELIVERED"

        async def are() -> bool:
            return len(await self.member.every(path, "notificationDeliveries")) >= count

        await until(are, _SECONDS)


@pytest_asyncio.fixture
async def tracked(member: Member) -> AsyncIterator[Tracked]:
    """A finding of an import, of which a rule has told."""
    tracker = FakeGitHub()
    async with receiving(tracker.answer) as receiver:
        leads = {"repository": "example/site", "url": receiver.url, "token": TOKEN, "webhookSecret": SECRET}
        made = await member.post(f"{member.organization}/notificationChannels", {"github": leads})
        assert SECRET not in str(made)
        rule = {"eventTypes": ["finding.*"], "channels": [made["name"]]}
        await member.post(f"{member.organization}/notificationRules", rule)
        await sent(member, nuclei(1))

        async def is_there() -> bool:
            return bool(await member.every(f"{member.organization}/findings", "findings"))

        await until(is_there, _SECONDS)
        [finding] = await member.every(f"{member.organization}/findings", "findings")
        found = Tracked(member, tracker, made["name"], finding["name"])
        await found.delivered(1)
        yield found


async def test_a_finding_follows_its_issue_and_nothing_goes_round(tracked: Tracked) -> None:
    assert (await tracked.hears(github("issues", "closed"))).status_code == 200
    assert await tracked.state() == "READY_FOR_RETEST"
    await tracked.delivered(2)
    assert (await tracked.hears(github("issues", "reopened"))).status_code == 200
    assert await tracked.state() == "OPEN"
    await tracked.delivered(3)
    # The tracker sends our own comments back, and what we have done ourselves.
    assert len(tracked.tracker.said) == 2
    for words in tracked.tracker.said:
        assert (await tracked.hears(commented(words, by="bot"))).status_code == 200
    assert await tracked.notes() == []
    await tracked.member.post(f"{tracked.finding}:dismiss", {"reason": "It is not there."})
    await tracked.delivered(4)
    assert tracked.tracker.closed
    assert (await tracked.hears(github("issues", "closed"))).status_code == 200
    assert await tracked.state() == "DISMISSED"


async def test_comments_become_notes_from_outside(tracked: Tracked) -> None:
    words = "It is **gone**: <script>alert(1)</script> ![](https://evil.example/x.png)"
    assert (await tracked.hears(commented(words))).status_code == 200
    [note] = await tracked.notes()
    assert note["author"] == tracked.channel
    assert note["content"].startswith("octocat, Github 1:")
    assert "<strong>gone</strong>" in note["html"]
    assert "<script" not in note["html"]
    assert "<img" not in note["html"]
    # Of an issue that no finding has, nothing comes.
    assert (await tracked.hears(commented("Another one.", number=99))).status_code == 200
    assert len(await tracked.notes()) == 1


async def test_what_is_not_signed_or_came_before_is_refused(tracked: Tracked) -> None:
    headers, body = github("issues", "closed")
    forged = {**headers, "x-hub-signature-256": signature(body, "another secret of it")}
    refused = await tracked.hears((forged, body))
    nobodys = f"{tracked.member.organization}/notificationChannels/{uuid4()}"
    for answer in (refused, await tracked.hears((headers, body), nobodys), await tracked.hears((headers, body + b" "))):
        assert (answer.status_code, answer.json()["message"]) == (401, refused.json()["message"])
    assert await tracked.state() == "OPEN"
    assert (await tracked.hears((headers, body))).status_code == 200
    assert await tracked.state() == "READY_FOR_RETEST"
    await tracked.member.post(f"{tracked.finding}:reopen", {})
    again = await tracked.hears((headers, body))
    assert (again.status_code, again.json()["details"][0]["reason"]) == (409, "ALREADY_EXISTS")
    assert await tracked.state() == "OPEN"

    async def is_told() -> bool:
        entries = await tracked.member.every(f"{tracked.member.organization}/auditEntries", "auditEntries")
        denied = [one for one in entries if one["type"] == "access.denied" and one["resource"] == tracked.channel]
        return bool(denied)

    await until(is_told, _SECONDS)
