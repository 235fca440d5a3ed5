"""Lists in the order in which findings have to be fixed."""

from alembic import op

revision = "0030"
down_revision = "0036"


def upgrade() -> None:
    """Puts what has no deadline at the index's end, at a time of its own: no page can begin after NULL."""
    op.execute("DROP INDEX findings_due")
    op.execute(
        """
        CREATE INDEX findings_due ON findings
            (organization_id, (CASE WHEN due_at IS NULL THEN TIMESTAMPTZ '9999-12-31 00:00:00+00' ELSE due_at END), id)
        """
    )
