"""Imports of an engagement's tests."""

from alembic import op

revision = "0037"
down_revision = "0033"

_STATEMENTS = (
    """
    ALTER TABLE imports
        ADD COLUMN engagement_id uuid,
        ADD COLUMN outside_scope bigint NOT NULL DEFAULT 0,
        ADD FOREIGN KEY (organization_id, engagement_id) REFERENCES engagements
    """,
    "CREATE INDEX imports_engagement ON imports (organization_id, engagement_id) WHERE engagement_id IS NOT NULL",
)


def upgrade() -> None:
    """Makes the columns."""
    for statement in _STATEMENTS:
        op.execute(statement)
