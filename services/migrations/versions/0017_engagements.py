"""Engagements with their checklists, scans under an engagement, and scans by schedule."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0017"
down_revision = "0020"

_STATEMENTS = (
    """
    CREATE TABLE engagements (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        display_name text NOT NULL,
        description text NOT NULL,
        state smallint NOT NULL,
        targets uuid[] NOT NULL,
        excluded_hosts text[] NOT NULL,
        excluded_paths text[] NOT NULL,
        excluded_addresses text[] NOT NULL,
        requests_per_second integer NOT NULL,
        rules bytea NOT NULL,
        contacts bytea NOT NULL,
        calendar jsonb NOT NULL,
        testers uuid[] NOT NULL,
        hours_budget double precision NOT NULL,
        hours_used double precision NOT NULL,
        credits_budget bigint NOT NULL,
        credits_used bigint NOT NULL,
        stopped_at timestamptz,
        stopped_by text NOT NULL,
        stop_reason bytea NOT NULL,
        creator text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        started_at timestamptz,
        closed_at timestamptz,
        revision integer NOT NULL,
        data_key_id uuid,
        PRIMARY KEY (organization_id, id)
    )
    """,
    "CREATE INDEX engagements_created ON engagements (organization_id, created_at, id)",
    """
    CREATE TABLE checklist_items (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        engagement_id uuid NOT NULL,
        methodology smallint NOT NULL,
        code text NOT NULL,
        place integer NOT NULL,
        state smallint NOT NULL,
        assignee uuid,
        notes bytea NOT NULL,
        findings uuid[] NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL,
        data_key_id uuid,
        PRIMARY KEY (organization_id, id),
        UNIQUE (organization_id, engagement_id, methodology, code),
        FOREIGN KEY (organization_id, engagement_id) REFERENCES engagements
    )
    """,
    "CREATE INDEX checklist_items_place ON checklist_items (organization_id, engagement_id, place, id)",
    """
    CREATE TABLE scan_schedules (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        display_name text NOT NULL,
        engagement_id uuid,
        targets uuid[] NOT NULL,
        profile text NOT NULL,
        ports integer[] NOT NULL,
        outside_window text NOT NULL,
        cron text NOT NULL,
        interval_seconds bigint NOT NULL,
        calendar jsonb NOT NULL,
        overlap smallint NOT NULL,
        state smallint NOT NULL,
        creator text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        last_run_at timestamptz,
        last_scan_id uuid,
        last_refusal text NOT NULL,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id),
        FOREIGN KEY (organization_id, engagement_id) REFERENCES engagements
    )
    """,
    "CREATE INDEX scan_schedules_created ON scan_schedules (organization_id, created_at, id)",
    "CREATE INDEX scan_schedules_engagement ON scan_schedules (organization_id, engagement_id)",
    """
    ALTER TABLE scans
        ADD COLUMN engagement_id uuid,
        ADD COLUMN schedule_id uuid,
        ADD COLUMN outside_window text NOT NULL DEFAULT 'WAIT',
        ADD COLUMN held_until timestamptz,
        ADD FOREIGN KEY (organization_id, engagement_id) REFERENCES engagements
    """,
    "CREATE INDEX scans_engagement ON scans (organization_id, engagement_id, state) WHERE engagement_id IS NOT NULL",
)


def upgrade() -> None:
    """Makes the tables, and the columns of scans."""
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("engagements", "checklist_items", "scan_schedules"):
        isolate(table)
