"""The tables of acceptances, and the fields that lists and watches name."""

from sqlalchemy import ARRAY, Boolean, Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text, Uuid

from services.core.findings.acceptances.domain import State
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

ACCEPTANCES = Table(
    "acceptances",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("finding_id", Uuid),
    Column("cve", Text, nullable=False),
    Column("target_ids", ARRAY(Uuid), nullable=False),
    Column("check_id", Text, nullable=False),
    Column("greatest_severity", SmallInteger, nullable=False),
    Column("justification", LargeBinary, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("data_key_id", Uuid),
    Column("state", SmallInteger, nullable=False),
    Column("requester", Text, nullable=False),
    Column("decider", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
)

ACCEPTED = Table(
    "accepted_findings",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("finding_id", Uuid, primary_key=True),
    Column("acceptance_id", Uuid, nullable=False),
    Column("state_before", SmallInteger, nullable=False),
)

SEALED = (SealedTable(ACCEPTANCES, ("id",), ("justification", "evidence", "note")),)
"""What a rotation of the organization's key seals anew."""

FIELDS = {
    "state": Field(ACCEPTANCES.c.state, "enum", values={state.name: state.value for state in State}),
    "finding": Field(ACCEPTANCES.c.finding_id, "name", pattern="organizations/{organization}/findings/{finding}"),
    "cve": Field(ACCEPTANCES.c.cve, "text"),
    "requester": Field(ACCEPTANCES.c.requester, "text"),
    "decider": Field(ACCEPTANCES.c.decider, "text"),
    "create_time": Field(ACCEPTANCES.c.created_at, "time"),
    "expire_time": Field(ACCEPTANCES.c.expires_at, "time"),
}
"""What lists are filtered and sorted by."""

WATCH_FIELDS = {"type": Field(None, "text"), **FIELDS}
"""What watches are filtered by."""
