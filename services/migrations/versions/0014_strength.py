"""Organizations that require a second factor, and connections whose provider vouches for one."""

from alembic import op

from services.migrations.isolation import ACCOUNT, ORGANIZATION

revision = "0014"
down_revision = "0013"

_COLUMNS = (
    "ALTER TABLE organizations ADD COLUMN second_factor_required boolean NOT NULL DEFAULT false",
    "ALTER TABLE connections ADD COLUMN vouches_for_second_factor boolean NOT NULL DEFAULT false",
)
# As in 0013, and at the end what the organization asks of sessions; of API keys it asks nothing.
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
        EXISTS (SELECT FROM erasures WHERE erasures.organization_id = {ORGANIZATION}) AS organization_gone,
        coalesce(organizations.second_factor_required, false) AS second_factor_required
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
        EXISTS (SELECT FROM erasures WHERE erasures.organization_id = {ORGANIZATION}),
        false
    FROM api_keys
    JOIN organizations ON organizations.id = api_keys.organization_id
    WHERE api_keys.organization_id = {ORGANIZATION}
"""  # noqa: S608 - constants only


def upgrade() -> None:
    """Adds the columns and extends the view."""
    for statement in (*_COLUMNS, _VIEW):
        op.execute(statement)
