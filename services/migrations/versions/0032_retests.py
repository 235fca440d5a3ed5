"""Re-tests, and scans that look for some checks at one place only."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0032"
down_revision = "0028"

# Whatever a service does wrong, `retests_by_two` keeps one person from asking for a verdict and giving it, and
# `retests_one_open` keeps two from being under way for one finding.
_STATEMENTS = (
    """
    CREATE TABLE retests (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        finding_id uuid NOT NULL,
        finding_state_before smallint NOT NULL,
        method smallint NOT NULL CHECK (method BETWEEN 1 AND 2),
        state smallint NOT NULL CHECK (state BETWEEN 1 AND 6),
        verdict smallint CHECK (verdict BETWEEN 1 AND 3),
        reason text NOT NULL,
        executor text NOT NULL,
        check_id text NOT NULL,
        asset text NOT NULL,
        location text NOT NULL,
        target_id uuid,
        engagement_id uuid,
        scan_id uuid,
        tester_id uuid,
        requester text NOT NULL,
        decider text NOT NULL,
        requested_at timestamptz NOT NULL,
        queued_at timestamptz,
        started_at timestamptz,
        ended_at timestamptz,
        note bytea NOT NULL,
        evidence_before bytea NOT NULL,
        evidence_after bytea NOT NULL,
        data_key_id uuid,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id),
        CONSTRAINT retests_verdict CHECK ((state = 5) = (verdict IS NOT NULL)),
        CONSTRAINT retests_by_two CHECK (method = 1 OR state <> 5 OR (decider <> '' AND decider <> requester))
    )
    """,
    "CREATE INDEX retests_requested_at ON retests (organization_id, requested_at, id)",
    "CREATE INDEX retests_finding ON retests (organization_id, finding_id, requested_at, id)",
    "CREATE UNIQUE INDEX retests_one_open ON retests (organization_id, finding_id) WHERE state < 5",
    """
    ALTER TABLE scans
        ADD COLUMN executors text[] NOT NULL DEFAULT '{}',
        ADD COLUMN checks text[] NOT NULL DEFAULT '{}',
        ADD COLUMN places text[] NOT NULL DEFAULT '{}'
    """,
    "ALTER TABLE scan_tasks ADD COLUMN answered boolean NOT NULL DEFAULT false",
)


def upgrade() -> None:
    """Makes the table, and adds the columns."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("retests")
