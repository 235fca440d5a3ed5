"""Nothing yet."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Changes nothing."""


def downgrade() -> None:
    """Changes nothing."""
