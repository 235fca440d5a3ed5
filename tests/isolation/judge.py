"""What is true of the rows of two organizations, for somebody from whom nothing is hidden."""

from collections.abc import Sequence

import asyncpg

from tests.isolation.tenants import Tenant

TABLES = """
    SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE attname = 'organization_id' AND relkind IN ('r', 'p') AND NOT relispartition
    AND relnamespace = 'public'::regnamespace
    AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'tenant') ORDER BY relname
"""


async def tables(connection: asyncpg.Connection) -> list[str]:
    """Returns the tables of organizations."""
    return [row["relname"] for row in await connection.fetch(TABLES)]


def probe(names: Sequence[str]) -> str:
    """Returns the query for whom a connection works, and how many rows it sees; to be asked without saying for whom."""
    counts = " + ".join(f"(SELECT count(*) FROM {name})" for name in names)  # noqa: S608 - the catalogue's names
    return (
        "SELECT NULLIF(current_setting('xorb.organization', true), '') AS organization, "
        f"NULLIF(current_setting('xorb.account', true), '') AS account, {counts} AS rows"
    )


def seen(names: Sequence[str]) -> str:
    """Returns the query, without any condition, for all organizations whose rows a transaction sees."""
    return " UNION ".join(f"SELECT organization_id FROM {name}" for name in names)  # noqa: S608 - the catalogue's names


async def mixed(connection: asyncpg.Connection, names: Sequence[str], mine: Tenant, other: Tenant) -> list[str]:
    """Returns what is of another organization in the rows of one: texts, snapshots, replies, evidence, names."""
    found = []
    for name in names:
        texts = await connection.fetch(
            f"SELECT entry::text AS row FROM {name} AS entry WHERE organization_id = $1 AND "  # noqa: S608 - idem
            "(strpos(entry::text, $2) > 0 OR strpos(entry::text, encode(convert_to($2, 'UTF8'), 'hex')) > 0)",
            mine.organization,
            other.marker,
        )
        found += [f"{name}: {row['row'][:200]}" for row in texts]
    events = await connection.fetch(
        "SELECT resource FROM event_log WHERE organization_id = $1 AND NOT starts_with(resource, $2)",
        mine.organization,
        f"{mine.name}/",
    )
    return found + [f"event: {row['resource']}" for row in events]


async def count(connection: asyncpg.Connection, names: Sequence[str], tenant: Tenant) -> int:
    """Returns how many rows an organization has."""
    total = 0
    for name in names:
        query = f"SELECT count(*) FROM {name} WHERE organization_id = $1"  # noqa: S608 - idem
        total += await connection.fetchval(query, tenant.organization)
    return total
