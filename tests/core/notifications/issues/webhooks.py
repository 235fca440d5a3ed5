"""Events as GitHub's and Jira's webhooks send them, from their published examples, with their signatures."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

SECRET = "a-secret-of-the-webhook"
Event = tuple[dict[str, str], bytes]
"""The headers and the body."""


def signature(body: bytes, secret: str = SECRET) -> str:
    """The signature of a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def github(event: str, action: str, number: int = 1, at: datetime | None = None, **more: Any) -> Event:
    """An event of GitHub."""
    moment = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    state = "closed" if action == "closed" else "open"
    content = {
        "action": action,
        "issue": {"number": number, "state": state, "title": "[HIGH] Weak TLS", "updated_at": moment},
        "repository": {"full_name": "example/site"},
        "sender": {"login": "octocat"},
        **more,
    }
    body = json.dumps(content, indent=1).encode()
    headers = {"content-type": "application/json", "x-github-event": event, "x-github-delivery": "72d3162e"}
    return {**headers, "x-hub-signature-256": signature(body)}, body


def commented(words: str, number: int = 1, by: str = "octocat") -> Event:
    """Somebody comments on an issue in GitHub."""
    comment = {"body": words, "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "user": {"login": by}}
    return github("issue_comment", "created", number, comment=comment)


def jira(event: str, key: str = "SEC-1", status: str = "done", at: datetime | None = None, **more: Any) -> Event:
    """An event of Jira."""
    issue = {"key": key, "fields": {"status": {"statusCategory": {"key": status}}}}
    moment = int((at or datetime.now(UTC)).timestamp() * 1000)
    body = json.dumps({"timestamp": moment, "webhookEvent": event, "issue": issue, **more}).encode()
    return {"content-type": "application/json", "x-hub-signature": signature(body)}, body
