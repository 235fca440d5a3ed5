"""The tables of reports, their files and pieces, and of templates with their versions."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
)

from services.core.reports.domain import State
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

REPORTS = Table(
    "reports",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("template_id", Uuid),
    Column("template_version", Integer, nullable=False),
    Column("filter", Text, nullable=False),
    Column("formats", ARRAY(SmallInteger), nullable=False),
    Column("client", Text, nullable=False),
    Column("engagement_id", Uuid),
    Column("testers", ARRAY(Text), nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("state", SmallInteger, nullable=False),
    Column("percent", SmallInteger, nullable=False),
    Column("finding_count", Integer, nullable=False),
    Column("failure_reason", Text, nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

FILES = Table(
    "report_files",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("report_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("format", SmallInteger, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

PIECES = Table(
    "report_pieces",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False),
    Column("file_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("data_key_id", Uuid, nullable=False),
)


def _template(name: str, *key: Column[object]) -> Table:
    """Returns a table of what templates say: the current one's and the versions' are alike."""
    return Table(
        name,
        METADATA,
        Column("organization_id", Uuid, primary_key=True),
        Column("id", Uuid, primary_key=True),
        *key,
        Column("display_name", Text, nullable=False),
        Column("sections", ARRAY(SmallInteger), nullable=False),
        Column("filter", Text, nullable=False),
        Column("author", Text, nullable=False),
        Column("classification", Text, nullable=False),
        Column("introduction", Text, nullable=False),
        Column("methodology", Text, nullable=False),
        Column("scope", Text, nullable=False),
        Column("attestation", Text, nullable=False),
        Column("omits_evidence", Boolean, nullable=False),
        Column("accent_color", Text, nullable=False),
        Column("logo", LargeBinary, nullable=False),
        Column("typst_markup", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("updated_at", DateTime(timezone=True), nullable=False),
    )


TEMPLATES = _template("report_templates", Column("version", Integer, nullable=False))
VERSIONS = _template("report_template_versions", Column("version", Integer, primary_key=True))

SEALED = (SealedTable(PIECES, ("file_id", "number"), ("content",), plain=False),)
"""What a rotation of the organization's key seals anew."""

REPORT_FIELDS = {
    "display_name": Field(REPORTS.c.display_name, "text"),
    "engagement": Field(
        REPORTS.c.engagement_id, "name", pattern="organizations/{organization}/engagements/{engagement}"
    ),
    "state": Field(REPORTS.c.state, "enum", values={state.name: state.value for state in State}),
    "creator": Field(REPORTS.c.creator, "text"),
    "create_time": Field(REPORTS.c.created_at, "time"),
    "expire_time": Field(REPORTS.c.expires_at, "time"),
}
"""What lists of reports are filtered and sorted by."""

WATCH_FIELDS = {
    "type": Field(None, "text"),
    "name": Field(None, "text"),
    "state": REPORT_FIELDS["state"],
    "creator": REPORT_FIELDS["creator"],
}
"""What watches are filtered by."""

TEMPLATE_FIELDS = {
    "display_name": Field(TEMPLATES.c.display_name, "text"),
    "create_time": Field(TEMPLATES.c.created_at, "time"),
}
"""What lists of templates are filtered and sorted by."""

VERSION_FIELDS = {"version": Field(VERSIONS.c.version, "number")}
"""What lists of versions are sorted by."""
