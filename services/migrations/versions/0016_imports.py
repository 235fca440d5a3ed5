"""Imports, their files while they are worked on, and what they refused."""

from alembic import op

from services.migrations.isolation import ORGANIZATION, isolate, secure, sweep

revision = "0016"
down_revision = "0022"

_STATEMENTS = (
    """
    CREATE TABLE imports (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        display_name text NOT NULL,
        filename text NOT NULL,
        format text NOT NULL,
        target_id uuid,
        label text NOT NULL,
        strict boolean NOT NULL,
        close_gone boolean NOT NULL,
        size bigint NOT NULL,
        sha256 text NOT NULL,
        state text NOT NULL,
        received bigint NOT NULL,
        read bigint NOT NULL,
        records bigint NOT NULL,
        created bigint NOT NULL,
        seen_again bigint NOT NULL,
        reopened bigint NOT NULL,
        merged bigint NOT NULL,
        refused bigint NOT NULL,
        gone bigint NOT NULL,
        closed bigint NOT NULL,
        tool text NOT NULL,
        failure_reason text NOT NULL,
        creator text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        started_at timestamptz,
        ended_at timestamptz,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id)
    )
    """,
    "CREATE INDEX imports_created ON imports (organization_id, created_at DESC, id DESC)",
    # Few of an organization's: what is asked before every block that is kept.
    "CREATE INDEX imports_unfinished ON imports (organization_id) WHERE state IN ('RECEIVING', 'PROCESSING')",
    """
    CREATE TABLE import_blocks (
        organization_id uuid NOT NULL,
        import_id uuid NOT NULL,
        start bigint NOT NULL,
        content bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        data_key_id uuid,
        PRIMARY KEY (organization_id, import_id, start),
        FOREIGN KEY (organization_id, import_id) REFERENCES imports
    )
    """,
    # What is sealed is packed already and can't be packed again.
    "ALTER TABLE import_blocks ALTER COLUMN content SET STORAGE EXTERNAL",
    "CREATE INDEX import_blocks_expires ON import_blocks (expires_at)",
    """
    CREATE TABLE import_refusals (
        organization_id uuid NOT NULL,
        import_id uuid NOT NULL,
        number integer NOT NULL,
        position text NOT NULL,
        reason bytea NOT NULL,
        count bigint NOT NULL,
        data_key_id uuid,
        PRIMARY KEY (organization_id, import_id, number),
        FOREIGN KEY (organization_id, import_id) REFERENCES imports
    )
    """,
)
_ERASED = "organization_id IN (SELECT organization_id FROM erasures)"
# A day longer than imports take more: what is finished in the last moment is still worked on.
_EXPIRED = "expires_at < now() - interval '1 day'"


def upgrade() -> None:
    """Makes the tables, and lets `xorb_relay` remove files that were never finished."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("imports", grants="SELECT, INSERT, UPDATE")
    isolate("import_refusals", grants="SELECT, INSERT, UPDATE")
    secure("import_blocks", f"organization_id = {ORGANIZATION}", grants="SELECT, INSERT, UPDATE, DELETE")
    sweep("import_blocks", _ERASED, _EXPIRED)
