"""Notes on findings."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0022"
down_revision = "0018"

_STATEMENTS = (
    """
    CREATE TABLE notes (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        finding_id uuid NOT NULL,
        content bytea NOT NULL,
        author text NOT NULL,
        mentions uuid[] NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL,
        data_key_id uuid NOT NULL,
        PRIMARY KEY (organization_id, id),
        FOREIGN KEY (organization_id, finding_id) REFERENCES findings
    )
    """,
    "CREATE INDEX notes_finding ON notes (organization_id, finding_id, created_at, id)",
)


def upgrade() -> None:
    """Makes the table."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("notes")
