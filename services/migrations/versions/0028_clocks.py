"""Clocks of findings."""

from alembic import op

revision = "0028"
down_revision = "0027"

_STATEMENTS = (
    """
    ALTER TABLE findings
        ADD COLUMN clock_started_at timestamptz,
        ADD COLUMN clock_pauses timestamptz[] NOT NULL DEFAULT '{}',
        ADD COLUMN clock_ended_at timestamptz,
        ADD COLUMN clock_next_at timestamptz,
        ADD COLUMN clock_stage smallint NOT NULL DEFAULT 0,
        ADD COLUMN due_at timestamptz,
        ADD COLUMN breached boolean NOT NULL GENERATED ALWAYS AS (clock_stage = 3) STORED
    """,
    "CREATE INDEX findings_due ON findings (organization_id, due_at, id)",
    "CREATE INDEX findings_clock ON findings (organization_id, clock_next_at) WHERE clock_next_at IS NOT NULL",
    """
    ALTER TABLE deadline_policies
        ADD COLUMN reckoned_revision integer NOT NULL DEFAULT 0,
        ADD COLUMN reckoned_at timestamptz
    """,
)


def upgrade() -> None:
    """Adds the columns."""
    for statement in _STATEMENTS:
        op.execute(statement)
