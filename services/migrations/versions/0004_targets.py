"""Targets."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    """
    CREATE TABLE targets (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        display_name text NOT NULL,
        kind text NOT NULL,
        address text NOT NULL,
        excluded_addresses text[] NOT NULL,
        verification_method smallint NOT NULL,
        verification_token text NOT NULL,
        verification_state smallint NOT NULL,
        verified_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id),
        CONSTRAINT targets_address UNIQUE (organization_id, address),
        CHECK (kind IN ('host', 'cidr_block', 'url')),
        CHECK ((verification_state = 2) = (verified_at IS NOT NULL))
    )
    """,
    "CREATE INDEX targets_created_at ON targets (organization_id, created_at, id)",
)


def upgrade() -> None:
    """Makes the table."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("targets")
