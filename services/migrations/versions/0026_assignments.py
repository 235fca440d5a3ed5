"""Who works on a finding."""

from alembic import op

revision = "0026"
down_revision = "0025"

_STATEMENTS = (
    "ALTER TABLE findings ADD COLUMN assignee_id uuid",
    """
    CREATE INDEX findings_assignee ON findings (organization_id, assignee_id, severity, last_seen_at, id)
    WHERE assignee_id IS NOT NULL
    """,
)


def upgrade() -> None:
    """Adds the column; an assignee who leaves stays on it until somebody else is."""
    for statement in _STATEMENTS:
        op.execute(statement)
