"""Slack and Teams get what they take, and nothing that was seen on a target is markup there."""

import json
from typing import Any

import pytest

from services.core.notifications.sending.chat import slack, teams
from services.core.notifications.sending.notice import Notice, notice
from services.mesh import identifiers
from tests.core.notifications.sending.samples import digest, event

EVIL = "<!channel> <https://evil.example|click> [click](https://evil.example) & more"


def texts(value: Any) -> list[str]:
    """Every text of a message."""
    if isinstance(value, dict):
        return [found for one in value.values() for found in texts(one)]
    if isinstance(value, list):
        return [found for one in value for found in texts(one)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    "told", [notice(event(EVIL), "https://xorb.example"), notice(digest(EVIL, 30), "https://x.example")]
)
def test_slack(told: Notice) -> None:
    message = slack(told)
    header, section = message["blocks"]
    assert (header["type"], header["text"]["type"], section["text"]["type"]) == ("header", "plain_text", "mrkdwn")
    assert len(header["text"]["text"]) <= 150
    assert len(section["text"]["text"]) <= 3000
    links = [part for part in section["text"]["text"].split() if part.startswith("<")]
    assert links == [f"<{told.link}|Open"]
    assert "<!channel>" not in message["text"]
    assert "&lt;!channel&gt;" in message["text"] + section["text"]["text"]


@pytest.mark.parametrize(
    "told", [notice(event(EVIL), "https://xorb.example"), notice(digest(EVIL, 30), "https://x.example")]
)
def test_teams(told: Notice) -> None:
    message = teams(told)
    (attachment,) = message["attachments"]
    card = attachment["content"]
    assert (message["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    # Only runs, which know no Markdown, have texts from outside.
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open in XORB", "url": told.link}]
    assert any("[click]" in text for text in texts(card["body"]))
    assert len(json.dumps(message)) < 28_000


def test_a_digest_shows_some_and_counts_the_others() -> None:
    told = notice(digest("Weak TLS", 30), "https://xorb.example/")
    assert (len(told.lines), told.more) == (20, 10)
    assert told.link == f"https://xorb.example/{digest('x', 1).content['data']['organization']}"
    assert "and 10 more" in told.text()


def test_a_link_leads_to_the_resource() -> None:
    made = event("x")
    assert notice(made, "https://xorb.example").link == f"https://xorb.example/{made.resource}"
    assert identifiers.new() != made.id
