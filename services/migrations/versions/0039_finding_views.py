"""Views: lists of findings that people keep."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0039"
down_revision = "0044"

_STATEMENTS = (
    """
    CREATE TABLE finding_views (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        display_name text NOT NULL,
        query text NOT NULL,
        filter text NOT NULL,
        order_by text NOT NULL,
        columns text[] NOT NULL,
        shared boolean NOT NULL,
        owner text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id),
        UNIQUE (organization_id, owner, display_name)
    )
    """,
    "CREATE INDEX finding_views_created ON finding_views (organization_id, created_at, id)",
)


def upgrade() -> None:
    """Makes the table."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("finding_views")
