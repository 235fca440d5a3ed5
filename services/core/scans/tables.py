"""The tables of scans."""

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid

from services.mesh.encryption.resealing import SealedTable
from services.mesh.tables import METADATA

SCANS = Table(
    "scans",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("ports", ARRAY(Integer), nullable=False),
    Column("state", Text, nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("failure_reason", Text, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("engagement_id", Uuid),
    Column("schedule_id", Uuid),
    Column("outside_window", Text, nullable=False),
    Column("held_until", DateTime(timezone=True)),
    Column("executors", ARRAY(Text), nullable=False),
    Column("checks", ARRAY(Text), nullable=False),
    Column("places", ARRAY(Text), nullable=False),
)
SCAN_TARGETS = Table(
    "scan_targets",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("scan_id", Uuid, primary_key=True),
    Column("target_id", Uuid, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("excluded", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
)
SCAN_TASKS = Table(
    "scan_tasks",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("scan_id", Uuid, primary_key=True),
    Column("target_id", Uuid, primary_key=True),
    Column("executor", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("target_display_name", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("percent", Integer, nullable=False),
    Column("answered", Boolean, nullable=False),
)
LOG_ENTRIES = Table(
    "scan_log_entries",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("scan_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("level", Text, nullable=False),
    Column("executor", Text, nullable=False),
    Column("message", Text, nullable=False),
)
EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("scan_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("target_id", Uuid, nullable=False),
    Column("executor", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("truncated", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("data_key_id", Uuid),
)
EVIDENCE_COLUMNS = tuple(column for column in EVIDENCE.c if column.name not in {"content", "data_key_id"})
SEALED = (SealedTable(EVIDENCE, ("scan_id", "id"), ("content",), bound=("id",)),)
"""What a rotation of the organization's key seals anew."""
