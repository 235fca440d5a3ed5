"""Sealing rows anew with the active data key, a few at a time, while everybody reads and writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, func, insert, select, tuple_, update
from sqlalchemy import delete as remove

from services.mesh.database import Unit
from services.mesh.encryption.keyring import DATA_KEYS, Sealed, Sealer


@dataclass(frozen=True)
class SealedTable:
    """A table with sealed columns and a column `data_key_id`.

    Attributes:
        table: The table.
        key: The columns besides the organization that are its primary key; their texts, with a space between, are what
            a field is bound to.
        columns: The sealed columns.
        bound: Those columns of the key that a field is bound to, where not all of them.
        plain: Whether rows without a data key are from before there was encryption; they are sealed, too.
        kept: Whether rows may not be changed: they are removed and added anew instead.
    """

    table: Table
    key: tuple[str, ...]
    columns: tuple[str, ...]
    bound: tuple[str, ...] = ()
    plain: bool = True
    kept: bool = False

    def remaining(self) -> Select[Any]:
        """Returns the statement that counts what isn't sealed with the active data key. It reads the whole table."""
        active = select(DATA_KEYS.c.id).where(DATA_KEYS.c.retired_at.is_(None)).scalar_subquery()
        return select(func.count()).select_from(self.table).where(self._other(active))

    def batch(self, sealer: Sealer, after: Sequence[Any], size: int) -> Select[Any]:
        """Returns the statement for the next rows that aren't, locked; after the row of a key, in the key's order."""
        key = [self.table.c[name] for name in self.key]
        statement = select(self.table).where(self._other(sealer.key)).order_by(*key).limit(size)
        if after:
            statement = statement.where(tuple_(*key) > tuple_(*after))
        return statement if self.kept else statement.with_for_update()

    def place(self, row: Row[Any]) -> str:
        """Returns what a row's fields are bound to."""
        return " ".join(str(getattr(row, name)) for name in self.bound or self.key)

    def this(self, row: Row[Any]) -> ColumnElement[bool]:
        """Returns the condition for one row."""
        return tuple_(*(self.table.c[name] for name in self.key)) == tuple_(*(getattr(row, name) for name in self.key))

    def _other(self, active: object) -> ColumnElement[bool]:
        key = self.table.c.data_key_id
        return key.is_distinct_from(active) if self.plain else key != active


async def reseal(unit: Unit, sealed: SealedTable, after: Sequence[Any], size: int) -> tuple[int, tuple[Any, ...]]:
    """Seals the next rows anew; returns how many, and the key of the last one, empty when there are no more.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
        SealBrokenError: A field doesn't open.
    """
    sealer = await unit.sealer()
    rows = (await unit.execute(sealed.batch(sealer, after, size))).all()
    if rows:
        anew = [await _anew(unit, sealed, row, sealer) for row in rows]
        await (_replace if sealed.kept else _change)(unit, sealed, rows, anew)
    last = rows[-1] if len(rows) == size else None
    return len(rows), tuple(getattr(last, name) for name in sealed.key) if last else ()


async def _anew(unit: Unit, sealed: SealedTable, row: Row[Any], sealer: Sealer) -> dict[str, Any]:
    place, values = sealed.place(row), dict[str, Any](data_key_id=sealer.key)
    for column in sealed.columns:
        label = f"{sealed.table.name}.{column}"
        plain = await unit.open(Sealed(label, place, row.data_key_id, getattr(row, column)))
        values[column] = sealer.seal(label, place, plain)
    return values


async def _change(unit: Unit, sealed: SealedTable, rows: Sequence[Row[Any]], anew: Sequence[Mapping[str, Any]]) -> None:
    table = sealed.table
    this = [table.c[name] == bindparam(f"this_{name}") for name in sealed.key]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in anew[0]}
    parameters = [
        {f"this_{name}": getattr(row, name) for name in sealed.key} | {f"new_{name}": one for name, one in new.items()}
        for row, new in zip(rows, anew, strict=True)
    ]
    await unit.execute(update(table).where(*this).values(values), parameters)


async def _replace(
    unit: Unit, sealed: SealedTable, rows: Sequence[Row[Any]], anew: Sequence[Mapping[str, Any]]
) -> None:
    """Removes rows and adds them anew, as far as nobody else has removed them in the meantime."""
    for row, new in zip(rows, anew, strict=True):
        removed = await unit.execute(remove(sealed.table).where(sealed.this(row)))
        if removed.rowcount:
            names = [column.name for column in sealed.table.columns]
            await unit.execute(insert(sealed.table), {name: new.get(name, getattr(row, name)) for name in names})
