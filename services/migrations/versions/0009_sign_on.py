"""Connections to identity providers, attempts to sign in with them, and accounts that organizations manage."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0009"
down_revision = "0008"

_STATEMENTS = (
    """
    CREATE TABLE connections (
        organization_id uuid NOT NULL REFERENCES organizations,
        id uuid NOT NULL,
        display_name text NOT NULL,
        issuer text NOT NULL,
        client_id text NOT NULL,
        sealed_secret text NOT NULL,
        email_domains text[] NOT NULL,
        default_role text NOT NULL,
        disabled boolean NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id)
    )
    """,
    "CREATE INDEX connections_created ON connections (organization_id, created_at, id)",
    """
    CREATE TABLE sign_on_attempts (
        organization_id uuid NOT NULL,
        state bytea NOT NULL,
        connection_id uuid NOT NULL,
        proof bytea NOT NULL,
        nonce text NOT NULL,
        verifier text NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, state),
        FOREIGN KEY (organization_id, connection_id) REFERENCES connections ON DELETE CASCADE
    )
    """,
    "CREATE INDEX sign_on_attempts_ended ON sign_on_attempts (organization_id, connection_id, expires_at)",
    """
    CREATE TABLE external_identities (
        organization_id uuid NOT NULL,
        connection_id uuid NOT NULL,
        issuer text NOT NULL,
        subject text NOT NULL,
        account_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, connection_id, issuer, subject),
        FOREIGN KEY (organization_id, connection_id) REFERENCES connections ON DELETE CASCADE
    )
    """,
    "CREATE INDEX external_identities_account ON external_identities (account_id)",
    # Whoever an organization's provider vouches for takes nobody's address: only persons' own accounts are unique.
    "ALTER TABLE accounts ADD COLUMN managed_by uuid",
    "DROP INDEX accounts_email",
    "CREATE UNIQUE INDEX accounts_email ON accounts (lower(email)) WHERE managed_by IS NULL",
)


def upgrade() -> None:
    """Makes the tables, and lets accounts be managed."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("connections")
    isolate("sign_on_attempts", grants="SELECT, INSERT, DELETE")
    isolate("external_identities", grants="SELECT, INSERT")
