"""What engagements do once their budget is spent, and what was used of it entry by entry."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0036"
down_revision = "0032"

_STATEMENTS = (
    "ALTER TABLE engagements ADD COLUMN budget_policy smallint NOT NULL DEFAULT 1",
    """
    CREATE TABLE effort_entries (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        engagement_id uuid NOT NULL,
        hours double precision NOT NULL,
        credits bigint NOT NULL,
        note bytea NOT NULL,
        worked_at timestamptz NOT NULL,
        author text NOT NULL,
        created_at timestamptz NOT NULL,
        data_key_id uuid,
        PRIMARY KEY (organization_id, id),
        FOREIGN KEY (organization_id, engagement_id) REFERENCES engagements
    )
    """,
    "CREATE INDEX effort_entries_created ON effort_entries (organization_id, engagement_id, created_at, id)",
)


def upgrade() -> None:
    """Makes the table, and the column of engagements."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("effort_entries")
