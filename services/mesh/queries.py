"""Reads of one row that are asked for all the time: compiled once, run by the driver, in a single round trip.

A unit of work needs three round trips to read one row, and SQLAlchemy eight times as long to build, cache and unpack a
statement as PostgreSQL takes to answer it. Here the statement itself says for whom it reads: a sub-select sets the
organization and the account for the transaction, which is the statement, and the read depends on that sub-select, so
that PostgreSQL runs it afterwards. Were it ever run before, row-level security would show nothing.
"""

from types import SimpleNamespace
from typing import Any

import asyncpg
from sqlalchemy import Select, bindparam, func, literal_column, select, true
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncEngine

from services.mesh import transactions
from services.mesh.calls import Call


class Query:
    """A statement that returns at most one row."""

    def __init__(self, statement: Select[Any]) -> None:
        """Takes a statement whose parameters are `bindparam`s; `organization` and `account` are taken."""
        scope = select(
            func.set_config("xorb.organization", bindparam("organization"), true()).label("organization"),
            func.set_config("xorb.account", bindparam("account"), true()).label("account"),
        ).offset(literal_column("0"))
        first = scope.subquery("scope")
        # OFFSET keeps the planner from pulling the read up and joining it in another order.
        dependent = statement.where(first.c.organization.is_not(None), first.c.account.is_not(None))
        read = dependent.offset(literal_column("0")).lateral("found")
        compiled = select(read).select_from(first.join(read, true())).compile(dialect=dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        self._sql = str(compiled)
        self._values = dict(compiled.params)
        self._order = tuple(compiled.positiontup or ())

    async def one(self, engine: AsyncEngine, call: Call, **values: object) -> Any | None:  # noqa: ANN401 - a row's columns are its query's
        """Returns the row that the call's caller may see, its columns as attributes, or None.

        Args:
            engine: An engine in AUTOCOMMIT.
            call: For whom.
            values: The parameters, as the driver takes them.

        Raises:
            Failure: UNAVAILABLE; the database is gone.
        """
        account = call.caller.account
        given = self._values | {"organization": str(call.organization), "account": str(account or ""), **values}
        record: asyncpg.Record | None = await transactions.alone(
            engine, lambda driver: driver.fetchrow(self._sql, *(given[name] for name in self._order))
        )
        return SimpleNamespace(**record) if record is not None else None
