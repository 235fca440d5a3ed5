"""The table of schedules, and the fields that lists name."""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Integer, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.core.scans.schedules.domain import State
from services.mesh.filters import Field
from services.mesh.tables import METADATA

SCHEDULES = Table(
    "scan_schedules",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("engagement_id", Uuid),
    Column("targets", ARRAY(Uuid), nullable=False),
    Column("profile", Text, nullable=False),
    Column("ports", ARRAY(Integer), nullable=False),
    Column("outside_window", Text, nullable=False),
    Column("cron", Text, nullable=False),
    Column("interval_seconds", BigInteger, nullable=False),
    Column("calendar", JSONB, nullable=False),
    Column("overlap", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("last_run_at", DateTime(timezone=True)),
    Column("last_scan_id", Uuid),
    Column("last_refusal", Text, nullable=False),
    Column("revision", Integer, nullable=False),
)

FIELDS = {
    "state": Field(SCHEDULES.c.state, "enum", values={state.name: state.value for state in State}),
    "engagement": Field(
        SCHEDULES.c.engagement_id, "name", pattern="organizations/{organization}/engagements/{engagement}"
    ),
    "display_name": Field(SCHEDULES.c.display_name, "text"),
    "create_time": Field(SCHEDULES.c.created_at, "time"),
}
"""What lists are filtered and sorted by."""
