"""Row-level security for the tables of the steps: what makes a table a tenant's, and what of it may be removed."""

from alembic import op
from sqlalchemy import text

# An unset setting is NULL, and '' after a connection's reset; both must match no row.
ORGANIZATION = "NULLIF(current_setting('xorb.organization', true), '')::uuid"
ACCOUNT = "NULLIF(current_setting('xorb.account', true), '')::uuid"
_ERASED = "organization_id IN (SELECT organization_id FROM erasures)"
# What the relay reads of all organizations: it is held back from removing only.
_READ = frozenset({"event_log", "notification_positions"})
_SWEPT = text("SELECT to_regclass('erasures') IS NOT NULL")


def isolate(table: str, *, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Makes `table` show and take rows of the transaction's organization only, and grants the application its use.

    Args:
        table: A table with a column `organization_id`.
        grants: What the application may do with it.
    """
    secure(table, f"organization_id = {ORGANIZATION}", grants=grants)
    # Step 0013 does it for all tables from before.
    if op.get_bind().execute(_SWEPT).scalar_one():
        sweep(table, _ERASED)


def secure(table: str, condition: str, *, grants: str) -> None:
    """Puts `table` under row-level security with one condition for reading and writing; even its owner is bound."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({condition}) WITH CHECK ({condition})")
    op.execute(f"GRANT {grants} ON {table} TO xorb_app")


def sweep(table: str, erased: str, expired: str = "") -> None:
    """Lets `xorb_relay` see and remove rows of `table`: these and no others, whatever it sets or says.

    Args:
        table: A table under row-level security.
        erased: Which rows were an organization's that is gone.
        expired: Which rows nobody needs any more; none where it is empty.
    """
    op.execute(f"CREATE POLICY erased ON {table} TO xorb_relay USING ({erased})")
    if expired:
        op.execute(f"CREATE POLICY expired ON {table} TO xorb_relay USING ({expired})")
    command = "DELETE" if table in _READ else "ALL"
    condition = f"({erased}) OR ({expired})" if expired else erased
    op.execute(f"CREATE POLICY nothing_else ON {table} AS RESTRICTIVE FOR {command} TO xorb_relay USING ({condition})")
    op.execute(f"GRANT SELECT, DELETE ON {table} TO xorb_relay")
