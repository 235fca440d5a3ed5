"""Files that people add to findings, in sealed pieces."""

from alembic import op

from services.migrations.isolation import ORGANIZATION, secure, sweep

revision = "0025"
down_revision = "0024"

_STATEMENTS = (
    """
    CREATE TABLE attachments (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        finding_id uuid NOT NULL,
        file_name text NOT NULL,
        media_type text NOT NULL,
        size bigint NOT NULL,
        sha256 text NOT NULL,
        state smallint NOT NULL,
        received bigint NOT NULL,
        creator text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        PRIMARY KEY (organization_id, id),
        FOREIGN KEY (organization_id, finding_id) REFERENCES findings
    )
    """,
    "CREATE INDEX attachments_finding ON attachments (organization_id, finding_id, created_at, id)",
    "CREATE INDEX attachments_expires ON attachments (expires_at) WHERE expires_at IS NOT NULL",
    """
    CREATE TABLE attachment_pieces (
        organization_id uuid NOT NULL,
        attachment_id uuid NOT NULL,
        number integer NOT NULL,
        content bytea NOT NULL,
        expires_at timestamptz,
        data_key_id uuid NOT NULL,
        PRIMARY KEY (organization_id, attachment_id, number),
        FOREIGN KEY (organization_id, attachment_id) REFERENCES attachments ON DELETE CASCADE
    )
    """,
    "CREATE INDEX attachment_pieces_expires ON attachment_pieces (expires_at) WHERE expires_at IS NOT NULL",
)
_ERASED = "organization_id IN (SELECT organization_id FROM erasures)"
_EXPIRED = "expires_at < now()"


def upgrade() -> None:
    """Makes the tables, and lets `xorb_relay` remove uploads that were given up."""
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("attachments", "attachment_pieces"):
        secure(table, f"organization_id = {ORGANIZATION}", grants="SELECT, INSERT, UPDATE, DELETE")
        sweep(table, _ERASED, _EXPIRED)
