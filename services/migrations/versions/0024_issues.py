"""Issues in trackers: which is of which finding, and when a tracker was last looked at."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0024"
down_revision = "0023"

_STATEMENTS = (
    """
    CREATE TABLE notification_issues (
        organization_id uuid NOT NULL,
        channel_id uuid NOT NULL,
        finding_id uuid NOT NULL,
        issue_key text NOT NULL,
        url text NOT NULL,
        closed boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, channel_id, finding_id),
        FOREIGN KEY (organization_id, channel_id) REFERENCES notification_channels ON DELETE CASCADE
    )
    """,
    "CREATE INDEX notification_issues_key ON notification_issues (organization_id, channel_id, issue_key)",
    """
    CREATE TABLE notification_polls (
        organization_id uuid NOT NULL,
        channel_id uuid NOT NULL,
        polled_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, channel_id),
        FOREIGN KEY (organization_id, channel_id) REFERENCES notification_channels ON DELETE CASCADE
    )
    """,
)


def upgrade() -> None:
    """Makes the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("notification_issues")
    isolate("notification_polls")
