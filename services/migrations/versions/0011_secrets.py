"""Data keys, and the columns that are sealed with them. A row without a data key is plain, as all were before."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0011"
down_revision = "0012"

_STATEMENTS = (
    """
    CREATE TABLE data_keys (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        wrapped text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        retired_at timestamptz,
        PRIMARY KEY (organization_id, id)
    )
    """,
    # However many transactions need the first one at the same moment.
    "CREATE UNIQUE INDEX data_keys_active ON data_keys (organization_id) WHERE retired_at IS NULL",
    """
    ALTER TABLE findings
        ALTER COLUMN evidence TYPE bytea USING convert_to(evidence, 'UTF8'),
        ALTER COLUMN dismissal_reason TYPE bytea USING convert_to(dismissal_reason, 'UTF8'),
        ADD COLUMN data_key_id uuid
    """,
    """
    ALTER TABLE sightings
        ALTER COLUMN evidence TYPE bytea USING convert_to(evidence, 'UTF8'),
        ADD COLUMN data_key_id uuid
    """,
    "ALTER TABLE evidence ADD COLUMN data_key_id uuid",
    "ALTER TABLE idempotency_keys ADD COLUMN data_key_id uuid",
    # To seal them again with another key; replies are removed and added anew for that, for nothing else changes one.
    "GRANT UPDATE ON sightings TO xorb_app",
)


def upgrade() -> None:
    """Makes the table and the columns."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("data_keys")
