"""What trackers' webhooks say: whether they are signed, and what of it concerns an issue.

Sources: https://docs.github.com/webhooks/webhook-events-and-payloads,
https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries,
https://developer.atlassian.com/server/jira/platform/webhooks and, for its signature,
https://developer.atlassian.com/cloud/jira/platform/webhooks (`X-Hub-Signature: sha256=…`).
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.core.notifications.channels.domain import Channel, Kind
from services.mesh import texts
from services.mesh.errors import invalid_field

LONGEST = timedelta(days=7)
"""How old an event may be: trackers try again for hours, and who replays one has so long."""
_AHEAD = timedelta(minutes=10)
_DONE = "done"
_MOST = 9000
_SIGNATURES = {Kind.GITHUB: "x-hub-signature-256", Kind.JIRA: "x-hub-signature"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What an event says of an issue.

    Attributes:
        key: What the tracker calls the issue.
        at: When it happened.
        closed: Whether it was closed or opened again; None where it says nothing of that.
        comment: What somebody wrote; empty where nobody did.
        author: Who, as the tracker calls them.
    """

    key: str
    at: datetime
    closed: bool | None = None
    comment: str = ""
    author: str = ""


def signed(kind: Kind, headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Returns whether a body is signed with a secret; compares in constant time."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    given = headers.get(_SIGNATURES.get(kind, ""), "")
    return hmac.compare_digest(f"sha256={expected}".encode(), given.encode()) and bool(secret)


def heard(channel: Channel, headers: Mapping[str, str], body: bytes, now: datetime) -> Heard | None:
    """Returns what a signed event says of an issue of the channel's project; None where that is nothing.

    Raises:
        Failure: INVALID_FIELD; it can't be read, or is too old.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid_field("content", "it is no JSON") from error
    said = _github(channel, headers, content) if channel.kind is Kind.GITHUB else _jira(channel, content)
    if said is not None and not now - LONGEST < said.at < now + _AHEAD:
        raise invalid_field("content", "it is of another time; events may be seven days old")
    return said


def _github(channel: Channel, headers: Mapping[str, str], content: Any) -> Heard | None:  # noqa: ANN401 - JSON
    if _text(content, "repository", "full_name").casefold() != channel.text("repository").casefold():
        return None
    event, action = headers.get("x-github-event", ""), _text(content, "action")
    key = _text(content, "issue", "number")
    if event == "issues" and action in {"closed", "reopened"}:
        return Heard(key, _time(_text(content, "issue", "updated_at")), closed=action == "closed")
    if event == "issue_comment" and action == "created":
        at, words = _time(_text(content, "comment", "created_at")), _text(content, "comment", "body")
        return Heard(key, at, comment=words[:_MOST], author=_name(_text(content, "comment", "user", "login")))
    return None


def _jira(channel: Channel, content: Any) -> Heard | None:  # noqa: ANN401 - JSON
    event, key = _text(content, "webhookEvent"), _text(content, "issue", "key")
    if not key.startswith(f"{channel.text('project')}-"):
        return None
    at = _milliseconds(_text(content, "timestamp"))
    if event == "comment_created":
        author = _name(_text(content, "comment", "author", "displayName"))
        return Heard(key, at, comment=_text(content, "comment", "body")[:_MOST], author=author)
    status = _text(content, "issue", "fields", "status", "statusCategory", "key")
    return Heard(key, at, closed=status == _DONE) if event == "jira:issue_updated" and status else None


def _text(content: Any, *path: str) -> str:  # noqa: ANN401 - JSON
    """Returns a text or a number inside of an event, as text; empty where there is none."""
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return texts.storable(str(content)) if isinstance(content, str | int) else ""


def _name(text: str) -> str:
    return texts.one_line(text)[:100] or "somebody"


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid_field("content", "it doesn't say when it happened") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _milliseconds(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise invalid_field("content", "it doesn't say when it happened") from error
