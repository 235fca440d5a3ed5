"""Organizations that are being deleted, the record of those that are gone, and who may remove what nobody needs."""

from alembic import op
from sqlalchemy import text

from services.migrations.isolation import ACCOUNT, ORGANIZATION, secure, sweep

revision = "0013"
down_revision = "0011"

_STATEMENTS = (
    "ALTER TABLE organizations ADD COLUMN deleted_at timestamptz, ADD COLUMN purge_at timestamptz",
    """
    CREATE TABLE erasures (
        organization_id uuid PRIMARY KEY,
        actor text NOT NULL,
        requested_at timestamptz NOT NULL,
        committed_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz
    )
    """,
    "CREATE INDEX accounts_managed_by ON accounts (managed_by) WHERE managed_by IS NOT NULL",
    "CREATE INDEX sessions_expires ON sessions (expires_at)",
    "CREATE INDEX invitations_expires ON invitations (expires_at)",
    "CREATE INDEX sign_on_attempts_expires ON sign_on_attempts (expires_at)",
    "CREATE INDEX api_keys_expires ON api_keys (expires_at)",
)
# Whatever a service does wrong, the database keeps an organization until its time is over.
_DUE = """
    CREATE POLICY due ON erasures AS RESTRICTIVE FOR INSERT TO xorb_app WITH CHECK (
        EXISTS (SELECT FROM organizations WHERE id = organization_id AND purge_at <= now())
        OR EXISTS (SELECT FROM accounts WHERE id = organization_id AND managed_by IS NOT NULL)
    )
"""
# As in 0010, and at the end whether the organization is being deleted, or is gone already.
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
        ) AS permissions,
        organizations.deleted_at IS NOT NULL AS organization_deleted,
        EXISTS (SELECT FROM erasures WHERE erasures.organization_id = {ORGANIZATION}) AS organization_gone
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
        api_keys.permissions,
        organizations.deleted_at IS NOT NULL,
        EXISTS (SELECT FROM erasures WHERE erasures.organization_id = {ORGANIZATION})
    FROM api_keys
    JOIN organizations ON organizations.id = api_keys.organization_id
    WHERE api_keys.organization_id = {ORGANIZATION}
"""  # noqa: S608 - constants only

_TENANTS = text("SELECT tablename FROM pg_policies WHERE policyname = 'tenant' ORDER BY tablename")
_ERASED = "IN (SELECT organization_id FROM erasures)"
# Persons' rows: no organization's policy protects them, so the services' own says that theirs is the whole table.
_PERSONS = {
    "accounts": f"managed_by {_ERASED}",
    "sessions": f"organization_id {_ERASED} AND 'sso' = ANY (methods)",
    "challenges": "false",
}
_EXPIRED = {
    "sessions": "expires_at < now() - interval '1 hour'",
    "challenges": "expires_at < now() - interval '1 hour'",
    "sign_on_attempts": "expires_at < now() - interval '1 hour'",
    "idempotency_keys": "created_at < now() - interval '7 days'",
    "invitations": "expires_at < now() - interval '90 days'",
    "api_keys": "expires_at < now() - interval '90 days'",
}


def upgrade() -> None:
    """Makes the table and the columns, and lets `xorb_relay` remove what is gone and what has expired."""
    tenants = list(op.get_bind().execute(_TENANTS).scalars())
    for statement in _STATEMENTS:
        op.execute(statement)
    secure("erasures", f"organization_id = {ORGANIZATION}", grants="SELECT, INSERT, UPDATE")
    op.execute(_DUE)
    op.execute("CREATE POLICY relay ON erasures FOR SELECT TO xorb_relay USING (true)")
    op.execute("GRANT SELECT ON erasures TO xorb_relay")
    op.execute(_VIEW)
    for table in tenants:
        identifier = "id" if table == "organizations" else "organization_id"
        sweep(table, f"{identifier} {_ERASED}", _EXPIRED.get(table, ""))
    for table, erased in _PERSONS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY services ON {table} TO xorb_app USING (true)")
        sweep(table, erased, _EXPIRED.get(table, ""))
