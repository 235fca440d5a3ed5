"""Detection rules, and every text that they had."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0044"
down_revision = "0035"

_STATEMENTS = (
    """
    CREATE TABLE detection_rules (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        key text NOT NULL,
        kind smallint NOT NULL,
        rule_id text NOT NULL,
        title text NOT NULL,
        level smallint NOT NULL,
        status text NOT NULL,
        product text NOT NULL,
        category text NOT NULL,
        service text NOT NULL,
        tags text[] NOT NULL,
        path text NOT NULL,
        text text NOT NULL,
        disabled boolean NOT NULL,
        version integer NOT NULL,
        revision integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, id),
        UNIQUE (organization_id, key)
    )
    """,
    "CREATE INDEX detection_rules_created ON detection_rules (organization_id, created_at, id)",
    """
    CREATE TABLE detection_rule_versions (
        organization_id uuid NOT NULL,
        rule_id uuid NOT NULL,
        version integer NOT NULL,
        text text NOT NULL,
        editor text NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, rule_id, version),
        FOREIGN KEY (organization_id, rule_id) REFERENCES detection_rules ON DELETE CASCADE
    )
    """,
)


def upgrade() -> None:
    """Makes the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("detection_rules")
    isolate("detection_rule_versions")
