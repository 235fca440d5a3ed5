"""Findings and their sightings."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0006"
down_revision = "0005"

_STATEMENTS = (
    """
    CREATE TABLE findings (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        identity bytea NOT NULL,
        target_id uuid NOT NULL,
        check_id text NOT NULL,
        asset text NOT NULL,
        location text NOT NULL,
        title text NOT NULL,
        description text NOT NULL,
        severity smallint NOT NULL,
        remediation text NOT NULL,
        reworded text[] NOT NULL,
        cvss_vector text NOT NULL,
        cvss_score double precision NOT NULL,
        cwes integer[] NOT NULL,
        cves text[] NOT NULL,
        reference_urls text[] NOT NULL,
        evidence text NOT NULL,
        state smallint NOT NULL,
        dismissal_reason text NOT NULL,
        sighting_count integer NOT NULL,
        scan_id uuid NOT NULL,
        first_seen_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id),
        CONSTRAINT findings_identity UNIQUE (organization_id, identity),
        CHECK (severity BETWEEN 0 AND 5),
        CHECK (state BETWEEN 1 AND 4)
    )
    """,
    # Read backwards it is the order of lists, the gravest and latest first.
    "CREATE INDEX findings_gravest ON findings (organization_id, severity, last_seen_at, id)",
    "CREATE INDEX findings_latest ON findings (organization_id, last_seen_at, id)",
    "CREATE INDEX findings_target ON findings (organization_id, target_id)",
    "CREATE INDEX findings_scan ON findings (organization_id, scan_id)",
    """
    CREATE TABLE sightings (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        finding_id uuid NOT NULL,
        scan_id uuid NOT NULL,
        executor text NOT NULL,
        evidence text NOT NULL,
        seen_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, id),
        FOREIGN KEY (organization_id, finding_id) REFERENCES findings
    )
    """,
    "CREATE INDEX sightings_finding ON sightings (organization_id, finding_id, seen_at, id)",
    "CREATE INDEX sightings_scan ON sightings (organization_id, scan_id, finding_id)",
)


def upgrade() -> None:
    """Makes the tables; nothing removes a finding or a sighting."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("findings", grants="SELECT, INSERT, UPDATE")
    isolate("sightings", grants="SELECT, INSERT")
