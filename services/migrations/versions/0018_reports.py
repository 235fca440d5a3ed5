"""Reports with their files in sealed pieces, and templates with their versions."""

from alembic import op

from services.migrations.isolation import ORGANIZATION, secure, sweep

revision = "0018"
down_revision = "0017"

_TEMPLATE = """
    CREATE TABLE {name} (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        display_name text NOT NULL,
        sections smallint[] NOT NULL,
        filter text NOT NULL,
        author text NOT NULL,
        classification text NOT NULL,
        introduction text NOT NULL,
        methodology text NOT NULL,
        scope text NOT NULL,
        attestation text NOT NULL,
        omits_evidence boolean NOT NULL,
        accent_color text NOT NULL,
        logo bytea NOT NULL,
        typst_markup text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY ({key})
    )
"""
_STATEMENTS = (
    _TEMPLATE.format(name="report_templates", key="organization_id, id"),
    _TEMPLATE.format(name="report_template_versions", key="organization_id, id, version"),
    """
    ALTER TABLE report_template_versions
    ADD FOREIGN KEY (organization_id, id) REFERENCES report_templates ON DELETE CASCADE
    """,
    """
    CREATE TABLE reports (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        display_name text NOT NULL,
        template_id uuid,
        template_version integer NOT NULL,
        filter text NOT NULL,
        formats smallint[] NOT NULL,
        client text NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        state smallint NOT NULL,
        percent smallint NOT NULL,
        finding_count integer NOT NULL,
        failure_reason text NOT NULL,
        creator text NOT NULL,
        created_at timestamptz NOT NULL,
        ended_at timestamptz,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, id)
    )
    """,
    "CREATE INDEX reports_created ON reports (organization_id, created_at DESC, id DESC)",
    "CREATE INDEX reports_expires ON reports (expires_at)",
    """
    CREATE TABLE report_files (
        organization_id uuid NOT NULL,
        report_id uuid NOT NULL,
        id uuid NOT NULL,
        format smallint NOT NULL,
        file_name text NOT NULL,
        media_type text NOT NULL,
        size bigint NOT NULL,
        sha256 text NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, report_id, id),
        FOREIGN KEY (organization_id, report_id) REFERENCES reports ON DELETE CASCADE
    )
    """,
    "CREATE INDEX report_files_expires ON report_files (expires_at)",
    """
    CREATE TABLE report_pieces (
        organization_id uuid NOT NULL,
        report_id uuid NOT NULL,
        file_id uuid NOT NULL,
        number integer NOT NULL,
        content bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        data_key_id uuid NOT NULL,
        PRIMARY KEY (organization_id, file_id, number),
        FOREIGN KEY (organization_id, report_id) REFERENCES reports ON DELETE CASCADE
    )
    """,
    "CREATE INDEX report_pieces_report ON report_pieces (organization_id, report_id)",
    "CREATE INDEX report_pieces_expires ON report_pieces (expires_at)",
)
_ERASED = "organization_id IN (SELECT organization_id FROM erasures)"
_EXPIRED = "expires_at < now()"


def upgrade() -> None:
    """Makes the tables, and lets `xorb_relay` remove reports that have expired."""
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("report_templates", "report_template_versions", "reports", "report_files", "report_pieces"):
        secure(table, f"organization_id = {ORGANIZATION}", grants="SELECT, INSERT, UPDATE, DELETE")
        sweep(table, _ERASED, "" if "template" in table else _EXPIRED)
