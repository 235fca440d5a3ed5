"""Issues in PostgreSQL."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    LargeBinary,
    Row,
    Table,
    Text,
    Uuid,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.core.notifications.issues.domain import Issue
from services.mesh.database import Unit
from services.mesh.tables import METADATA

ISSUES = Table(
    "notification_issues",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("channel_id", Uuid, primary_key=True),
    Column("finding_id", Uuid, primary_key=True),
    Column("issue_key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
POLLS = Table(
    "notification_polls",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("channel_id", Uuid, primary_key=True),
    Column("polled_at", DateTime(timezone=True), nullable=False),
)
TAKEN = Table(
    "notification_issue_events",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("channel_id", Uuid, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False),
)
_C = ISSUES.c


async def find(unit: Unit, channel: UUID, finding: UUID) -> Issue | None:
    """Returns the issue of a finding in a tracker."""
    row = (await unit.execute(select(ISSUES).where(_C.channel_id == channel, _C.finding_id == finding))).one_or_none()
    return _issue(row) if row else None


async def by_key(unit: Unit, channel: UUID, keys: Iterable[str]) -> list[Issue]:
    """Returns those of a tracker's issues that are of findings."""
    statement = select(ISSUES).where(_C.channel_id == channel, _C.issue_key.in_(list(keys)))
    return [_issue(row) for row in await unit.execute(statement.order_by(_C.issue_key))]


async def any_of(unit: Unit, channel: UUID) -> bool:
    """Returns whether a tracker has an issue of a finding."""
    return (
        await unit.execute(select(_C.finding_id).where(_C.channel_id == channel).limit(1))
    ).one_or_none() is not None


async def put(unit: Unit, issue: Issue) -> None:
    """Writes an issue."""
    row = {
        "organization_id": unit.organization,
        "channel_id": issue.channel,
        "finding_id": issue.finding,
        "issue_key": issue.key,
        "url": issue.url,
        "closed": issue.closed,
    }
    statement = insert(ISSUES).values(row)
    key = ["organization_id", "channel_id", "finding_id"]
    changes = {"issue_key": issue.key, "url": issue.url, "closed": issue.closed}
    await unit.execute(statement.on_conflict_do_update(index_elements=key, set_=changes))


async def close(unit: Unit, issue: Issue, *, closed: bool) -> bool:
    """Writes whether an issue is closed; returns whether that is new."""
    this = (_C.channel_id == issue.channel) & (_C.finding_id == issue.finding) & (_C.closed != closed)
    return bool((await unit.execute(update(ISSUES).where(this).values(closed=closed))).rowcount)


async def polled(unit: Unit, channel: UUID) -> datetime | None:
    """Returns when a tracker was last looked at."""
    statement = select(POLLS.c.polled_at).where(POLLS.c.channel_id == channel)
    found: datetime | None = (await unit.execute(statement)).scalar_one_or_none()
    return found


async def note_poll(unit: Unit, channel: UUID, now: datetime) -> None:
    """Writes when a tracker was last looked at."""
    row = {"organization_id": unit.organization, "channel_id": channel, "polled_at": now}
    statement = insert(POLLS).values(row)
    key = ["organization_id", "channel_id"]
    await unit.execute(statement.on_conflict_do_update(index_elements=key, set_={"polled_at": now}))


async def was_taken(unit: Unit, channel: UUID, digest: bytes) -> bool:
    """Returns whether an event with this digest was taken before."""
    statement = select(TAKEN.c.channel_id).where(TAKEN.c.channel_id == channel, TAKEN.c.digest == digest)
    return (await unit.execute(statement)).one_or_none() is not None


async def note_taken(unit: Unit, channel: UUID, digest: bytes, now: datetime, before: datetime) -> None:
    """Writes that an event was taken, and forgets those from before a time."""
    row = {"organization_id": unit.organization, "channel_id": channel, "digest": digest, "received_at": now}
    await unit.execute(insert(TAKEN).values(row))
    await unit.execute(delete(TAKEN).where(TAKEN.c.channel_id == channel, TAKEN.c.received_at < before))


def _issue(row: Row[Any]) -> Issue:
    return Issue(row.channel_id, row.finding_id, row.issue_key, row.url, row.closed)
