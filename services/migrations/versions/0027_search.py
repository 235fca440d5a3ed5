"""Words of findings, and the indexes that lists of a million are read from."""

from functools import reduce

from alembic import op

from services.migrations.isolation import isolate

revision = "0027"
down_revision = "0026"

_INDEXES = (
    "CREATE INDEX findings_first ON findings (organization_id, first_seen_at, id)",
    "CREATE INDEX findings_score ON findings (organization_id, cvss_score, last_seen_at, id)",
    "CREATE INDEX findings_check ON findings (organization_id, check_id, severity, last_seen_at, id)",
    "CREATE INDEX findings_asset ON findings (organization_id, asset, severity, last_seen_at, id)",
    # Lists of one target, scan or import are in the usual order, too.
    "DROP INDEX findings_target",
    "DROP INDEX findings_scan",
    "DROP INDEX findings_import",
    "CREATE INDEX findings_target ON findings (organization_id, target_id, severity, last_seen_at, id)",
    "CREATE INDEX findings_scan ON findings (organization_id, scan_id, severity, last_seen_at, id)",
    """
    CREATE INDEX findings_import ON findings (organization_id, import_id, severity, last_seen_at, id)
        WHERE import_id IS NOT NULL
    """,
)
# One row holds a word and all findings of one statement that have it. Row-level security keeps PostgreSQL from using a
# GIN index: its operators aren't leakproof. Those of a B-tree are.
_WORDS = """
    CREATE TABLE finding_words (
        organization_id uuid NOT NULL,
        word text COLLATE "C" NOT NULL,
        last_id uuid NOT NULL,
        first_id uuid NOT NULL,
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        size integer NOT NULL,
        finding_ids uuid[] NOT NULL,
        PRIMARY KEY (organization_id, word, last_id, id)
    )
    """
_COUNTS = "CREATE INDEX finding_words_size ON finding_words (organization_id, word) INCLUDE (size)"
# The text is the one that services/core/findings/search/words/store.py looks for words in.
_FIELDS = """
    concat_ws(' ', changed.title, changed.check_id, changed.asset, changed.location,
        array_to_string(changed.cves, ' '), 'CWE-' || array_to_string(changed.cwes, ' CWE-'),
        left(changed.description, 300))
"""
_TEXT = reduce(lambda text, character: f"replace({text}, '{character}', ' ')", "./-_<", _FIELDS)
_KEEP = f"""
    INSERT INTO finding_words (organization_id, word, last_id, first_id, size, finding_ids)
    SELECT organization_id, word, (array_agg(id))[1], (array_agg(id))[count(*)], count(*), array_agg(id)
    FROM (
        SELECT changed.organization_id, changed.id, word, CHUNK AS chunk
        FROM SOURCE CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('simple', {_TEXT}))) AS word
        ORDER BY changed.id DESC
    ) AS found
    GROUP BY organization_id, word, chunk
"""  # noqa: S608 - constants only
_CHANGED = """
    (
        SELECT changed.* FROM changed JOIN earlier USING (organization_id, id)
        WHERE (earlier.title, earlier.check_id, earlier.asset, earlier.location, earlier.cves, earlier.cwes,
            earlier.description) IS DISTINCT FROM (changed.title, changed.check_id, changed.asset, changed.location,
            changed.cves, changed.cwes, changed.description)
    ) AS changed
"""
_THOUSANDS = """
    (SELECT *, row_number() OVER (PARTITION BY organization_id ORDER BY id) / 1000 AS chunk FROM findings) AS changed
"""


def upgrade() -> None:
    """Makes the table, filled from what is there, the triggers that keep it, and the indexes."""
    for statement in (*_INDEXES, _WORDS, _COUNTS):
        op.execute(statement)
    op.execute("ALTER TABLE findings NO FORCE ROW LEVEL SECURITY")
    op.execute(_kept(_THOUSANDS, "changed.chunk"))
    op.execute("ALTER TABLE findings FORCE ROW LEVEL SECURITY")
    isolate("finding_words", grants="SELECT, INSERT")
    _keep("INSERT", "NEW TABLE AS changed", "changed")
    _keep("UPDATE", "OLD TABLE AS earlier NEW TABLE AS changed", _CHANGED)


def _keep(change: str, tables: str, source: str) -> None:
    """Makes the trigger that keeps the words of findings that one statement has written."""
    name = f"keep_words_on_{change.lower()}"
    body = f"BEGIN {_kept(source, '1')}; RETURN NULL; END"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
    op.execute(
        f"CREATE TRIGGER {name} AFTER {change} ON findings REFERENCING {tables} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def _kept(source: str, chunk: str) -> str:
    return _KEEP.replace("SOURCE", source).replace("CHUNK", chunk)
