"""Findings that are matched by keys, whatever tool has seen them; imports beside scans; duplicates; separations."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0015"
down_revision = "0014"

_FINDINGS = (
    """
    ALTER TABLE findings
        ALTER COLUMN target_id DROP NOT NULL,
        ALTER COLUMN scan_id DROP NOT NULL,
        ADD COLUMN import_id uuid,
        ADD COLUMN duplicate_of uuid,
        ADD COLUMN state_before smallint,
        ADD COLUMN latest_sighting_id uuid,
        DROP CONSTRAINT findings_state_check,
        ADD CONSTRAINT findings_state CHECK (state BETWEEN 1 AND 8),
        ADD CONSTRAINT findings_duplicate
            CHECK ((state = 8) = (duplicate_of IS NOT NULL) AND (state = 8) = (state_before IS NOT NULL)),
        ADD CONSTRAINT findings_duplicate_of_another CHECK (duplicate_of <> id),
        ADD CONSTRAINT findings_state_before CHECK (state_before BETWEEN 1 AND 7),
        ADD CONSTRAINT findings_seen_by CHECK (scan_id IS NULL OR import_id IS NULL)
    """,
    # Lists of one state in their usual order: a filter on the order of all would read past a million closed ones.
    "CREATE INDEX findings_state_gravest ON findings (organization_id, state, severity, last_seen_at, id)",
    "CREATE INDEX findings_duplicates ON findings (organization_id, duplicate_of) WHERE duplicate_of IS NOT NULL",
    "CREATE INDEX findings_import ON findings (organization_id, import_id) WHERE import_id IS NOT NULL",
)
_SIGHTINGS = (
    """
    ALTER TABLE sightings
        ALTER COLUMN scan_id DROP NOT NULL,
        ADD COLUMN import_id uuid,
        ADD COLUMN source bytea,
        ADD COLUMN origin_id uuid,
        ADD COLUMN target_id uuid,
        ADD COLUMN tool text NOT NULL DEFAULT '',
        ADD COLUMN tool_version text NOT NULL DEFAULT '',
        ADD COLUMN tool_severity text NOT NULL DEFAULT '',
        ADD COLUMN tool_finding_id text NOT NULL DEFAULT '',
        ADD COLUMN check_id text NOT NULL DEFAULT '',
        ADD COLUMN asset text NOT NULL DEFAULT '',
        ADD COLUMN location text NOT NULL DEFAULT '',
        ADD COLUMN place text NOT NULL DEFAULT '',
        ADD COLUMN part text NOT NULL DEFAULT '',
        ADD COLUMN description_digest bytea,
        ADD COLUMN keys bytea[] NOT NULL DEFAULT '{}',
        ADD COLUMN matched_keys smallint[] NOT NULL DEFAULT '{}',
        ADD COLUMN matched_sightings uuid[] NOT NULL DEFAULT '{}',
        ADD CONSTRAINT sightings_seen_by CHECK (scan_id IS NULL OR import_id IS NULL)
    """,
    # What an import of a source has seen, and all others of it have.
    """
    CREATE INDEX sightings_source ON sightings (organization_id, source, import_id, finding_id)
        WHERE source IS NOT NULL
    """,
)
_MATCHING = (
    """
    CREATE TABLE finding_keys (
        organization_id uuid NOT NULL,
        key bytea NOT NULL,
        finding_id uuid NOT NULL,
        sighting_id uuid NOT NULL,
        PRIMARY KEY (organization_id, key),
        FOREIGN KEY (organization_id, finding_id) REFERENCES findings
    )
    """,
    "CREATE INDEX finding_keys_finding ON finding_keys (organization_id, finding_id)",
    """
    CREATE TABLE sighting_descriptions (
        organization_id uuid NOT NULL,
        digest bytea NOT NULL,
        content text NOT NULL,
        PRIMARY KEY (organization_id, digest)
    )
    """,
    """
    CREATE TABLE finding_separations (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        first_id uuid NOT NULL,
        second_id uuid NOT NULL,
        creator text NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, id),
        CHECK (first_id <> second_id),
        FOREIGN KEY (organization_id, first_id) REFERENCES findings,
        FOREIGN KEY (organization_id, second_id) REFERENCES findings
    )
    """,
    # Whichever of a pair is the first.
    """
    CREATE UNIQUE INDEX finding_separations_pair
        ON finding_separations (organization_id, least(first_id, second_id), greatest(first_id, second_id))
    """,
    "CREATE INDEX finding_separations_first ON finding_separations (organization_id, first_id)",
    "CREATE INDEX finding_separations_second ON finding_separations (organization_id, second_id)",
    "CREATE INDEX finding_separations_newest ON finding_separations (organization_id, created_at, id)",
)
# What was seen before had its identity as its only key; every sighting was of what its finding says.
_CARRIED_OVER = (
    """
    UPDATE findings SET latest_sighting_id = (
        SELECT id FROM sightings
        WHERE sightings.organization_id = findings.organization_id AND finding_id = findings.id
        ORDER BY seen_at DESC, id DESC LIMIT 1
    )
    """,
    """
    UPDATE sightings SET origin_id = finding_id, target_id = findings.target_id, check_id = findings.check_id,
        asset = findings.asset, location = findings.location, keys = ARRAY[findings.identity]
    FROM findings WHERE findings.organization_id = sightings.organization_id AND findings.id = finding_id
    """,
    "ALTER TABLE sightings ALTER COLUMN origin_id SET NOT NULL",
    """
    INSERT INTO finding_keys
    SELECT organization_id, identity, id, latest_sighting_id FROM findings WHERE latest_sighting_id IS NOT NULL
    """,
    "ALTER TABLE findings DROP COLUMN identity",
)
_TABLES = ("finding_keys", "sighting_descriptions", "finding_separations")


def upgrade() -> None:
    """Adds the columns and tables. What is there already was found by executors, and keeps its identity as its key."""
    for statement in (*_FINDINGS, *_SIGHTINGS, *_MATCHING):
        op.execute(statement)
    _bind_owner("NO FORCE")
    for statement in _CARRIED_OVER:
        op.execute(statement)
    _bind_owner("FORCE")
    for table in _TABLES:
        isolate(table)


def _bind_owner(how: str) -> None:
    """Binds the tables' owner to row-level security, or for this step not: it carries over all organizations' rows."""
    for table in ("findings", "sightings"):
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")
