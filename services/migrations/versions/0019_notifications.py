"""Notifications: channels, rules, deliveries, and up to where the log was read for them."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0019"
down_revision = "0015"

_STATEMENTS = (
    """
    CREATE TABLE notification_channels (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        display_name text NOT NULL,
        kind smallint NOT NULL,
        disabled boolean NOT NULL,
        ordered boolean NOT NULL,
        settings jsonb NOT NULL,
        origin text NOT NULL,
        secrets bytea NOT NULL,
        data_key_id uuid,
        previous_until timestamptz,
        verified_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id)
    )
    """,
    "CREATE INDEX notification_channels_created ON notification_channels (organization_id, created_at, id)",
    """
    CREATE TABLE notification_rules (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        display_name text NOT NULL,
        disabled boolean NOT NULL,
        event_types text[] NOT NULL,
        minimum_severity smallint NOT NULL,
        targets text[] NOT NULL,
        states text[] NOT NULL,
        filter text NOT NULL,
        channels uuid[] NOT NULL,
        frequency smallint NOT NULL,
        time_zone text NOT NULL,
        hour smallint NOT NULL,
        weekday smallint NOT NULL,
        readable text[] NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id)
    )
    """,
    "CREATE INDEX notification_rules_created ON notification_rules (organization_id, created_at, id)",
    """
    CREATE TABLE notification_positions (
        organization_id uuid PRIMARY KEY,
        transaction bigint NOT NULL,
        sequence bigint NOT NULL
    )
    """,
    """
    CREATE TABLE notification_digest_items (
        organization_id uuid NOT NULL,
        rule_id uuid NOT NULL,
        channel_id uuid NOT NULL,
        event_id uuid NOT NULL,
        due_at timestamptz NOT NULL,
        transaction bigint NOT NULL,
        sequence bigint NOT NULL,
        content jsonb NOT NULL,
        PRIMARY KEY (organization_id, rule_id, channel_id, event_id),
        FOREIGN KEY (organization_id, rule_id) REFERENCES notification_rules ON DELETE CASCADE,
        FOREIGN KEY (organization_id, channel_id) REFERENCES notification_channels ON DELETE CASCADE
    )
    """,
    "CREATE INDEX notification_digest_items_due ON notification_digest_items (organization_id, due_at)",
    "CREATE INDEX notification_digest_items_channel ON notification_digest_items (organization_id, channel_id)",
    """
    CREATE TABLE notification_deliveries (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        channel_id uuid NOT NULL,
        rule_id uuid,
        kind smallint NOT NULL,
        event_id uuid,
        event_type text NOT NULL,
        resource text NOT NULL,
        summary text NOT NULL,
        event_count integer NOT NULL,
        content jsonb NOT NULL,
        transaction bigint NOT NULL,
        sequence bigint NOT NULL,
        state smallint NOT NULL,
        attempts integer NOT NULL,
        last_error text NOT NULL,
        next_at timestamptz,
        created_at timestamptz NOT NULL,
        delivered_at timestamptz,
        PRIMARY KEY (organization_id, id),
        FOREIGN KEY (organization_id, channel_id) REFERENCES notification_channels ON DELETE CASCADE
    )
    """,
    "CREATE INDEX notification_deliveries_created ON notification_deliveries (organization_id, created_at, id)",
    "CREATE INDEX notification_deliveries_state ON notification_deliveries (organization_id, state, created_at, id)",
    """
    CREATE INDEX notification_deliveries_pending ON notification_deliveries
        (organization_id, channel_id, transaction, sequence, created_at, id) WHERE state = 1
    """,
)


def upgrade() -> None:
    """Makes the tables; the relay sees which organizations have a position, to wake what tells them."""
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("channels", "rules", "positions", "digest_items", "deliveries"):
        isolate(f"notification_{table}")
    op.execute("CREATE POLICY relay ON notification_positions FOR SELECT TO xorb_relay USING (true)")
