"""Reports of engagements, with the names of those who tested as they were when the report was ordered."""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Adds the columns."""
    op.execute(
        """
        ALTER TABLE reports
            ADD COLUMN engagement_id uuid,
            ADD COLUMN testers text[] NOT NULL DEFAULT '{}',
            ADD FOREIGN KEY (organization_id, engagement_id)
                REFERENCES engagements ON DELETE SET NULL (engagement_id)
        """
    )
    op.execute(
        "CREATE INDEX reports_engagement ON reports (organization_id, engagement_id) WHERE engagement_id IS NOT NULL"
    )
