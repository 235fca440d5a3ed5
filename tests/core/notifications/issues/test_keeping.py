"""Issues follow findings, and findings follow issues, with trackers that speak the published APIs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.core.notifications.channels import store as channels
from services.core.notifications.channels.domain import Opened
from services.core.notifications.issues import store
from services.core.notifications.issues.keeping import Keeping
from services.core.notifications.sending.outcome import RefusedError
from services.mesh import identifiers
from services.mesh.database import Database, Unit
from services.mesh.outbound import Outbound, Reach
from services.mesh.testing import call_of
from tests.core.notifications.conftest import Client
from tests.core.notifications.issues.trackers import TOKEN, FakeGitHub, FakeJira
from tests.core.notifications.receiver import receiving
from tests.core.notifications.sending.samples import event

LINK = "https://xorb.example/f"
KINDS = ("github", "jira-2", "jira-3")


@dataclass
class Kept:
    """A tracker, its channel, and what findings were told to do."""

    keeping: Keeping
    opened: Opened
    organization: UUID
    tracker: Any
    followed: list[tuple[UUID, bool]] = field(default_factory=list)
    finding: UUID = field(default_factory=identifiers.new)

    async def happens(self, kind: str, state: str, summary: str = "Weak TLS") -> None:
        """Something happens to the finding."""
        await self.keeping.send(
            call_of(self.organization), self.opened, event(summary, kind, state, self.finding), LINK
        )

    async def look(self, now: datetime | None = None) -> datetime | None:
        """Somebody looks at the tracker."""
        return await self.keeping.look(call_of(self.organization), self.opened, now or datetime.now(UTC))


@asynccontextmanager
async def kept(client: Client, database: Database, kind: str) -> AsyncIterator[Kept]:
    """A tracker that is connected."""
    tracker: Any = FakeGitHub() if kind == "github" else FakeJira(int(kind[-1]))
    async with receiving(tracker.answer) as receiver:
        github = {"repository": "example/site", "url": receiver.url, "token": TOKEN, "labels": ["security"]}
        jira = {"url": receiver.url, "project": "SEC", "account": "bot@example.com", "token": TOKEN}
        leads = {"github": github} if kind == "github" else {"jira": {**jira, "version": f"V{kind[-1]}"}}
        made = await client.channel(**leads)
        organization = client.tenant.organization
        async with database.unit(call_of(organization)) as unit:
            opened = await channels.opened(unit, UUID(made.name.rpartition("/")[2]))
        assert opened is not None
        followed: list[tuple[UUID, bool]] = []

        async def follow(_unit: Unit, finding: UUID, closed: bool) -> None:
            followed.append((finding, closed))

        keeping = Keeping(database, Outbound(Reach(loopback=True)), follow)
        yield Kept(keeping, opened, organization, tracker, followed)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_issue_follows_its_finding(client: Client, database: Database, kind: str) -> None:
    async with kept(client, database, kind) as one:
        await one.happens("finding.created", "OPEN")
        await one.happens("finding.created", "OPEN")
        assert len(one.tracker.issues) == 1
        assert not one.tracker.closed
        await one.happens("finding.seen", "OPEN")
        said = len(one.tracker.said)
        await one.happens("finding.triaged", "TRIAGED")
        assert len(one.tracker.said) == said + 1
        await one.happens("finding.resolved", "RESOLVED")
        assert one.tracker.closed
        await one.happens("finding.updated", "RESOLVED")
        await one.happens("finding.reopened", "OPEN")
        assert not one.tracker.closed


@pytest.mark.parametrize("kind", KINDS)
async def test_a_finding_follows_its_issue(client: Client, database: Database, kind: str) -> None:
    async with kept(client, database, kind) as one:
        assert await one.look() is None
        await one.happens("finding.created", "OPEN")
        now = datetime.now(UTC)
        assert await one.look(now) == now + timedelta(minutes=5)
        assert one.followed == []
        one.tracker.close(closed=True)
        assert await one.look(now) == now + timedelta(minutes=5)
        assert one.followed == []
        for minutes, closed in ((5, True), (10, True), (15, False), (20, False), (25, True)):
            one.tracker.close(closed=closed)
            await one.look(now + timedelta(minutes=minutes))
        assert one.followed == [(one.finding, True), (one.finding, False), (one.finding, True)]
        # What a person has closed is not opened again by whatever else happens to its finding.
        await one.happens("finding.updated", "READY_FOR_RETEST")
        assert one.tracker.closed


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_interrupted_makes_no_second_issue(client: Client, database: Database, kind: str) -> None:
    async with kept(client, database, kind) as one:
        await one.happens("finding.created", "OPEN")
        async with database.unit(call_of(one.organization)) as unit:
            await unit.execute(store.ISSUES.delete())
        await one.happens("finding.created", "OPEN")
        assert len(one.tracker.issues) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_closed_needs_no_issue_and_what_was_seen_is_no_markup(
    client: Client, database: Database, kind: str
) -> None:
    async with kept(client, database, kind) as one:
        await one.happens("finding.dismissed", "DISMISSED")
        assert one.tracker.issues == []
        await one.happens("finding.created", "OPEN", "``` @everyone {noformat}h1. x")
        text = str(one.tracker.issues[0])
        if kind == "github":
            assert one.tracker.issues[0]["body"].count("```") == 2
        elif kind == "jira-2":
            assert one.tracker.issues[0]["fields"]["description"].count("{noformat}") == 2
        assert "How to mend it." in text
        assert LINK in text


async def test_a_token_that_is_refused_is_not_told(client: Client, database: Database) -> None:
    async with kept(client, database, "github") as one:
        wrong = Opened(one.opened.channel, {"token": "other-secret"})
        with pytest.raises(RefusedError) as caught:
            await one.keeping.send(call_of(one.organization), wrong, event("x"), LINK)
        assert str(caught.value) == "it answered with 401"
