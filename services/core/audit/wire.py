"""The audit trail on the wire."""

from collections.abc import Mapping
from typing import Any

from xorb.core.v1 import audit_pb2

from services.core.audit.store import OUTCOMES

_NAMES = {stored: name for name, stored in OUTCOMES.items()}


def entry(parent: str, row: Mapping[Any, Any]) -> audit_pb2.AuditEntry:
    """Returns the message of a row of the log.

    Args:
        parent: Whose log it is, by its resource name.
        row: The row; one from before there were addresses, sessions, methods and outcomes has none of them.
    """
    message = audit_pb2.AuditEntry(
        name=f"{parent}/auditEntries/{row['id']}",
        type=row["type"],
        actor=row["actor"],
        address=row["address"] or "",
        session=row["session"] or "",
        method=row["method"] or "",
        resource=row["resource"],
        outcome=_NAMES[row["outcome"] or ""],
        reason=row["reason"] or "",
        occurrence_count=row["occurrences"] or 1,
        summary=row["summary"],
    )
    message.time.FromDatetime(row["occurred_at"])
    return message
