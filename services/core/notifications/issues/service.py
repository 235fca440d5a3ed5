"""The issues service: hears from trackers what happens to the issues of findings."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf import empty_pb2
from xorb.core.v1 import issue_pb2, issue_pb2_grpc

from services.core.notifications.channels import store as channels
from services.core.notifications.channels import wire
from services.core.notifications.channels.domain import INBOUND, TRACKERS, Opened
from services.core.notifications.issues import domain, events, store
from services.core.notifications.issues.events import Heard
from services.core.notifications.issues.keeping import Follow
from services.mesh import calls, names
from services.mesh.calls import Call, Caller
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason
from services.mesh.interceptors.layer import Context

Say = Callable[[Unit, UUID, str, str], Awaitable[None]]
"""Writes a note on a finding inside a transaction: the finding, whose words they are, and the words, Markdown."""


@dataclass
class IssuesServicer(issue_pb2_grpc.IssuesServiceServicer):
    """Serves `xorb.core.v1.IssuesService`.

    Args:
        database: Where channels and issues are.
        follow: Has findings follow their issues.
        say: Writes notes.
    """

    database: Database
    follow: Follow
    say: Say

    async def ReceiveIssueEvent(self, request: issue_pb2.ReceiveIssueEventRequest, context: Context) -> empty_pb2.Empty:
        """Takes an event of a tracker."""
        headers = {key: str(value) for key, value in context.invocation_metadata() or ()}
        organization, channel = names.parse(wire.PATTERN, request.name)
        call = Call(calls.current().method, caller=Caller(request.name), organization=organization)
        async with self.database.unit(call) as unit:
            opened = await channels.opened(unit, channel)
        body, now = request.content.data, datetime.now(UTC)
        _require_signed(opened, headers, body, request.name)
        assert opened is not None  # noqa: S101 - it has signed
        calls.current().concerns = request.name
        said = events.heard(opened.channel, headers, body, now)
        if said is not None and not opened.channel.disabled:
            async with self.database.unit(call) as unit:
                await self._take(unit, opened, said, body, now)
        return empty_pb2.Empty()

    async def _take(self, unit: Unit, opened: Opened, said: Heard, body: bytes, now: datetime) -> None:
        """Does what an event says, once."""
        channel = opened.channel.id
        await unit.serialize(f"issue-events/{channel}")
        digest = hashlib.sha256(body).digest()
        if await store.was_taken(unit, channel, digest):
            raise Failure(Reason.ALREADY_EXISTS, "This event was taken before.")
        for issue in await store.by_key(unit, channel, [said.key]):
            if said.closed is not None and said.closed != issue.closed:
                await self.follow(unit, issue.finding, said.closed)
                await store.close(unit, issue, closed=said.closed)
            elif said.comment.strip() and domain.marker(issue.finding) not in said.comment:
                words = f"{said.author}, {opened.channel.kind.name.title()} {said.key}:\n\n{said.comment}"
                await self.say(unit, issue.finding, wire.name(unit.organization, channel), words)
        await store.note_taken(unit, channel, digest, now, now - 2 * events.LONGEST)


def _require_signed(opened: Opened | None, headers: Mapping[str, str], body: bytes, name: str) -> None:
    """Checks an event's signature; of a channel that isn't there or has no secret, the answer is the same.

    Raises:
        Failure: UNAUTHENTICATED.
    """
    kind = opened.channel.kind if opened else next(iter(TRACKERS))
    secret = opened.secrets.get(INBOUND, "") if opened else ""
    if not events.signed(kind, headers, body, secret):
        if secret:
            # So that who keeps the channel sees it in the organization's own log.
            calls.current().concerns = name
        raise Failure(Reason.UNAUTHENTICATED, "The event isn't signed with the channel's secret.")
