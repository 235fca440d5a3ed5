"""Events of trackers that were taken, so that none is taken twice."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0042"
down_revision = "0039"

_TABLE = """
    CREATE TABLE notification_issue_events (
        organization_id uuid NOT NULL,
        channel_id uuid NOT NULL,
        digest bytea NOT NULL,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, channel_id, digest),
        FOREIGN KEY (organization_id, channel_id) REFERENCES notification_channels ON DELETE CASCADE
    )
"""


def upgrade() -> None:
    """Makes the table."""
    op.execute(_TABLE)
    isolate("notification_issue_events")
