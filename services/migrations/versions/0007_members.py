"""Members that can be suspended, custom roles, invitations, and what authorization reads of all that."""

from alembic import op

from services.migrations.isolation import ACCOUNT, ORGANIZATION, isolate

revision = "0007"
down_revision = "0006"

_STATEMENTS = (
    "ALTER TABLE organizations ADD COLUMN suspended_at timestamptz",
    """
    ALTER TABLE memberships
        ADD COLUMN suspended_at timestamptz,
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN revision integer NOT NULL DEFAULT 1
    """,
    "CREATE INDEX memberships_joined ON memberships (organization_id, joined_at, account_id)",
    """
    CREATE TABLE roles (
        organization_id uuid NOT NULL REFERENCES organizations,
        id uuid NOT NULL,
        display_name text NOT NULL,
        description text NOT NULL,
        permissions text[] NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id)
    )
    """,
    "CREATE UNIQUE INDEX roles_display_name ON roles (organization_id, lower(display_name))",
    "CREATE INDEX roles_created ON roles (organization_id, created_at, id)",
    """
    CREATE TABLE invitations (
        organization_id uuid NOT NULL REFERENCES organizations,
        id uuid NOT NULL,
        email text NOT NULL,
        roles text[] NOT NULL,
        digest bytea NOT NULL,
        inviter text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        accepted_at timestamptz,
        revoked_at timestamptz,
        PRIMARY KEY (organization_id, id)
    )
    """,
    """
    CREATE UNIQUE INDEX invitations_open ON invitations (organization_id, email)
        WHERE accepted_at IS NULL AND revoked_at IS NULL
    """,
    "CREATE INDEX invitations_created ON invitations (organization_id, created_at, id)",
)
# What the transaction's account may do in the transaction's organization, in one row for each of its sessions. With
# the rights of who asks, so that it shows nothing that its tables don't.
_VIEW = f"""
    CREATE VIEW caller_access WITH (security_invoker = true) AS
    SELECT
        sessions.id AS session_id,
        sessions.ended_at IS NULL AND sessions.expires_at > now() AS session_lives,
        memberships.account_id IS NOT NULL AND memberships.suspended_at IS NULL AS member,
        organizations.suspended_at IS NOT NULL AS organization_suspended,
        coalesce(memberships.roles, '{{}}') AS roles,
        ARRAY(
            SELECT DISTINCT permission FROM roles, unnest(roles.permissions) AS permission
            WHERE roles.organization_id = memberships.organization_id
            AND 'organizations/' || roles.organization_id || '/roles/' || roles.id = ANY (memberships.roles)
        ) AS permissions
    FROM sessions
    LEFT JOIN memberships
        ON memberships.account_id = sessions.account_id AND memberships.organization_id = {ORGANIZATION}
    LEFT JOIN organizations ON organizations.id = memberships.organization_id
    WHERE sessions.account_id = {ACCOUNT}
"""  # noqa: S608 - constants only


def upgrade() -> None:
    """Makes the tables and the view."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("roles")
    isolate("invitations", grants="SELECT, INSERT, UPDATE")
    op.execute(_VIEW)
    op.execute("GRANT SELECT ON caller_access TO xorb_app")
