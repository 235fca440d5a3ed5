"""Scans with their targets, tasks, log and evidence."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    """
    CREATE TABLE scans (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        display_name text NOT NULL,
        profile text NOT NULL,
        ports integer[] NOT NULL,
        state text NOT NULL,
        creator text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        started_at timestamptz,
        ended_at timestamptz,
        failure_reason text NOT NULL,
        findings integer NOT NULL,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id)
    )
    """,
    "CREATE INDEX scans_created ON scans (organization_id, created_at DESC, id DESC)",
    """
    CREATE TABLE scan_targets (
        organization_id uuid NOT NULL,
        scan_id uuid NOT NULL,
        target_id uuid NOT NULL,
        place integer NOT NULL,
        display_name text NOT NULL,
        kind text NOT NULL,
        address text NOT NULL,
        excluded text[] NOT NULL,
        active boolean NOT NULL,
        PRIMARY KEY (organization_id, scan_id, target_id),
        FOREIGN KEY (organization_id, scan_id) REFERENCES scans
    )
    """,
    # At most one running scan of a target, however many are ordered at the same moment.
    "CREATE UNIQUE INDEX scan_targets_active ON scan_targets (organization_id, target_id) WHERE active",
    """
    CREATE TABLE scan_tasks (
        organization_id uuid NOT NULL,
        scan_id uuid NOT NULL,
        target_id uuid NOT NULL,
        executor text NOT NULL,
        place integer NOT NULL,
        target_display_name text NOT NULL,
        stage text NOT NULL,
        state text NOT NULL,
        percent integer NOT NULL,
        PRIMARY KEY (organization_id, scan_id, target_id, executor),
        FOREIGN KEY (organization_id, scan_id) REFERENCES scans
    )
    """,
    """
    CREATE TABLE scan_log_entries (
        organization_id uuid NOT NULL,
        scan_id uuid NOT NULL,
        id uuid NOT NULL,
        time timestamptz NOT NULL,
        level text NOT NULL,
        executor text NOT NULL,
        message text NOT NULL,
        PRIMARY KEY (organization_id, scan_id, id),
        FOREIGN KEY (organization_id, scan_id) REFERENCES scans
    )
    """,
    """
    CREATE TABLE evidence (
        organization_id uuid NOT NULL,
        scan_id uuid NOT NULL,
        id uuid NOT NULL,
        target_id uuid NOT NULL,
        executor text NOT NULL,
        media_type text NOT NULL,
        size bigint NOT NULL,
        sha256 text NOT NULL,
        truncated boolean NOT NULL,
        created_at timestamptz NOT NULL,
        content bytea NOT NULL,
        PRIMARY KEY (organization_id, scan_id, id),
        FOREIGN KEY (organization_id, scan_id) REFERENCES scans
    )
    """,
)


def upgrade() -> None:
    """Makes the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("scans", grants="SELECT, INSERT, UPDATE")
    isolate("scan_targets", grants="SELECT, INSERT, UPDATE")
    isolate("scan_tasks", grants="SELECT, INSERT, UPDATE")
    isolate("scan_log_entries", grants="SELECT, INSERT")
    isolate("evidence", grants="SELECT, INSERT, UPDATE")
