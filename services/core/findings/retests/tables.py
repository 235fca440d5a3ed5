"""The table of re-tests, and the fields that lists and watches name."""

from sqlalchemy import Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text, Uuid

from services.core.findings.retests.domain import Method, State, Verdict
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

RETESTS = Table(
    "retests",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("finding_id", Uuid, nullable=False),
    Column("finding_state_before", SmallInteger, nullable=False),
    Column("method", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("verdict", SmallInteger),
    Column("reason", Text, nullable=False),
    Column("executor", Text, nullable=False),
    Column("check_id", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("target_id", Uuid),
    Column("engagement_id", Uuid),
    Column("scan_id", Uuid),
    Column("tester_id", Uuid),
    Column("requester", Text, nullable=False),
    Column("decider", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("queued_at", DateTime(timezone=True)),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("note", LargeBinary, nullable=False),
    Column("evidence_before", LargeBinary, nullable=False),
    Column("evidence_after", LargeBinary, nullable=False),
    Column("data_key_id", Uuid),
    Column("revision", Integer, nullable=False),
)

SEALED = (SealedTable(RETESTS, ("id",), ("note", "evidence_before", "evidence_after")),)
"""What a rotation of the organization's key seals anew."""

FIELDS = {
    "state": Field(RETESTS.c.state, "enum", values={state.name: state.value for state in State}),
    "verdict": Field(RETESTS.c.verdict, "enum", values={verdict.name: verdict.value for verdict in Verdict}),
    "method": Field(RETESTS.c.method, "enum", values={method.name: method.value for method in Method}),
    "finding": Field(RETESTS.c.finding_id, "name", pattern="organizations/{organization}/findings/{finding}"),
    "tester": Field(RETESTS.c.tester_id, "name", pattern="organizations/{organization}/members/{member}"),
    "requester": Field(RETESTS.c.requester, "text"),
    "request_time": Field(RETESTS.c.requested_at, "time"),
    "end_time": Field(RETESTS.c.ended_at, "time"),
}
"""What lists are filtered and sorted by."""

WATCH_FIELDS = {"type": Field(None, "text"), **FIELDS}
"""What watches are filtered by."""
