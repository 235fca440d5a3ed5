"""The event log, the relay's cursor and the replies to request ids."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0001"
down_revision = None

_STATEMENTS = (
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO xorb_app, xorb_relay",
    """
    CREATE TABLE event_log (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        sequence bigint GENERATED ALWAYS AS IDENTITY,
        type text NOT NULL,
        resource text NOT NULL,
        actor text NOT NULL,
        summary text NOT NULL,
        snapshot bytea NOT NULL,
        snapshot_type text NOT NULL,
        trace_context text NOT NULL,
        PRIMARY KEY (organization_id, id, occurred_at)
    ) PARTITION BY RANGE (occurred_at)
    """,
    "CREATE INDEX event_log_position ON event_log (xid, sequence)",
    "CREATE INDEX event_log_organization_position ON event_log (organization_id, xid, sequence)",
    "CREATE INDEX event_log_time ON event_log (organization_id, occurred_at, id)",
    "CREATE INDEX event_log_resource ON event_log (organization_id, resource, xid, sequence)",
    "CREATE TABLE event_log_other PARTITION OF event_log DEFAULT",
    "ALTER TABLE event_log_other ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    # Whoever asks a partition itself is not held by the policies of its table; without any of its own it shows nothing.
    """
    CREATE FUNCTION event_log_partitions(months integer) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        first date;
        name text;
    BEGIN
        FOR month IN 0..months LOOP
            first := date_trunc('month', now() AT TIME ZONE 'UTC')::date + make_interval(months => month);
            name := 'event_log_' || to_char(first, 'YYYY_MM');
            IF to_regclass(name) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF event_log FOR VALUES FROM (%L) TO (%L)',
                    name, first::timestamp AT TIME ZONE 'UTC',
                    (first + make_interval(months => 1))::timestamp AT TIME ZONE 'UTC');
                EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
            END IF;
        END LOOP;
    END $$
    """,
    "REVOKE ALL ON FUNCTION event_log_partitions FROM PUBLIC",
    """
    CREATE FUNCTION event_log_notify() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NOTIFY xorb_events;
        RETURN NULL;
    END $$
    """,
    "REVOKE ALL ON FUNCTION event_log_notify FROM PUBLIC",
    """
    CREATE TRIGGER event_log_notify AFTER INSERT ON event_log
        FOR EACH STATEMENT EXECUTE FUNCTION event_log_notify()
    """,
    """
    CREATE TABLE relay_cursor (
        relay text PRIMARY KEY,
        transaction bigint NOT NULL,
        sequence bigint NOT NULL
    )
    """,
    """
    CREATE TABLE idempotency_keys (
        organization_id uuid NOT NULL,
        subject text NOT NULL,
        method text NOT NULL,
        request_id text NOT NULL,
        request_digest bytea NOT NULL,
        response bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, subject, method, request_id)
    )
    """,
    "CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at)",
)


def upgrade() -> None:
    """Makes the tables; the application may append to the log, the relay may read all of it."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("event_log", grants="SELECT, INSERT")
    isolate("idempotency_keys", grants="SELECT, INSERT, DELETE")
    op.execute("CREATE POLICY relay ON event_log FOR SELECT TO xorb_relay USING (true)")
    op.execute("GRANT SELECT ON event_log TO xorb_relay")
    op.execute("GRANT SELECT, INSERT, UPDATE ON relay_cursor TO xorb_relay")
