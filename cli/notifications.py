"""How notifications look in tables and CSV."""

from typing import Any

from cli.columns import enum_name, severity_style
from cli.output import Column, short, when

_STATES = {"pending": "yellow", "delivered": "green", "dead": "bold red"}


def _style(state: str) -> str:
    return _STATES.get(state, "")


def _leads_to(channel: Any) -> str:  # noqa: ANN401 - a NotificationChannel
    """Returns where a channel leads, as far as it is no secret."""
    return ", ".join(channel.email.recipients) or str(channel.origin)


_ID = Column("id", lambda message: short(message.name))
_NAME = Column("name", lambda message: str(message.display_name), wide=True)
_DISABLED = Column("disabled", lambda message: "disabled" if message.disabled else "", "red")

CHANNELS = (
    _ID,
    _NAME,
    Column("kind", lambda channel: enum_name(channel, "kind")),
    Column("leads to", _leads_to, wide=True),
    Column("ordered", lambda channel: "in order" if channel.ordered else ""),
    _DISABLED,
    Column("verified", lambda channel: when(channel.verify_time), spare=True),
)
CHANNEL = (
    Column("resource", lambda channel: str(channel.name)),
    *CHANNELS[1:],
    Column("secret", lambda channel: str(channel.signing_secret), "bold"),
)
RULES = (
    _ID,
    _NAME,
    Column("events", lambda rule: ", ".join(rule.event_types), wide=True),
    Column("severity", lambda rule: enum_name(rule, "minimum_severity"), severity_style),
    Column("channels", lambda rule: ", ".join(map(short, rule.channels)), wide=True),
    Column("when", lambda rule: enum_name(rule, "frequency")),
    _DISABLED,
)
RULE = (
    Column("resource", lambda rule: str(rule.name)),
    *RULES[1:],
    Column("filter", lambda rule: str(rule.filter)),
    Column("time zone", lambda rule: str(rule.time_zone)),
)
DELIVERIES = (
    _ID,
    Column("state", lambda delivery: enum_name(delivery, "state"), _style),
    Column("event", lambda delivery: str(delivery.event_type)),
    Column("channel", lambda delivery: short(delivery.channel)),
    Column("summary", lambda delivery: str(delivery.summary), wide=True),
    Column("attempts", lambda delivery: str(delivery.attempt_count)),
    Column("error", lambda delivery: str(delivery.last_error), "red", wide=True),
    Column("created", lambda delivery: when(delivery.create_time), spare=True),
)
