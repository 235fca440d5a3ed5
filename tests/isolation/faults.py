"""What a careless step could do to the database: for each rule of the catalogue, the ways that it must notice."""

from collections.abc import Mapping
from types import MappingProxyType

_LOOSE = "CREATE TABLE loose (organization_id uuid NOT NULL, id uuid, PRIMARY KEY (organization_id, id))"
_CONDITION = "organization_id = NULLIF(current_setting('xorb.organization', true), '')::uuid"
_FUNCTION = "CREATE FUNCTION everything() RETURNS SETOF findings LANGUAGE sql AS 'SELECT * FROM findings'"
_SERVER = "CREATE FOREIGN DATA WRAPPER far; CREATE SERVER elsewhere FOREIGN DATA WRAPPER far"
_POWERS = ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION")

FAULTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "a table belongs to an organization, or is listed": (
            "CREATE TABLE scribbles (id uuid PRIMARY KEY, content text)",
            "CREATE TABLE scribbles AS SELECT title FROM findings",
            "ALTER TABLE scan_tasks DROP COLUMN organization_id CASCADE",
        ),
        "what is listed exists": ("DROP TABLE relay_cursor",),
        "row-level security holds, for the owner too": (
            "ALTER TABLE targets DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE targets NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE event_log_other DISABLE ROW LEVEL SECURITY",
            "CREATE TABLE event_log_1999_01 PARTITION OF event_log FOR VALUES FROM ('1999-01-01') TO ('1999-02-01')",
            "CREATE TABLE copies () INHERITS (targets)",
            _LOOSE,
        ),
        "every row has an organization": (
            "ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_pkey, ALTER organization_id DROP NOT NULL",
            "CREATE TABLE loose (organization_id text NOT NULL)",
        ),
        "an organization's table has the organization's policy": (
            "DROP POLICY tenant ON findings",
            "ALTER POLICY tenant ON findings USING (true)",
            "ALTER POLICY tenant ON findings WITH CHECK (true)",
            "ALTER POLICY tenant ON findings TO xorb_owner",
            "ALTER POLICY tenant ON organizations USING (id IS NOT NULL)",
            f"DROP POLICY tenant ON findings; CREATE POLICY tenant ON findings USING ({_CONDITION})",
            _LOOSE,
        ),
        "no policy shows or takes more": (
            "CREATE POLICY everything ON findings USING (true)",
            "CREATE POLICY anything ON findings FOR INSERT WITH CHECK (true)",
            "CREATE POLICY mine ON targets FOR SELECT USING (current_user = 'xorb_app')",
            "CREATE POLICY unset ON targets FOR SELECT USING (current_setting('xorb.organization', true) IS NULL)",
            "ALTER POLICY tenant ON scans USING (organization_id IS NOT NULL)",
            "ALTER POLICY tenant ON scans WITH CHECK (organization_id IS NOT NULL)",
            "ALTER POLICY relay ON event_log TO xorb_app",
            "ALTER POLICY member ON memberships USING (true)",
            "ALTER POLICY erased ON findings TO xorb_app",
            "ALTER POLICY erased ON findings USING (true)",
            "ALTER POLICY expired ON invitations USING (true)",
        ),
        "what is gone can be removed from every table": (
            _LOOSE,
            "DROP POLICY erased ON sightings",
            "ALTER POLICY erased ON sightings TO xorb_app",
            "REVOKE DELETE ON event_log FROM xorb_relay",
        ),
        "who removes what is gone can remove nothing else": (
            "DROP POLICY nothing_else ON findings",
            "ALTER POLICY nothing_else ON invitations USING (true)",
            "ALTER TABLE sessions DISABLE ROW LEVEL SECURITY",
            "ALTER POLICY expired ON challenges USING (true)",
            "GRANT DELETE ON relay_cursor TO xorb_relay",
        ),
        "partitions are reached through their table only": (
            "GRANT SELECT ON event_log_other TO xorb_app",
            "GRANT INSERT ON event_log_other TO PUBLIC",
        ),
        "views ask with the rights of who asks": (
            "CREATE VIEW everything AS SELECT * FROM findings",
            "CREATE VIEW everything WITH (security_barrier = true) AS SELECT * FROM findings",
            "CREATE VIEW everything WITH (security_invoker = false) AS SELECT * FROM findings",
        ),
        "nothing keeps or fetches rows elsewhere": (
            "CREATE MATERIALIZED VIEW everything AS SELECT * FROM findings",
            "CREATE PUBLICATION everything FOR ALL TABLES",
            "CREATE RULE notice AS ON INSERT TO findings DO ALSO NOTIFY found",
            f"{_SERVER}; CREATE FOREIGN TABLE copies (id uuid) SERVER elsewhere",
        ),
        "there is one schema, and no extension": ("CREATE SCHEMA backdoor", "CREATE EXTENSION vector"),
        "no function has its owner's rights": (
            f"{_FUNCTION} SECURITY DEFINER",
            "ALTER FUNCTION event_log_partitions SECURITY DEFINER",
            "CREATE PROCEDURE clear() LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM findings'",
        ),
        "functions are their owner's only": (
            _FUNCTION,
            "GRANT EXECUTE ON FUNCTION event_log_partitions TO xorb_app",
        ),
        "sequences, which count everybody's rows, are their owner's only": (
            "GRANT USAGE ON SEQUENCE event_log_sequence_seq TO xorb_app",
            "CREATE SEQUENCE counter; GRANT SELECT ON SEQUENCE counter TO PUBLIC",
        ),
        "no role can do more": (
            *(f"ALTER ROLE {role} {power}" for role in ("xorb_app", "xorb_relay") for power in _POWERS),
            "CREATE ROLE helper BYPASSRLS IN ROLE xorb_app",
        ),
        "services are in no other role": (
            "GRANT xorb_owner TO xorb_app",
            "GRANT pg_read_all_data TO xorb_app",
            "CREATE ROLE helper IN ROLE xorb_app; GRANT xorb_relay TO helper",
        ),
        "who issues credentials can use none and do nothing else": (
            "CREATE ROLE helper; GRANT xorb_app TO helper WITH INHERIT FALSE, SET FALSE",
            *(f"ALTER ROLE xorb_vault {power}" for power in _POWERS if power != "CREATEROLE"),
            "ALTER TABLE findings OWNER TO xorb_vault",
            "GRANT pg_read_all_data TO xorb_vault",
            "GRANT xorb_app TO xorb_vault WITH SET TRUE",
        ),
        "services own nothing": (
            "ALTER TABLE findings OWNER TO xorb_app",
            "ALTER FUNCTION event_log_notify OWNER TO xorb_app",
            "ALTER SCHEMA public OWNER TO xorb_app",
        ),
        "no setting comes with a role": (
            "ALTER ROLE xorb_app SET row_security = off",
            "ALTER ROLE xorb_app SET xorb.organization = '019a0000-0000-7000-8000-000000000001'",
            "ALTER DATABASE xorb SET xorb.organization = '019a0000-0000-7000-8000-000000000001'",
        ),
        "services may do with rows what is listed, and nothing else": (
            "GRANT TRUNCATE ON findings TO xorb_app",
            "GRANT REFERENCES ON findings TO xorb_app",
            "GRANT TRIGGER ON findings TO xorb_app",
            "GRANT MAINTAIN ON findings TO xorb_app",
            "GRANT SELECT ON findings TO xorb_app WITH GRANT OPTION",
            "GRANT SELECT ON findings TO PUBLIC",
            "GRANT UPDATE ON findings TO xorb_relay",
            "GRANT DELETE ON erasures TO xorb_relay",
            "GRANT SELECT ON passkeys TO xorb_relay",
            "GRANT SELECT (title) ON findings TO xorb_relay",
            "GRANT SELECT ON relay_cursor TO xorb_app",
            "GRANT DELETE ON accounts TO xorb_app",
            "GRANT INSERT ON caller_access TO xorb_app",
            "GRANT UPDATE ON event_log TO xorb_relay",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO xorb_app",
        ),
        "the log is only appended to": (
            "GRANT UPDATE ON event_log TO xorb_app",
            "GRANT DELETE ON event_log TO xorb_app",
            "GRANT TRUNCATE ON event_log TO xorb_app",
        ),
        "nobody else has a way in": (
            "GRANT USAGE ON SCHEMA public TO PUBLIC",
            "GRANT CREATE ON SCHEMA public TO PUBLIC",
            "GRANT CONNECT ON DATABASE xorb TO PUBLIC",
        ),
        "services create nothing": (
            "GRANT CREATE ON SCHEMA public TO xorb_app",
            "GRANT CREATE ON DATABASE xorb TO xorb_app",
            "GRANT TEMP ON DATABASE xorb TO xorb_relay",
        ),
        "references stay inside the organization": (
            f"{_LOOSE}; ALTER TABLE targets ADD UNIQUE (id), ADD parent uuid REFERENCES targets (id)",
            "ALTER TABLE sessions ADD FOREIGN KEY (organization_id) REFERENCES organizations",
            "ALTER TABLE memberships ADD FOREIGN KEY (account_id) REFERENCES accounts",
            "ALTER TABLE sightings ADD FOREIGN KEY (organization_id, scan_id) REFERENCES scans (id, organization_id)",
        ),
        "uniqueness is the organization's own": (
            "CREATE UNIQUE INDEX targets_everywhere ON targets (address)",
            "ALTER TABLE findings ADD UNIQUE (latest_sighting_id)",
            "CREATE TABLE loose (organization_id uuid NOT NULL, id uuid PRIMARY KEY)",
            "ALTER TABLE targets ADD EXCLUDE USING btree (address WITH =)",
        ),
    }
)
