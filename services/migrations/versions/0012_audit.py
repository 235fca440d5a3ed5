"""What an auditor asks of each row of the log: where from, in which session, by which method, with which outcome."""

from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """Adds the columns; rows from before have none of them."""
    op.execute(
        """
        ALTER TABLE event_log
            ADD COLUMN address text,
            ADD COLUMN session text,
            ADD COLUMN method text,
            ADD COLUMN outcome text,
            ADD COLUMN reason text,
            ADD COLUMN occurrences integer
        """
    )
