"""Why findings are as grave as people have decided."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0033"
down_revision = "0030"


def upgrade() -> None:
    """Makes the table; the severity itself is the finding's."""
    op.execute(
        """
        CREATE TABLE severity_overrides (
            organization_id uuid NOT NULL,
            finding_id uuid NOT NULL,
            reason bytea NOT NULL,
            data_key_id uuid,
            actor text NOT NULL,
            decided_at timestamptz NOT NULL,
            PRIMARY KEY (organization_id, finding_id)
        )
        """
    )
    isolate("severity_overrides")
