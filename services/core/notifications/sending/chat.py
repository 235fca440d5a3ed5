"""Messages to Slack and Microsoft Teams, in which nothing that was seen on a target is taken for markup."""

import json
from typing import Any

from services.core.notifications.channels.domain import URL, Kind, Opened
from services.core.notifications.deliveries.domain import Delivery
from services.core.notifications.sending.notice import Notice, notice
from services.core.notifications.sending.outcome import require_taken
from services.mesh.outbound import Outbound
from services.mesh.texts import clipped

# https://api.slack.com/reference/block-kit/blocks
_HEADER, _SECTION = 150, 2900
_CARD = "application/vnd.microsoft.card.adaptive"


async def send(outbound: Outbound, opened: Opened, delivery: Delivery, web_address: str) -> None:
    """Sends a delivery.

    Raises:
        RefusedError: The receiver doesn't take it.
        UndeliveredError: It doesn't answer.
    """
    told = notice(delivery, web_address)
    message = slack(told) if opened.channel.kind is Kind.SLACK else teams(told)
    headers = {"content-type": "application/json", "x-xorb-delivery": str(delivery.id)}
    body = json.dumps(message).encode()
    require_taken(await outbound.request("POST", opened.secrets[URL], headers, body))


def slack(told: Notice) -> dict[str, Any]:
    """Returns a message for an incoming webhook of Slack (Block Kit)."""
    lines = [f"*{_escaped(label)}:* {_escaped(value)}" for label, value in told.facts]
    lines += [f"• {_escaped(line)}" for line in told.lines]
    if told.more:
        lines.append(f"and {told.more:,} more")
    if told.link:
        lines.append(f"<{told.link}|Open in XORB>")
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": clipped(told.title, _HEADER), "emoji": False}}
    ]
    if lines:
        text = clipped("\n".join(lines), _SECTION)
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}})
    return {"text": _escaped(told.title), "blocks": blocks}


def teams(told: Notice) -> dict[str, Any]:
    """Returns a message for a workflow of Teams: an adaptive card 1.4, its texts in runs, which know no Markdown."""
    body = [_run(told.title, weight="Bolder", size="Medium")]
    body += [_run(f"{label}: {value}") for label, value in told.facts]
    body += [_run(f"• {line}") for line in told.lines]
    if told.more:
        body.append(_run(f"and {told.more:,} more"))
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if told.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open in XORB", "url": told.link}]
    return {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": card}]}


def _escaped(text: str) -> str:
    """Returns a text as Slack's mrkdwn shows it: no links, no mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _run(text: str, **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}
