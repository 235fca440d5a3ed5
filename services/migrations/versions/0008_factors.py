"""How sessions were authenticated, second factors, passkeys, and the challenges that await an answer."""

from alembic import op

revision = "0008"
down_revision = "0007"

_STATEMENTS = (
    "ALTER TABLE sessions ADD COLUMN methods text[] NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE totp_factors (
        account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
        secret text NOT NULL,
        created_at timestamptz NOT NULL,
        confirmed_at timestamptz,
        last_step bigint NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        failed_at timestamptz
    )
    """,
    """
    CREATE TABLE recovery_codes (
        account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
        digest bytea NOT NULL,
        created_at timestamptz NOT NULL,
        used_at timestamptz,
        PRIMARY KEY (account_id, digest)
    )
    """,
    """
    CREATE TABLE passkeys (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
        credential_id bytea NOT NULL UNIQUE,
        public_key bytea NOT NULL,
        sign_count bigint NOT NULL,
        transports text[] NOT NULL,
        synced boolean NOT NULL,
        display_name text NOT NULL,
        created_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    "CREATE INDEX passkeys_account ON passkeys (account_id, created_at, id)",
    """
    CREATE TABLE challenges (
        digest bytea PRIMARY KEY,
        purpose text NOT NULL,
        account_id uuid REFERENCES accounts ON DELETE CASCADE,
        organization text NOT NULL,
        nonce bytea NOT NULL,
        failures integer NOT NULL DEFAULT 0,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    "CREATE INDEX challenges_expires ON challenges (expires_at)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON totp_factors, recovery_codes, passkeys, challenges TO xorb_app",
)


def upgrade() -> None:
    """Adds the column and makes the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
