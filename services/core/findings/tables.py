"""The tables of findings, and the fields that lists and watches name."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Computed,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    case,
    literal_column,
)

from services.core.findings.domain import Severity, State
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

FINDINGS = Table(
    "findings",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("target_id", Uuid),
    Column("check_id", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("remediation", Text, nullable=False),
    Column("reworded", ARRAY(Text), nullable=False),
    Column("cvss_vector", Text, nullable=False),
    Column("cvss_score", Double, nullable=False),
    Column("cwes", ARRAY(Integer), nullable=False),
    Column("cves", ARRAY(Text), nullable=False),
    Column("reference_urls", ARRAY(Text), nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("dismissal_reason", LargeBinary, nullable=False),
    Column("sighting_count", Integer, nullable=False),
    Column("scan_id", Uuid),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("data_key_id", Uuid),
    Column("import_id", Uuid),
    Column("duplicate_of", Uuid),
    Column("state_before", SmallInteger),
    Column("latest_sighting_id", Uuid),
    Column("assignee_id", Uuid),
    Column("clock_started_at", DateTime(timezone=True)),
    Column("clock_pauses", ARRAY(DateTime(timezone=True)), nullable=False),
    Column("clock_ended_at", DateTime(timezone=True)),
    Column("clock_next_at", DateTime(timezone=True)),
    Column("clock_stage", SmallInteger, nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("breached", Boolean, Computed("clock_stage = 3"), nullable=False),
    Column("tool", Text, nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
)

SIGHTINGS = Table(
    "sightings",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("finding_id", Uuid, nullable=False),
    Column("scan_id", Uuid),
    Column("executor", Text, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("data_key_id", Uuid),
    Column("import_id", Uuid),
    Column("source", LargeBinary),
    Column("origin_id", Uuid, nullable=False),
    Column("target_id", Uuid),
    Column("tool", Text, nullable=False),
    Column("tool_version", Text, nullable=False),
    Column("tool_severity", Text, nullable=False),
    Column("tool_finding_id", Text, nullable=False),
    Column("check_id", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("description_digest", LargeBinary),
    Column("keys", ARRAY(LargeBinary), nullable=False),
    Column("matched_keys", ARRAY(SmallInteger), nullable=False),
    Column("matched_sightings", ARRAY(Uuid), nullable=False),
)

DESCRIPTIONS = Table(
    "sighting_descriptions",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("content", Text, nullable=False),
)
"""What sightings say, each text once: of a thousand sightings most say the same at another place."""

KEYS = Table(
    "finding_keys",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("finding_id", Uuid, nullable=False),
    Column("sighting_id", Uuid, nullable=False),
)

SEPARATIONS = Table(
    "finding_separations",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("first_id", Uuid, nullable=False),
    Column("second_id", Uuid, nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

SEALED = (
    SealedTable(FINDINGS, ("id",), ("evidence", "dismissal_reason")),
    SealedTable(SIGHTINGS, ("id",), ("evidence",)),
)
"""What a rotation of the organization's key seals anew."""

FIELDS = {
    "state": Field(FINDINGS.c.state, "enum", values={state.name: state.value for state in State}),
    "severity": Field(FINDINGS.c.severity, "enum", values={severity.name: severity.value for severity in Severity}),
    "check": Field(FINDINGS.c.check_id, "text"),
    "asset": Field(FINDINGS.c.asset, "text"),
    "target": Field(FINDINGS.c.target_id, "name", pattern="organizations/{organization}/targets/{target}"),
    "scan": Field(FINDINGS.c.scan_id, "name", pattern="organizations/{organization}/scans/{scan}"),
    "import": Field(FINDINGS.c.import_id, "name", pattern="organizations/{organization}/imports/{import}"),
    "duplicate_of": Field(FINDINGS.c.duplicate_of, "name", pattern="organizations/{organization}/findings/{finding}"),
    "assignee": Field(FINDINGS.c.assignee_id, "name", pattern="organizations/{organization}/members/{member}"),
    "title": Field(FINDINGS.c.title, "text"),
    "cve": Field(FINDINGS.c.cves, "text", repeated=True),
    "cvss_score": Field(FINDINGS.c.cvss_score, "number"),
    "first_seen_time": Field(FINDINGS.c.first_seen_at, "time"),
    "last_seen_time": Field(FINDINGS.c.last_seen_at, "time"),
    "due_time": Field(FINDINGS.c.due_at, "time"),
    "breached": Field(FINDINGS.c.breached, "flag"),
    "tool": Field(FINDINGS.c.tool, "text"),
    "deadline": Field(FINDINGS.c.clock_stage, "enum", values={"NONE": 0, "WITHIN": 1, "NEAR": 2, "BREACHED": 3}),
    "resolve_time": Field(FINDINGS.c.resolved_at, "time"),
}
"""What lists are filtered and sorted by."""

_NEVER = literal_column("TIMESTAMPTZ '9999-12-31 00:00:00+00'", DateTime(timezone=True))
# CASE, not COALESCE: row-level security takes that for something that might tell of other rows.
DUE = case((FINDINGS.c.due_at.is_(None), _NEVER), else_=FINDINGS.c.due_at).label("due_order")
"""What `due_time` sorts by: those without come last, at a time of their own, so that pages begin inside of it."""

_LISTS_ONLY = {"deadline", "resolve_time"}
WATCH_FIELDS = {"type": Field(None, "text"), **{name: FIELDS[name] for name in FIELDS if name not in _LISTS_ONLY}}
"""What watches are filtered by: what events have."""

SIGHTING_FIELDS = {"time": Field(SIGHTINGS.c.seen_at, "time")}
"""What lists of sightings are sorted by."""

_FINDING = "organizations/{organization}/findings/{finding}"
SEPARATION_FIELDS = {
    "first": Field(SEPARATIONS.c.first_id, "name", pattern=_FINDING),
    "second": Field(SEPARATIONS.c.second_id, "name", pattern=_FINDING),
    "create_time": Field(SEPARATIONS.c.created_at, "time"),
}
"""What lists of separations are filtered and sorted by."""

DEFAULT_ORDER = "severity desc, last_seen_time desc"
"""The gravest first, and of these the latest."""
