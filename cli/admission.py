"""How looks in tables and CSV what lets people and programs in, and what is written down of that."""

from typing import Any

from cli import columns
from cli.columns import enum_name, state_style
from cli.output import Column, short, when

_OUTCOME_STYLES = {"succeeded": "green", "failed": "yellow", "denied": "bold red"}
_ID = Column("id", lambda message: short(message.name))
_NAME = Column("name", lambda message: str(message.name), wide=True)
_CREATED = Column("created", lambda message: when(message.create_time))


def _flag(field: str) -> Column:
    return Column(field, lambda message: "yes" if getattr(message, field) else "no")


def _outcome(entry: Any) -> str:  # noqa: ANN401 - an AuditEntry
    return enum_name(entry, "outcome").removeprefix("audit outcome ")


def _actor(entry: Any) -> str:  # noqa: ANN401 - an AuditEntry
    """Returns who called: of accounts and programs the last digits, of services the role."""
    return str(entry.actor).rpartition("/")[2][-12:] if "://" in entry.actor else short(entry.actor)


ORGANIZATION = (
    _NAME,
    *columns.ORGANIZATIONS[1:2],
    Column("state", lambda organization: enum_name(organization, "state"), state_style),
    _flag("second_factor_required"),
    _CREATED,
)
KEY_ROTATION = (
    Column("began", lambda rotation: when(rotation.start_time)),
    Column("ended", lambda rotation: when(rotation.end_time)),
    Column("remaining", lambda rotation: str(rotation.remaining_count)),
)
OWN_SESSIONS = (
    _ID,
    Column("organization", lambda session: short(session.organization)),
    _CREATED,
    Column("expires", lambda session: when(session.expire_time)),
    Column("current", lambda session: "this one" if session.current else "", "green"),
    Column("ended", lambda session: when(session.end_time), spare=True),
)
MEMBER_SESSIONS = (OWN_SESSIONS[0], *OWN_SESSIONS[2:])
CONNECTIONS = (
    _ID,
    Column("display_name", lambda connection: str(connection.display_name), wide=True),
    Column("issuer", lambda connection: str(connection.issuer), wide=True),
    Column("domains", lambda connection: ", ".join(connection.email_domains), wide=True),
    Column("role", lambda connection: str(connection.default_role) or "members only"),
    Column("disabled", lambda connection: "disabled" if connection.disabled else "", "red"),
    Column("created", lambda connection: when(connection.create_time), spare=True),
)
CONNECTION = (
    _NAME,
    *CONNECTIONS[1:4],
    Column("client_id", lambda connection: str(connection.client_id)),
    Column("redirect_uri", lambda connection: str(connection.redirect_uri)),
    *CONNECTIONS[4:6],
    _flag("vouches_for_second_factor"),
    _CREATED,
    Column("updated", lambda connection: when(connection.update_time)),
)
SERVICE_ACCOUNTS = (
    _ID,
    Column("display_name", lambda account: str(account.display_name), wide=True),
    Column("description", lambda account: str(account.description), wide=True),
    _CREATED,
)
API_KEYS = (
    _ID,
    Column("display_name", lambda key: str(key.display_name), wide=True),
    Column("state", lambda key: enum_name(key, "state"), state_style),
    Column("permissions", lambda key: ", ".join(key.permissions), wide=True),
    Column("expires", lambda key: when(key.expire_time)),
    Column("used", lambda key: when(key.last_use_time) or "never"),
    Column("created", lambda key: when(key.create_time), spare=True),
)
AUDIT = (
    Column("time", lambda entry: when(entry.time), "dim"),
    Column("outcome", _outcome, lambda outcome: _OUTCOME_STYLES.get(outcome, "")),
    Column("actor", _actor),
    Column("address", lambda entry: str(entry.address)),
    Column("type", lambda entry: str(entry.type), "cyan", spare=True),
    Column("method", lambda entry: str(entry.method).rpartition("/")[2]),
    Column("reason", lambda entry: str(entry.reason)),
    Column("count", lambda entry: str(entry.occurrence_count or "")),
    Column("summary", lambda entry: str(entry.summary), wide=True),
)
