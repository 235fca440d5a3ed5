"""Rules on PostgreSQL's own catalogue: each finds what could show or give an organization's rows to another one.

A rule is a query that returns one line of text for everything wrong; none where all is well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import asyncpg


@dataclass(frozen=True)
class Exempt:
    """A table that belongs to no organization.

    Attributes:
        reason: Why.
        granted: What the services may do with it.
    """

    reason: str
    granted: tuple[str, ...] = ()


_KEPT = ("INSERT", "SELECT", "UPDATE")
_CHANGED = ("DELETE", *_KEPT)
EXEMPT: Mapping[str, Exempt] = MappingProxyType(
    {
        "accounts": Exempt("A person's, who may be in many organizations or in none.", _KEPT),
        "sessions": Exempt("A person's; presented before it is known for which organization.", _KEPT),
        "refresh_tokens": Exempt("A session's; found by a digest of what only its holder knows.", _KEPT),
        "totp_factors": Exempt("A person's, whichever organization they sign in to.", _CHANGED),
        "recovery_codes": Exempt("A person's, whichever organization they sign in to.", _CHANGED),
        "passkeys": Exempt("A person's; presented before it is known whose.", _CHANGED),
        "challenges": Exempt(
            "Of somebody who isn't signed in yet; found by a digest of what only they know.", _CHANGED
        ),
        "relay_cursor": Exempt("Where the relay is in the log of all organizations; no service sees it."),
        "alembic_version": Exempt("The schema's version; no service sees it."),
    }
)
"""Every table without row-level security of an organization."""

_MEMBERSHIPS = "SELECT memberships.organization_id FROM memberships WHERE (memberships.account_id = ACCOUNT)"
_ACCOUNT = "(NULLIF(current_setting('xorb.account'::text, true), ''::text))::uuid"
WIDER: Mapping[tuple[str, str], tuple[str, str, str]] = MappingProxyType(
    {
        ("memberships", "member"): (
            "r",
            "-",
            f"(account_id = {_ACCOUNT})",
        ),
        ("organizations", "member"): (
            "r",
            "-",
            f"(id IN ( {_MEMBERSHIPS.replace('ACCOUNT', _ACCOUNT)}))",
        ),
        ("event_log", "relay"): ("r", "xorb_relay", "true"),
        ("notification_positions", "relay"): ("r", "xorb_relay", "true"),
        ("erasures", "relay"): ("r", "xorb_relay", "true"),
    }
)
"""Policies beyond the organization's own: command, role and condition. A person sees where they are a member, which is
how they choose an organization; the relay, a role of its own, reads the log of all, and who is told of it."""

_GONE = "IN ( SELECT erasures.organization_id FROM erasures)"
PERSONS: Mapping[str, str] = MappingProxyType(
    {
        "accounts": f"(managed_by {_GONE})",
        "sessions": f"((organization_id {_GONE}) AND ('sso'::text = ANY (methods)))",
        "challenges": "false",
    }
)
"""What goes with an organization of the tables that belong to none; all other tables lose the organization's rows."""

EXPIRED: Mapping[str, str] = MappingProxyType(
    {
        "sessions": "(expires_at < (now() - '01:00:00'::interval))",
        "challenges": "(expires_at < (now() - '01:00:00'::interval))",
        "sign_on_attempts": "(expires_at < (now() - '01:00:00'::interval))",
        "import_blocks": "(expires_at < (now() - '1 day'::interval))",
        "idempotency_keys": "(created_at < (now() - '7 days'::interval))",
        "invitations": "(expires_at < (now() - '90 days'::interval))",
        "api_keys": "(expires_at < (now() - '90 days'::interval))",
        "reports": "(expires_at < now())",
        "report_files": "(expires_at < now())",
        "report_pieces": "(expires_at < now())",
        "attachments": "(expires_at < now())",
        "attachment_pieces": "(expires_at < now())",
    }
)
"""What nobody needs any more, and the relay may remove."""

_VIEWS = """
    CREATE TEMP VIEW relations AS
    SELECT class.*, namespace.nspname FROM pg_class AS class JOIN pg_namespace AS namespace
        ON namespace.oid = class.relnamespace
    WHERE namespace.nspname NOT IN ('pg_catalog', 'information_schema') AND namespace.nspname !~ '^pg_(toast|temp)';

    CREATE TEMP VIEW tenants AS
    SELECT relation.*, field.attname AS tenant, field.attnum AS tenant_number, field.attnotnull, field.atttypid
    FROM relations AS relation JOIN pg_attribute AS field ON field.attrelid = relation.oid AND NOT field.attisdropped
        AND field.attname = CASE relation.relname WHEN 'organizations' THEN 'id' ELSE 'organization_id' END
    WHERE relation.relkind IN ('r', 'p') AND relation.relname NOT IN (SELECT name FROM exempt);

    CREATE TEMP VIEW granted AS
    SELECT relation.oid, relation.relname, relation.relkind, relation.relispartition, entry.privilege_type,
        entry.is_grantable, coalesce(pg_roles.rolname, 'PUBLIC') AS grantee
    FROM relations AS relation, aclexplode(relation.relacl) AS entry LEFT JOIN pg_roles ON pg_roles.oid = entry.grantee
    WHERE entry.grantee <> relation.relowner;

    CREATE TEMP VIEW services AS
    WITH RECURSIVE reached AS (
        SELECT oid FROM pg_roles WHERE rolname IN ('xorb_app', 'xorb_relay', 'xorb_owner')
        UNION SELECT pg_auth_members.member FROM pg_auth_members JOIN reached ON reached.oid = pg_auth_members.roleid
            WHERE inherit_option OR set_option
    )
    SELECT pg_roles.* FROM pg_roles JOIN reached USING (oid) WHERE NOT pg_roles.rolname = 'postgres';

    CREATE TEMP VIEW swept AS
    SELECT relation, erased, expired,
        CASE WHEN expired IS NULL THEN erased ELSE format('(%s OR %s)', erased, expired) END AS either
    FROM (
        SELECT relname AS relation, format('(%s IN ( SELECT erasures.organization_id FROM erasures))', tenant) AS erased
            FROM tenants WHERE NOT relispartition AND relname <> 'erasures'
        UNION ALL SELECT relation, condition FROM persons
    ) AS gone LEFT JOIN expired USING (relation);

    CREATE TEMP VIEW policies AS
    SELECT relname, polname, polpermissive, polcmd::text AS command,
        array_to_string(ARRAY(SELECT role::regrole::text FROM unnest(polroles) AS role), ',') AS roles,
        regexp_replace(pg_get_expr(polqual, polrelid), '\\s+', ' ', 'g') AS shown, polwithcheck IS NOT NULL AS taken
    FROM pg_policy JOIN relations ON relations.oid = polrelid;
"""

RULES: Mapping[str, str] = MappingProxyType(
    {
        "a table belongs to an organization, or is listed": """
            SELECT relname FROM relations
            WHERE relkind IN ('r', 'p') AND oid NOT IN (SELECT oid FROM tenants)
            AND relname NOT IN (SELECT name FROM exempt)
        """,
        "what is listed exists": "SELECT name FROM exempt WHERE name NOT IN (SELECT relname FROM relations)",
        "row-level security holds, for the owner too": """
            SELECT relname FROM tenants WHERE NOT (relrowsecurity AND relforcerowsecurity)
        """,
        "every row has an organization": """
            SELECT relname FROM tenants WHERE NOT attnotnull OR atttypid <> 'uuid'::regtype
        """,
        "an organization's table has the organization's policy": """
            SELECT relname FROM tenants WHERE NOT relispartition AND NOT EXISTS (
                SELECT FROM pg_policy
                WHERE polrelid = tenants.oid AND polpermissive AND polcmd = '*' AND polroles = '{0}'
                AND pg_get_expr(polqual, polrelid) = replace(pg_temp.condition(), 'TENANT', tenant)
                AND pg_get_expr(polwithcheck, polrelid) = replace(pg_temp.condition(), 'TENANT', tenant)
            )
        """,
        "no policy shows or takes more": """
            SELECT relname || '.' || polname FROM pg_policy JOIN tenants ON tenants.oid = polrelid
            CROSS JOIN LATERAL (SELECT
                replace(pg_temp.condition(), 'TENANT', tenant) AS own,
                regexp_replace(pg_get_expr(polqual, polrelid), '\\s+', ' ', 'g') AS shown,
                regexp_replace(pg_get_expr(polwithcheck, polrelid), '\\s+', ' ', 'g') AS taken
            ) AS condition
            WHERE polpermissive
            AND NOT ((polcmd = 'a' OR coalesce(shown = own, false))
                AND (polcmd IN ('r', 'd') OR coalesce(taken = own, false)))
            AND NOT EXISTS (
                SELECT FROM wider
                WHERE wider.relation = relname AND wider.policy = polname AND wider.command = polcmd::text
                AND wider.roles = array_to_string(ARRAY(SELECT role::regrole::text FROM unnest(polroles) AS role), ',')
                AND wider.condition = shown AND taken IS NULL
            )
            AND NOT EXISTS (
                SELECT FROM swept JOIN policies ON policies.relname = swept.relation
                WHERE swept.relation = tenants.relname AND policies.polname = pg_policy.polname
                AND policies.roles = 'xorb_relay' AND NOT policies.taken
                AND policies.shown = CASE policies.polname WHEN 'erased' THEN erased WHEN 'expired' THEN expired END
            )
        """,
        "what is gone can be removed from every table": """
            SELECT relation FROM swept WHERE NOT EXISTS (
                SELECT FROM policies WHERE relname = relation AND polname = 'erased' AND polpermissive
                AND command = '*' AND roles = 'xorb_relay' AND shown = erased
            ) OR (
                SELECT count(*) FROM granted
                WHERE relname = relation AND grantee = 'xorb_relay' AND privilege_type IN ('SELECT', 'DELETE')
            ) < 2
        """,
        "who removes what is gone can remove nothing else": """
            SELECT granted.relname FROM granted JOIN relations USING (oid) LEFT JOIN swept ON relation = granted.relname
            WHERE grantee = 'xorb_relay' AND privilege_type = 'DELETE' AND NOT (relrowsecurity AND EXISTS (
                SELECT FROM policies WHERE policies.relname = relation AND polname = 'nothing_else'
                AND NOT polpermissive AND roles = 'xorb_relay' AND shown = either
                AND command = CASE WHEN relation IN ('event_log', 'notification_positions') THEN 'd' ELSE '*' END
            ))
            UNION ALL SELECT relname || '.' || polname FROM policies JOIN persons ON relation = relname
            WHERE polpermissive AND (polname, roles, shown) NOT IN (
                SELECT 'services', 'xorb_app', 'true'
                UNION ALL SELECT 'erased', 'xorb_relay', condition
                UNION ALL SELECT 'expired', 'xorb_relay', expired FROM expired AS late WHERE late.relation = relname
            )
        """,
        "partitions are reached through their table only": """
            SELECT relname || ' to ' || grantee FROM granted WHERE relispartition
        """,
        "views ask with the rights of who asks": """
            SELECT relname FROM relations WHERE relkind = 'v' AND NOT EXISTS (
                SELECT FROM pg_options_to_table(reloptions)
                WHERE option_name = 'security_invoker' AND option_value IN ('true', 'on', 'yes', '1')
            )
        """,
        "nothing keeps or fetches rows elsewhere": """
            SELECT relname FROM relations WHERE relkind IN ('m', 'f')
            UNION ALL SELECT pubname FROM pg_publication
            UNION ALL SELECT evtname FROM pg_event_trigger
            UNION ALL SELECT relname || '.' || rulename FROM pg_rewrite JOIN relations ON relations.oid = ev_class
                WHERE rulename <> '_RETURN'
        """,
        "there is one schema, and no extension": """
            SELECT nspname FROM pg_namespace
            WHERE nspname NOT IN ('public', 'pg_catalog', 'information_schema') AND nspname !~ '^pg_(toast|temp)'
            UNION ALL SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'
        """,
        "no function has its owner's rights": """
            SELECT proname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
            WHERE prosecdef AND nspname NOT IN ('pg_catalog', 'information_schema')
        """,
        "functions are their owner's only": """
            SELECT proname || ' to ' || coalesce(rolname, 'PUBLIC') FROM pg_proc
            JOIN pg_namespace ON pg_namespace.oid = pronamespace
            CROSS JOIN aclexplode(coalesce(proacl, acldefault('f', proowner))) AS entry
            LEFT JOIN pg_roles ON pg_roles.oid = entry.grantee
            WHERE entry.grantee <> proowner AND nspname NOT IN ('pg_catalog', 'information_schema')
            AND nspname !~ '^pg_temp'
        """,
        "sequences, which count everybody's rows, are their owner's only": """
            SELECT relname || ' to ' || grantee FROM granted WHERE relkind = 'S'
        """,
        "no role can do more": """
            SELECT rolname FROM services
            WHERE rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
        """,
        "services are in no other role": """
            SELECT member::regrole || ' in ' || roleid::regrole FROM pg_auth_members
            WHERE member IN (SELECT oid FROM services) AND roleid <> 'xorb_app'::regrole
        """,
        "who issues credentials can use none and do nothing else": """
            SELECT member::regrole || ' in ' || roleid::regrole FROM pg_auth_members
            WHERE roleid IN (SELECT oid FROM services) AND NOT (inherit_option OR set_option)
            AND member <> 'xorb_vault'::regrole
            UNION ALL SELECT rolname FROM pg_roles
            WHERE rolname = 'xorb_vault' AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolreplication)
            UNION ALL SELECT 'owns ' || pg_describe_object(classid, objid, objsubid) FROM pg_shdepend
            WHERE refobjid = 'xorb_vault'::regrole AND refclassid = 'pg_authid'::regclass AND deptype = 'o'
            UNION ALL SELECT 'in ' || roleid::regrole FROM pg_auth_members
            WHERE member = 'xorb_vault'::regrole AND (inherit_option OR set_option)
            AND roleid <> 'pg_signal_backend'::regrole
        """,
        "services own nothing": """
            SELECT refobjid::regrole || ' owns ' || pg_describe_object(classid, objid, objsubid) FROM pg_shdepend
            WHERE refclassid = 'pg_authid'::regclass AND deptype = 'o'
            AND refobjid IN (SELECT oid FROM services WHERE rolname <> 'xorb_owner')
        """,
        "no setting comes with a role": """
            SELECT setrole::regrole || ': ' || array_to_string(setconfig, ', ') FROM pg_db_role_setting
            WHERE setrole IN (SELECT oid FROM services) OR array_to_string(setconfig, ',') ~ 'xorb\\.|row_security'
        """,
        "services may do with rows what is listed, and nothing else": """
            SELECT grantee || ' may ' || privilege_type || ' ' || granted.relname FROM granted
            LEFT JOIN exempt ON exempt.name = granted.relname
            WHERE is_grantable OR (granted.relname, grantee) NOT IN (
                SELECT relname, 'xorb_app' FROM tenants WHERE privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
                UNION ALL SELECT relname, 'xorb_app' FROM relations WHERE relkind = 'v' AND privilege_type = 'SELECT'
                UNION ALL SELECT name, 'xorb_app' FROM exempt WHERE privilege_type = ANY (allowed)
                UNION ALL SELECT relation, 'xorb_relay' FROM swept WHERE privilege_type IN ('SELECT', 'DELETE')
                UNION ALL SELECT 'erasures', 'xorb_relay' WHERE privilege_type = 'SELECT'
                UNION ALL SELECT 'relay_cursor', 'xorb_relay' WHERE privilege_type IN ('SELECT', 'INSERT', 'UPDATE')
            )
            UNION ALL SELECT attrelid::regclass || '.' || attname FROM pg_attribute
                WHERE attacl IS NOT NULL AND attrelid IN (SELECT oid FROM relations)
            UNION ALL SELECT 'by default: ' || defaclobjtype::text FROM pg_default_acl
        """,
        "the log is only appended to": """
            SELECT relname || ': ' || privilege_type FROM granted
            WHERE relname = 'event_log' AND privilege_type NOT IN ('SELECT', 'INSERT')
            AND NOT (grantee = 'xorb_relay' AND privilege_type = 'DELETE')
        """,
        "nobody else has a way in": """
            SELECT 'schema ' || nspname || ': ' || privilege_type FROM pg_namespace, aclexplode(nspacl) AS entry
                WHERE nspname = 'public' AND entry.grantee = 0
            UNION ALL SELECT 'database: ' || privilege_type FROM pg_database,
                aclexplode(coalesce(datacl, acldefault('d', datdba))) AS entry
                WHERE datname = current_database() AND entry.grantee = 0
        """,
        "services create nothing": """
            SELECT rolname || ' in ' || nspname FROM services, pg_namespace
                WHERE rolname <> 'xorb_owner' AND has_schema_privilege(services.oid, pg_namespace.oid, 'CREATE')
                AND nspname !~ '^pg_temp'
            UNION ALL SELECT rolname FROM services WHERE rolname <> 'xorb_owner'
                AND has_database_privilege(services.oid, current_database(), 'CREATE, TEMP')
        """,
        "references stay inside the organization": """
            SELECT conname FROM pg_constraint
            LEFT JOIN tenants AS here ON here.oid = conrelid
            LEFT JOIN tenants AS there ON there.oid = confrelid
            WHERE contype = 'f' AND (here.oid IS NOT NULL OR there.oid IS NOT NULL) AND NOT EXISTS (
                SELECT FROM unnest(conkey, confkey) AS pair (source, destination)
                WHERE source = here.tenant_number AND destination = there.tenant_number
            )
        """,
        "uniqueness is the organization's own": """
            SELECT indexrelid::regclass::text FROM pg_index JOIN tenants ON tenants.oid = indrelid
            WHERE (indisunique OR indisexclusion) AND NOT tenant_number = ANY (indkey)
        """,
    }
)


async def prepare(connection: asyncpg.Connection) -> None:
    """Makes what the rules stand on, for the session only."""
    await connection.execute(
        "CREATE TEMP TABLE exempt (name text, allowed text[]);"
        "CREATE TEMP TABLE wider (relation text, policy text, command text, roles text, condition text);"
        "CREATE TEMP TABLE persons (relation text, condition text);"
        "CREATE TEMP TABLE expired (relation text, expired text)"
    )
    await connection.executemany("INSERT INTO persons VALUES ($1, $2)", list(PERSONS.items()))
    await connection.executemany("INSERT INTO expired VALUES ($1, $2)", list(EXPIRED.items()))
    exempt = [(name, list(entry.granted)) for name, entry in EXEMPT.items()]
    await connection.executemany("INSERT INTO exempt VALUES ($1, $2)", exempt)
    await connection.executemany(
        "INSERT INTO wider VALUES ($1, $2, $3, $4, $5)", [(*key, *policy) for key, policy in WIDER.items()]
    )
    await connection.execute(_VIEWS)
    await connection.execute(
        "CREATE FUNCTION pg_temp.condition() RETURNS text RETURN "
        "'(TENANT = (NULLIF(current_setting(''xorb.organization''::text, true), ''''::text))::uuid)'"
    )


async def findings(connection: asyncpg.Connection, rule: str) -> list[str]:
    """Returns everything that a rule objects to, in order."""
    return sorted(str(row[0]) for row in await connection.fetch(RULES[rule]))
