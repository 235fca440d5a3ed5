"""Organizations and memberships."""

from alembic import op

from services.migrations.isolation import ACCOUNT, ORGANIZATION, secure

revision = "0003"
down_revision = "0002"

_STATEMENTS = (
    """
    CREATE TABLE organizations (
        id uuid PRIMARY KEY,
        display_name text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL
    )
    """,
    """
    CREATE TABLE memberships (
        organization_id uuid NOT NULL REFERENCES organizations,
        account_id uuid NOT NULL,
        roles text[] NOT NULL,
        joined_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, account_id)
    )
    """,
    "CREATE INDEX memberships_account ON memberships (account_id, joined_at)",
)
# A member sees the organization whatever organization the token is for: that is how one is chosen. Changing it takes
# the organization's own context.
_READ = f"CREATE POLICY member ON memberships FOR SELECT USING (account_id = {ACCOUNT})"
_READ_ORGANIZATION = f"""
    CREATE POLICY member ON organizations FOR SELECT
    USING (id IN (SELECT organization_id FROM memberships WHERE account_id = {ACCOUNT}))
"""  # noqa: S608 - constants only


def upgrade() -> None:
    """Makes the tables; members see theirs."""
    for statement in _STATEMENTS:
        op.execute(statement)
    secure("organizations", f"id = {ORGANIZATION}", grants="SELECT, INSERT, UPDATE")
    secure("memberships", f"organization_id = {ORGANIZATION}", grants="SELECT, INSERT, UPDATE, DELETE")
    op.execute(_READ)
    op.execute(_READ_ORGANIZATION)
