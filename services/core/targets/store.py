"""Targets in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    Integer,
    Row,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    any_,
    delete,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.core.targets.domain import Address, Criticality, Kind, Method, State, Target
from services.mesh.database import Unit
from services.mesh.filters import Field
from services.mesh.tables import METADATA

TARGETS = Table(
    "targets",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("excluded_addresses", ARRAY(Text), nullable=False),
    Column("verification_method", SmallInteger, nullable=False),
    Column("verification_token", Text, nullable=False),
    Column("verification_state", SmallInteger, nullable=False),
    Column("verified_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("criticality", SmallInteger, nullable=False),
    Column("revision", Integer, nullable=False),
)

FIELDS = {
    "display_name": Field(TARGETS.c.display_name, "text"),
    "address": Field(TARGETS.c.address, "text"),
    "verification_state": Field(
        TARGETS.c.verification_state, "enum", values={state.name: state.value for state in State}
    ),
    "criticality": Field(TARGETS.c.criticality, "enum", values={one.name: one.value for one in Criticality}),
    "create_time": Field(TARGETS.c.created_at, "time"),
}
"""What lists are filtered and sorted by."""

ALL: Select[Any] = select(TARGETS)
"""The statement for all targets that the transaction sees."""


async def add(unit: Unit, target: Target) -> bool:
    """Adds a target; returns False, and adds nothing, where the organization has one with the same address."""
    statement = (
        insert(TARGETS).on_conflict_do_nothing(index_elements=["organization_id", "address"]).returning(TARGETS.c.id)
    )
    result = await unit.execute(statement, {"organization_id": unit.organization, **_values(target)})
    return result.one_or_none() is not None


async def get(unit: Unit, identifier: UUID) -> Target | None:
    """Returns a target."""
    row = (await unit.execute(select(TARGETS).where(TARGETS.c.id == identifier))).one_or_none()
    return target(row) if row else None


async def verified(unit: Unit, identifier: UUID) -> Target | None:
    """Returns a target whose ownership is proved."""
    found = await get(unit, identifier)
    return found if found and found.state is State.VERIFIED else None


async def missing(unit: Unit, wanted: Sequence[UUID]) -> list[UUID]:
    """Returns those of some identifiers that are no target's."""
    found = await unit.execute(select(TARGETS.c.id).where(TARGETS.c.id == any_(literal(wanted, ARRAY(Uuid)))))
    known = set(found.scalars())
    return [one for one in wanted if one not in known]


async def save(unit: Unit, changed: Target) -> None:
    """Writes a changed target."""
    await unit.execute(update(TARGETS).where(TARGETS.c.id == changed.id).values(_values(changed)))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a target."""
    await unit.execute(delete(TARGETS).where(TARGETS.c.id == identifier))


def target(row: Row[Any]) -> Target:
    """Returns a row as a target."""
    return Target(
        id=row.id,
        display_name=row.display_name,
        address=Address(Kind(row.kind), row.address),
        excluded=tuple(row.excluded_addresses),
        method=Method(row.verification_method),
        token=row.verification_token,
        state=State(row.verification_state),
        verified_at=row.verified_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        criticality=Criticality(row.criticality),
        revision=row.revision,
    )


def _values(target: Target) -> dict[str, Any]:
    return {
        "id": target.id,
        "display_name": target.display_name,
        "kind": target.address.kind.value,
        "address": target.address.text,
        "excluded_addresses": list(target.excluded),
        "verification_method": target.method.value,
        "verification_token": target.token,
        "verification_state": target.state.value,
        "verified_at": target.verified_at,
        "created_at": target.created_at,
        "updated_at": target.updated_at,
        "criticality": target.criticality.value,
        "revision": target.revision,
    }
