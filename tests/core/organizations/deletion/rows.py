"""Rows of an organization in every table that there is, whatever it is for: the catalogue says what goes in."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

import asyncpg

_TABLES = """
    SELECT tablename, quote_ident(CASE tablename WHEN 'organizations' THEN 'id' ELSE 'organization_id' END) AS tenant
    FROM pg_policies WHERE policyname = 'tenant' AND tablename <> 'erasures' ORDER BY tablename
"""
_COLUMNS = """
    SELECT column_name, udt_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = $1 AND is_nullable = 'NO'
    AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'
"""
_VALUES: Mapping[str, str] = MappingProxyType({
    "uuid": "gen_random_uuid()",
    "text": "md5(random()::text)",
    "bytea": "convert_to(md5(random()::text), 'UTF8')",
    "timestamptz": "now()",
    "int2": "1",
    "int4": "1",
    "int8": "1",
    "float8": "1",
    "bool": "false",
    "_text": "'{}'",
    "_int2": "'{}'",
    "_int4": "'{}'",
    "_uuid": "'{}'",
    "jsonb": "'{}'",
})  # fmt: skip
_PARTICULAR: Mapping[tuple[str, str], str] = MappingProxyType({
    ("acceptances", "kind"): "3",
    ("acceptances", "cve"): "''",
    # Reports go as soon as they expire.
    ("reports", "expires_at"): "now() + interval '1 day'",
    ("report_files", "expires_at"): "now() + interval '1 day'",
    ("report_pieces", "expires_at"): "now() + interval '1 day'",
    ("targets", "kind"): "'host'",
    # Every relay reads the log.
    ("event_log", "trace_context"): "'{}'",
})  # fmt: skip


async def fill(connection: asyncpg.Connection, organization: UUID, count: int) -> None:
    """Gives an organization `count` rows in every table, as many as fit where there can't be so many."""
    async with connection.transaction():
        # References would need an order; nothing here is about them.
        await connection.execute("SET LOCAL session_replication_role = replica")
        for table, tenant in await connection.fetch(_TABLES):
            columns = {
                name: _PARTICULAR.get((table, name), _VALUES[kind])
                for name, kind in await connection.fetch(_COLUMNS, table)
            } | {tenant: "$1::uuid"}
            await connection.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "  # noqa: S608
                f"FROM generate_series(1, {count}) ON CONFLICT DO NOTHING",
                organization,
            )


async def counted(connection: asyncpg.Connection, organization: UUID) -> Counter[str]:
    """Returns how many rows an organization has in each table that has any."""
    return +Counter({
        table: await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {tenant} = $1", organization)  # noqa: S608
        for table, tenant in await connection.fetch(_TABLES)
    })  # fmt: skip
