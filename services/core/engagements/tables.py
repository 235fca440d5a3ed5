"""The table of engagements, and the fields that lists and watches name."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.core.engagements.domain import State
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

ENGAGEMENTS = Table(
    "engagements",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("targets", ARRAY(Uuid), nullable=False),
    Column("excluded_hosts", ARRAY(Text), nullable=False),
    Column("excluded_paths", ARRAY(Text), nullable=False),
    Column("excluded_addresses", ARRAY(Text), nullable=False),
    Column("requests_per_second", Integer, nullable=False),
    Column("rules", LargeBinary, nullable=False),
    Column("contacts", LargeBinary, nullable=False),
    Column("calendar", JSONB, nullable=False),
    Column("testers", ARRAY(Uuid), nullable=False),
    Column("hours_budget", Double, nullable=False),
    Column("hours_used", Double, nullable=False),
    Column("credits_budget", BigInteger, nullable=False),
    Column("credits_used", BigInteger, nullable=False),
    Column("budget_policy", SmallInteger, nullable=False),
    Column("stopped_at", DateTime(timezone=True)),
    Column("stopped_by", Text, nullable=False),
    Column("stop_reason", LargeBinary, nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("revision", Integer, nullable=False),
    Column("data_key_id", Uuid),
)

SEALED = (SealedTable(ENGAGEMENTS, ("id",), ("rules", "contacts", "stop_reason")),)
"""What a rotation of the organization's key seals anew."""

FIELDS = {
    "state": Field(ENGAGEMENTS.c.state, "enum", values={state.name: state.value for state in State}),
    "display_name": Field(ENGAGEMENTS.c.display_name, "text"),
    "targets": Field(
        ENGAGEMENTS.c.targets, "name", pattern="organizations/{organization}/targets/{target}", repeated=True
    ),
    "testers": Field(
        ENGAGEMENTS.c.testers, "name", pattern="organizations/{organization}/members/{member}", repeated=True
    ),
    "create_time": Field(ENGAGEMENTS.c.created_at, "time"),
    "update_time": Field(ENGAGEMENTS.c.updated_at, "time"),
}
"""What lists are filtered and sorted by."""

WATCH_FIELDS = {"type": Field(None, "text"), **FIELDS}
"""What watches are filtered by."""
