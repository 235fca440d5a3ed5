"""Counters of dashboards, kept by triggers on findings; a finding's tool, and when it was resolved."""

from alembic import op

from services.migrations.isolation import isolate

revision = "0034"
down_revision = "0037"

_COLUMNS = "ALTER TABLE findings ADD COLUMN tool text NOT NULL DEFAULT '', ADD COLUMN resolved_at timestamptz"
_CARRIED_OVER = """
    UPDATE findings SET
        tool = coalesce((
            SELECT coalesce(nullif(sightings.tool, ''), executor) FROM sightings
            WHERE sightings.organization_id = findings.organization_id AND sightings.id = latest_sighting_id
        ), ''),
        resolved_at = CASE WHEN state = 3 OR state_before = 3 THEN updated_at END
"""
# Whichever way a state is left or reached. What is a duplicate for a while keeps when it was resolved.
_RESOLVED = (
    """
    CREATE FUNCTION note_resolution() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.resolved_at := CASE NEW.state WHEN 3 THEN coalesce(OLD.resolved_at, NEW.updated_at)
            WHEN 8 THEN OLD.resolved_at END;
        RETURN NEW;
    END $$
    """,
    "REVOKE ALL ON FUNCTION note_resolution() FROM PUBLIC",
    """
    CREATE TRIGGER note_resolution BEFORE UPDATE ON findings FOR EACH ROW
        WHEN (OLD.state <> NEW.state AND (3 IN (OLD.state, NEW.state) OR OLD.state = 8))
        EXECUTE FUNCTION note_resolution()
    """,
)

_SEVERITIES = ("unrated", "info", "low", "medium", "high", "critical")
_KEY = ("scope_id", "measure", "key", "part")
_CELL = """
        organization_id uuid NOT NULL,
        scope_id uuid NOT NULL,
        measure smallint NOT NULL,
        key text COLLATE "C" NOT NULL,
        part smallint NOT NULL,
""" + "".join(f"{severity} bigint NOT NULL,\n" for severity in _SEVERITIES)
_TABLES = (
    f"""
    CREATE TABLE dashboard_counts (
        {_CELL}
        weight bigint NOT NULL GENERATED ALWAYS AS (low + 3 * medium + 7 * high + 10 * critical) STORED,
        PRIMARY KEY (organization_id, measure, scope_id, key, part)
    ) WITH (fillfactor = 80)
    """,
    # The assets with the gravest findings.
    """
    CREATE INDEX dashboard_counts_gravest ON dashboard_counts (organization_id, scope_id, weight DESC, key)
        WHERE measure = 2
    """,
    f"""
    CREATE TABLE dashboard_changes (
        {_CELL}
        id bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (organization_id, id)
    )
    """,
)
_ALL = ", ".join(_KEY + _SEVERITIES)


def _is_open(state: str) -> str:
    return f"{state} IN (1, 2, 5, 6)"


def _day(time: str) -> str:
    return f"to_char({time} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


# What a finding is counted by.
_COUNTED = ("target_id", "asset", "tool", "state", "clock_stage", "severity", "first_seen_at", "resolved_at")
_SECONDS = "greatest(1, extract(epoch FROM resolved_at - first_seen_at)::float8)"
_TODAY = _day("now()")
# Findings that are alike in all that is counted: how many more there are of them than before, how many more are open
# than before, and how many were opened and closed, by day. How long it took to resolve them is known to a fifth.
_ALIKE = f"""
    SELECT organization_id, target_id, asset, tool, state, clock_stage, severity, day,
        {_day("resolved_at")} AS resolved_on,
        CASE WHEN state = 3 THEN round(4 * ln({_SECONDS}) / ln(2)) END AS length,
        sum(number) AS number, sum(net) AS net, sum(number * round({_SECONDS})) AS seconds,
        sum(opened) AS opened, sum(closed) AS closed
    FROM (MOVED) AS moved GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""  # noqa: S608 - constants only
# The measures are those of services/core/findings/dashboard/store.py.
_CELLS = f"""
    SELECT organization_id, {", ".join(_KEY)},
        {", ".join(f"coalesce(sum(amount) FILTER (WHERE severity = {n}), 0)" for n in range(len(_SEVERITIES)))}
    FROM (
        SELECT organization_id, scope_id, measure, key, part, severity, sum(amount) AS amount
        FROM ({_ALIKE}) AS alike
        CROSS JOIN LATERAL (VALUES (organization_id), (target_id)) AS scope (scope_id)
        CROSS JOIN LATERAL (VALUES
            (1, '', state * 10 + clock_stage, number),
            (2, asset, 0, CASE WHEN {_is_open("state")} THEN number END),
            (3, tool, 0, CASE WHEN {_is_open("state")} THEN number END),
            (4, '', 0, CASE WHEN {_is_open("state")} THEN number END),
            (5, day, 0, net),
            (6, day, 0, opened),
            (7, day, 0, closed),
            (8, resolved_on, length, CASE WHEN state = 3 THEN number END),
            (9, resolved_on, 0, CASE WHEN state = 3 THEN seconds END)
        ) AS counted (measure, key, part, amount)
        WHERE scope_id IS NOT NULL AND key IS NOT NULL AND amount <> 0
        GROUP BY 1, 2, 3, 4, 5, 6
        HAVING sum(amount) <> 0
    ) AS summed
    GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - constants only
_LISTED = ", ".join(("organization_id", *_COUNTED))


def _moved(of: str, number: int, is_open: str, day: str = _TODAY) -> str:
    """Returns the statement for findings that one statement has added or removed."""
    opened, closed = (f"({is_open})::int", "0") if number > 0 else ("0", f"({is_open})::int")
    return f"""
        SELECT {_LISTED}, {number} AS number, {number} * ({is_open})::int AS net, {opened} AS opened,
            {closed} AS closed, {day} AS day
        FROM {of}
    """  # noqa: S608 - constants only


def _side(of: str, other: str, number: int, flow: str) -> str:
    """Returns a changed finding as it was, or as it is."""
    was_or_is, is_or_was = _is_open(f"{of}.state"), _is_open(f"{other}.state")
    moved = f"({was_or_is} AND NOT {is_or_was})::int"
    flows = f"{moved}, 0" if flow == "opened" else f"0, {moved}"
    return f"({', '.join(f'{of}.{name}' for name in _COUNTED)}, {number}, {number} * ({was_or_is})::int, {flows})"


_UPDATED = f"""
    SELECT changed.organization_id, side.*, {_TODAY} AS day
    FROM changed JOIN earlier USING (organization_id, id)
    CROSS JOIN LATERAL (VALUES
        {_side("earlier", "changed", -1, "closed")}, {_side("changed", "earlier", 1, "opened")}
    ) AS side ({", ".join(_COUNTED)}, number, net, opened, closed)
    WHERE ({", ".join(f"earlier.{name}" for name in _COUNTED)})
        IS DISTINCT FROM ({", ".join(f"changed.{name}" for name in _COUNTED)})
"""  # noqa: S608 - constants only
# Of what was there before it is known when it was first seen, and that it was closed when it was last changed.
_THEN = " UNION ALL ".join(
    (
        f"SELECT {_LISTED}, 1 AS number, 0 AS net, 0 AS opened, 0 AS closed, '' AS day FROM findings",  # noqa: S608
        f"SELECT {_LISTED}, 0, 1, 1, 0, {_day('first_seen_at')} FROM findings",  # noqa: S608
        f"SELECT {_LISTED}, 0, -1, 0, 1, {_day('updated_at')} FROM findings WHERE NOT {_is_open('state')}",  # noqa: S608
    )
)
_FOLD = f"""
    CREATE FUNCTION fold_dashboard_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        here uuid;
    BEGIN
        SELECT organization_id INTO here FROM written WHERE id % 64 = 0 LIMIT 1;
        IF here IS NULL OR NOT EXISTS (
            SELECT FROM dashboard_changes WHERE organization_id = here ORDER BY id OFFSET 2000 LIMIT 1
        ) OR NOT pg_try_advisory_xact_lock(hashtextextended('xorb dashboard ' || here, 0)) THEN
            RETURN NULL;
        END IF;
        WITH taken AS (DELETE FROM dashboard_changes WHERE organization_id = here RETURNING *)
        INSERT INTO dashboard_counts AS counts (organization_id, {_ALL})
        SELECT here, {", ".join(_KEY)}, {", ".join(f"sum({name})" for name in _SEVERITIES)} FROM taken
        GROUP BY {", ".join(_KEY)}
        ON CONFLICT (organization_id, measure, scope_id, key, part)
        DO UPDATE SET {", ".join(f"{name} = counts.{name} + excluded.{name}" for name in _SEVERITIES)};
        RETURN NULL;
    END $$
"""  # noqa: S608 - constants only


def upgrade() -> None:
    """Makes the columns, the tables, filled from what is there, and the triggers that keep them."""
    op.execute(_COLUMNS)
    for table in ("findings", "sightings"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE findings DISABLE TRIGGER USER")
    op.execute(_CARRIED_OVER)
    op.execute("ALTER TABLE findings ENABLE TRIGGER USER")
    for statement in (*_RESOLVED, *_TABLES):
        op.execute(statement)
    op.execute(_counted("dashboard_counts", _THEN))
    for table in ("findings", "sightings"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    isolate("dashboard_counts")
    isolate("dashboard_changes", grants="SELECT, INSERT, DELETE")
    _keep("INSERT", "NEW TABLE AS changed", _moved("changed", 1, _is_open("state")))
    _keep("UPDATE", "OLD TABLE AS earlier NEW TABLE AS changed", _UPDATED)
    # Nobody removes a finding but who erases an organization, counters and all.
    removed = _moved("earlier", -1, _is_open("state"))
    _keep("DELETE", "OLD TABLE AS earlier", removed, "WHEN (current_user <> 'xorb_relay')")
    op.execute(_FOLD)
    op.execute("REVOKE ALL ON FUNCTION fold_dashboard_changes() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER fold_dashboard_changes AFTER INSERT ON dashboard_changes REFERENCING NEW TABLE AS written "
        "FOR EACH STATEMENT EXECUTE FUNCTION fold_dashboard_changes()"
    )


def _counted(table: str, moved: str) -> str:
    """Returns the statement that adds to a table what findings come to."""
    return f"INSERT INTO {table} (organization_id, {_ALL}) {_CELLS.replace('MOVED', moved)}"


def _keep(change: str, tables: str, moved: str, when: str = "") -> None:
    """Makes the trigger that counts the findings that one statement has written."""
    name = f"count_on_{change.lower()}"
    body = f"BEGIN {_counted('dashboard_changes', moved)}; RETURN NULL; END"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
    op.execute(
        f"CREATE TRIGGER {name} AFTER {change} ON findings REFERENCING {tables} "
        f"FOR EACH STATEMENT {when} EXECUTE FUNCTION {name}()"
    )
