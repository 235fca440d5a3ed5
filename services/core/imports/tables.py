"""The tables of imports, and what lists of them are filtered and sorted by."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid

from services.core.imports.domain import State
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

IMPORTS = Table(
    "imports",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("target_id", Uuid),
    Column("label", Text, nullable=False),
    Column("strict", Boolean, nullable=False),
    Column("close_gone", Boolean, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("read", BigInteger, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("seen_again", BigInteger, nullable=False),
    Column("reopened", BigInteger, nullable=False),
    Column("merged", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("gone", BigInteger, nullable=False),
    Column("closed", BigInteger, nullable=False),
    Column("outside_scope", BigInteger, nullable=False),
    Column("engagement_id", Uuid),
    Column("tool", Text, nullable=False),
    Column("failure_reason", Text, nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("revision", Integer, nullable=False),
)
IMPORT_BLOCKS = Table(
    "import_blocks",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("import_id", Uuid, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("data_key_id", Uuid),
)
IMPORT_REFUSALS = Table(
    "import_refusals",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("import_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("position", Text, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("data_key_id", Uuid),
)
SEALED = (
    SealedTable(IMPORT_BLOCKS, ("import_id", "start"), ("content",)),
    SealedTable(IMPORT_REFUSALS, ("import_id", "number"), ("reason",)),
)
"""What a rotation of the organization's key seals anew."""

FIELDS = {
    "state": Field(IMPORTS.c.state, "enum", values={state.value: state.value for state in State}),
    "format": Field(IMPORTS.c.format, "text"),
    "label": Field(IMPORTS.c.label, "text"),
    "engagement": Field(
        IMPORTS.c.engagement_id, "name", pattern="organizations/{organization}/engagements/{engagement}"
    ),
    "filename": Field(IMPORTS.c.filename, "text"),
    "display_name": Field(IMPORTS.c.display_name, "text"),
    "create_time": Field(IMPORTS.c.created_at, "time"),
    "end_time": Field(IMPORTS.c.ended_at, "time"),
}
"""What lists are filtered and sorted by."""

REFUSAL_FIELDS = {"number": Field(IMPORT_REFUSALS.c.number, "number")}
"""What lists of refusals are sorted by."""

WATCH_FIELDS = {"type": Field(None, "text"), "time": Field(None, "time")}
"""What watches are filtered by."""
