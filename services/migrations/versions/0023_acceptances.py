"""Acceptances of risks, and the findings that they have taken."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0023"
down_revision = "0016"

# Whatever a service does wrong, `acceptances_by_two` keeps one person from accepting a risk alone.
_STATEMENTS = (
    """
    CREATE TABLE acceptances (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 4),
        finding_id uuid,
        cve text NOT NULL,
        target_ids uuid[] NOT NULL,
        check_id text NOT NULL,
        greatest_severity smallint NOT NULL,
        justification bytea NOT NULL,
        evidence bytea NOT NULL,
        note bytea NOT NULL,
        data_key_id uuid,
        state smallint NOT NULL CHECK (state BETWEEN 1 AND 5),
        requester text NOT NULL,
        decider text NOT NULL,
        created_at timestamptz NOT NULL,
        decided_at timestamptz,
        ended_at timestamptz,
        expires_at timestamptz NOT NULL,
        pending boolean NOT NULL,
        revision integer NOT NULL,
        PRIMARY KEY (organization_id, id),
        CONSTRAINT acceptances_scope CHECK ((kind = 1) = (finding_id IS NOT NULL) AND (kind = 2) = (cve <> '')),
        CONSTRAINT acceptances_by_two CHECK (state <> 2 OR (decider <> '' AND decider <> requester))
    )
    """,
    "CREATE INDEX acceptances_created_at ON acceptances (organization_id, created_at, id)",
    "CREATE INDEX acceptances_in_force ON acceptances (organization_id, expires_at) WHERE state = 2",
    "CREATE INDEX acceptances_pending ON acceptances (organization_id) WHERE pending",
    """
    CREATE TABLE accepted_findings (
        organization_id uuid NOT NULL,
        finding_id uuid NOT NULL,
        acceptance_id uuid NOT NULL,
        state_before smallint NOT NULL,
        PRIMARY KEY (organization_id, finding_id)
    )
    """,
    "CREATE INDEX accepted_findings_acceptance ON accepted_findings (organization_id, acceptance_id, finding_id)",
)


def upgrade() -> None:
    """Makes the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("acceptances")
    isolate("accepted_findings")
