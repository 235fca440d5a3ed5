"""Row-level security for the tables of the steps: what makes a table a tenant's."""

from alembic import op

# An unset setting is NULL, and '' after a connection's reset; both must match no row.
ORGANIZATION = "NULLIF(current_setting('xorb.organization', true), '')::uuid"
ACCOUNT = "NULLIF(current_setting('xorb.account', true), '')::uuid"


def isolate(table: str, *, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Makes `table` show and take rows of the transaction's organization only, and grants the application its use.

    Args:
        table: A table with a column `organization_id`.
        grants: What the application may do with it.
    """
    secure(table, f"organization_id = {ORGANIZATION}", grants=grants)


def secure(table: str, condition: str, *, grants: str) -> None:
    """Puts `table` under row-level security with one condition for reading and writing; even its owner is bound."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({condition}) WITH CHECK ({condition})")
    op.execute(f"GRANT {grants} ON {table} TO xorb_app")
