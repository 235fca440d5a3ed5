"""Service accounts and their API keys, which authorization reads beside people's sessions."""

from alembic import op

from services.migrations.isolation import ACCOUNT, ORGANIZATION, isolate

revision = "0010"
down_revision = "0009"

_STATEMENTS = (
    """
    CREATE TABLE service_accounts (
        organization_id uuid NOT NULL REFERENCES organizations,
        id uuid NOT NULL,
        display_name text NOT NULL,
        description text NOT NULL,
        creator text NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, id)
    )
    """,
    "CREATE UNIQUE INDEX service_accounts_display_name ON service_accounts (organization_id, lower(display_name))",
    "CREATE INDEX service_accounts_created ON service_accounts (organization_id, created_at, id)",
    """
    CREATE TABLE api_keys (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        service_account_id uuid NOT NULL,
        display_name text NOT NULL,
        digest bytea NOT NULL,
        permissions text[] NOT NULL,
        creator text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        revoked_at timestamptz,
        PRIMARY KEY (organization_id, id),
        FOREIGN KEY (organization_id, service_account_id) REFERENCES service_accounts ON DELETE CASCADE
    )
    """,
    "CREATE INDEX api_keys_created ON api_keys (organization_id, service_account_id, created_at, id)",
    "CREATE INDEX sessions_organization ON sessions (organization_id, account_id) WHERE ended_at IS NULL",
)
# As in 0007, and below it what an API key may do: it is its own session, in the organization that the transaction is
# for, and grants what it was made for. Row-level security shows the keys of that organization only.
_VIEW = f"""
    CREATE OR REPLACE VIEW caller_access WITH (security_invoker = true) AS
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
    UNION ALL
    SELECT
        api_keys.id,
        api_keys.revoked_at IS NULL AND api_keys.expires_at > now(),
        true,
        organizations.suspended_at IS NOT NULL,
        '{{}}',
        api_keys.permissions
    FROM api_keys
    JOIN organizations ON organizations.id = api_keys.organization_id
    WHERE api_keys.organization_id = {ORGANIZATION}
"""  # noqa: S608 - constants only


def upgrade() -> None:
    """Makes the tables and extends the view."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("service_accounts")
    isolate("api_keys")
    op.execute(_VIEW)
