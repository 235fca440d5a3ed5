"""The event log as an audit trail: which rows, and what a filter may name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from services.mesh.audit.model import DENIED, FAILED, SUCCEEDED
from services.mesh.events.log import EVENT_LOG
from services.mesh.filters import Field

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "AUDIT_OUTCOME_UNSPECIFIED": "",
        "AUDIT_OUTCOME_SUCCEEDED": SUCCEEDED,
        "AUDIT_OUTCOME_FAILED": FAILED,
        "AUDIT_OUTCOME_DENIED": DENIED,
    }
)
"""What the log has for each outcome of the contract."""

_LOG = EVENT_LOG.c
KEY = _LOG.id
"""What is different in each row."""

FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "type": Field(_LOG.type, "text"),
        "actor": Field(_LOG.actor, "text"),
        "address": Field(func.coalesce(_LOG.address, ""), "text"),
        "session": Field(func.coalesce(_LOG.session, ""), "text"),
        "method": Field(func.coalesce(_LOG.method, ""), "text"),
        "resource": Field(_LOG.resource, "text"),
        "outcome": Field(func.coalesce(_LOG.outcome, ""), "enum", OUTCOMES),
        "reason": Field(func.coalesce(_LOG.reason, ""), "text"),
        "time": Field(_LOG.occurred_at, "time"),
    }
)
"""What a filter may name; rows from before there were addresses and outcomes count as empty ones."""


def trail(log: UUID) -> Select[Any]:
    """Returns the statement for the log of an organization, or of an account."""
    return select(EVENT_LOG).where(_LOG.organization_id == log)
