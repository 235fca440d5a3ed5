"""Keeps issues in step with findings, and findings with issues."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.core.notifications.channels.domain import Kind, Opened
from services.core.notifications.deliveries.domain import Delivery
from services.core.notifications.deliveries.domain import Kind as Told
from services.core.notifications.issues import domain, store
from services.core.notifications.issues.domain import Change, Issue
from services.core.notifications.issues.github import GitHub
from services.core.notifications.issues.jira import Jira
from services.core.notifications.issues.tracker import Found, Tracker
from services.mesh import names
from services.mesh.calls import Call
from services.mesh.database import Database, Unit
from services.mesh.outbound import Outbound

_FINDING = "organizations/{organization}/findings/{finding}"

Follow = Callable[[Unit, UUID, bool], Awaitable[None]]
"""Has a finding follow its issue, inside a transaction: closed, ready for a re-test; opened again, open."""


@dataclass(frozen=True)
class Keeping:
    """Keeps both in step.

    Args:
        database: Where it is written which issue is of which finding.
        outbound: Sends requests to addresses that may be.
        follow: Has findings follow their issues.
        pause: How long after one look at a tracker the next one is.
    """

    database: Database
    outbound: Outbound
    follow: Follow
    pause: timedelta = timedelta(minutes=5)

    async def send(self, call: Call, opened: Opened, delivery: Delivery, link: str) -> None:
        """Has the issue of a finding say what happened to it.

        Raises:
            RefusedError: The tracker doesn't take it.
            UndeliveredError: It doesn't answer.
        """
        tracker = self._tracker(opened)
        if delivery.kind is not Told.EVENT:
            # A test: whether it can be looked at with this token.
            await tracker.find("xorb-test")
            return
        finding = names.parse(_FINDING, delivery.resource)[1]
        async with self.database.unit(call) as unit:
            issue = await store.find(unit, opened.channel.id, finding)
        state = str(delivery.content["data"].get("state", ""))
        if issue is None:
            await self._begin(call, tracker, opened, finding, delivery, link)
            return
        if domain.says_something(delivery.event_type):
            # The mark tells our own words from others' when the tracker sends them back.
            await tracker.comment(issue.key, f"{delivery.summary}\n\n{domain.marker(finding)}")
        await self._change(call, tracker, issue, domain.change(issue, delivery.event_type, state))

    async def look(self, call: Call, opened: Opened, now: datetime) -> datetime | None:
        """Looks at a tracker if it is time to; returns when the next time is, None where it has no issues.

        Raises:
            RefusedError: The tracker refuses.
            UndeliveredError: It doesn't answer.
        """
        channel = opened.channel.id
        async with self.database.unit(call) as unit:
            if not await store.any_of(unit, channel):
                return None
            last = await store.polled(unit, channel)
        if last is not None and now < last + self.pause:
            return last + self.pause
        found = await self._tracker(opened).changed(last or now - timedelta(days=1), now)
        closed = {one.key: one.closed for one in found}
        async with self.database.unit(call) as unit:
            issues = await store.by_key(unit, channel, closed)
        for issue in issues:
            await self._follow(call, issue, closed=closed[issue.key])
        async with self.database.unit(call) as unit:
            await store.note_poll(unit, channel, now)
        return now + self.pause

    async def _follow(self, call: Call, issue: Issue, *, closed: bool) -> None:
        """Has a finding follow its issue where that was closed or opened again by others."""
        if issue.closed == closed:
            return
        async with self.database.unit(call) as unit:
            await self.follow(unit, issue.finding, closed)
            await store.close(unit, issue, closed=closed)

    async def _begin(
        self, call: Call, tracker: Tracker, opened: Opened, finding: UUID, delivery: Delivery, link: str
    ) -> None:
        """Makes the issue of a finding, unless it was made before somebody died, or there is no need any more."""
        data, mark = delivery.content["data"], domain.marker(finding)
        found = await tracker.find(mark)
        if found is None and str(data.get("state", "")) in domain.CLOSED:
            return
        made = found or await tracker.create(domain.text(finding, data, link), mark)
        async with self.database.unit(call) as unit:
            await store.put(unit, _issue(opened.channel.id, finding, made))

    async def _change(self, call: Call, tracker: Tracker, issue: Issue, change: Change) -> None:
        if change is Change.NOTHING:
            return
        closes = change is Change.CLOSE
        await (tracker.close if closes else tracker.reopen)(issue.key)
        async with self.database.unit(call) as unit:
            await store.put(unit, replace(issue, closed=closes))

    def _tracker(self, opened: Opened) -> Tracker:
        made: Tracker = (Jira if opened.channel.kind is Kind.JIRA else GitHub).of(self.outbound, opened)
        return made


def _issue(channel: UUID, finding: UUID, found: Found) -> Issue:
    return Issue(channel, finding, found.key, found.url, found.closed)
