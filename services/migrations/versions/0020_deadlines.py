"""Deadline policies, and how much depends on a target."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0020"
down_revision = "0019"

_STATEMENTS = (
    "ALTER TABLE targets ADD COLUMN criticality smallint NOT NULL DEFAULT 0 CHECK (criticality BETWEEN 0 AND 4)",
    """
    CREATE TABLE deadline_policies (
        organization_id uuid PRIMARY KEY,
        policy jsonb NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Makes the table and the column."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("deadline_policies")
