"""What may be removed from which table, as PostgreSQL's catalogue has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ERASED, EXPIRED = "erased", "expired"
"""The policies: rows of organizations that are gone, and rows whose time is over."""

_RULES = text(
    """
    SELECT tablename, policyname, qual, ARRAY(
        SELECT format('%I', attname) FROM pg_index, unnest(indkey) WITH ORDINALITY AS part (number, place)
        JOIN pg_attribute ON attnum = number
        WHERE indisprimary AND indrelid = tablename::regclass AND attrelid = indrelid ORDER BY place
    ) AS key
    FROM pg_policies
    WHERE schemaname = 'public' AND policyname IN ('erased', 'expired') AND permissive = 'PERMISSIVE'
    ORDER BY tablename, policyname
    """
)
_REFERENCES = text(
    """
    SELECT here.relname AS referring, there.relname AS referred
    FROM pg_constraint JOIN pg_class AS here ON here.oid = conrelid JOIN pg_class AS there ON there.oid = confrelid
    WHERE contype = 'f' AND conrelid <> confrelid
    """
)


@dataclass(frozen=True)
class Rule:
    """What may be removed from a table.

    Attributes:
        table: The table.
        policy: The policy that allows it.
        condition: Which rows, in SQL.
        key: The columns of the primary key.
    """

    table: str
    policy: str
    condition: str
    key: tuple[str, ...]

    def removal(self, batch: int) -> str:
        """Returns the statement that removes the next rows, at most `batch` of them."""
        key = ", ".join(self.key)
        some = f"SELECT {key} FROM {self.table} WHERE {self.condition} LIMIT {batch}"  # noqa: S608 - the catalogue's
        return f"DELETE FROM {self.table} WHERE ({key}) IN ({some})"  # noqa: S608 - as above


async def read(connection: AsyncConnection) -> Sequence[Rule]:
    """Returns all rules, those of referring tables before those of the tables they refer to."""
    rows = (await connection.execute(_RULES)).all()
    order: TopologicalSorter[str] = TopologicalSorter({row.tablename: set() for row in rows})
    for row in await connection.execute(_REFERENCES):
        order.add(row.referred, row.referring)
    place = {table: number for number, table in enumerate(order.static_order())}
    rules = [Rule(row.tablename, row.policyname, row.qual, tuple(row.key)) for row in rows]
    return sorted(rules, key=lambda rule: place[rule.table])
