"""Engagements in PostgreSQL."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, insert, select, text, update

from services.core.engagements.domain import BudgetPolicy, Contact, Engagement, State, Stop, Terms
from services.core.engagements.tables import ENGAGEMENTS
from services.mesh import windows
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed, Sealer
from services.mesh.errors import Failure, Reason

ALL: Select[Any] = select(ENGAGEMENTS)
"""The statement for all engagements that the transaction sees."""

Open = Callable[[Sealed], Awaitable[bytes]]
"""Opens a sealed field: `Unit.open` inside of a unit, `Database.open` outside of any."""

_SCHEDULED = text(
    "SELECT EXISTS (SELECT FROM scan_schedules WHERE organization_id = :organization AND engagement_id = :engagement)"
)
_RULES, _CONTACTS, _REASON = (f"engagements.{column}" for column in ("rules", "contacts", "stop_reason"))


async def add(unit: Unit, engagement: Engagement) -> None:
    """Adds an engagement.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    values = _values(engagement, await unit.sealer())
    await unit.execute(insert(ENGAGEMENTS), {"organization_id": unit.organization, **values})


async def get(unit: Unit, identifier: UUID, *, share: bool = False) -> Row[Any] | None:
    """Returns an engagement's row; with `share`, nobody changes it until the transaction ends."""
    statement = ALL.where(ENGAGEMENTS.c.organization_id == unit.organization, ENGAGEMENTS.c.id == identifier)
    statement = statement.with_for_update(read=True) if share else statement
    return (await unit.execute(statement)).one_or_none()


async def save(unit: Unit, changed: Engagement) -> None:
    """Writes a changed engagement.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    values = _values(changed, await unit.sealer())
    this = (ENGAGEMENTS.c.organization_id == unit.organization) & (ENGAGEMENTS.c.id == changed.id)
    await unit.execute(update(ENGAGEMENTS).where(this).values(values))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes an engagement."""
    this = (ENGAGEMENTS.c.organization_id == unit.organization) & (ENGAGEMENTS.c.id == identifier)
    await unit.execute(delete(ENGAGEMENTS).where(this))


async def require_unscheduled(unit: Unit, identifier: UUID) -> None:
    """Checks that no schedule orders scans under an engagement.

    Raises:
        Failure: ILLEGAL_TRANSITION.
    """
    of_it = {"organization": unit.organization, "engagement": identifier}
    if (await unit.execute(_SCHEDULED, of_it)).scalar_one():
        raise Failure(Reason.ILLEGAL_TRANSITION, "Schedules order scans under it; remove them first.")


async def engagement(row: Row[Any], opened: Open) -> Engagement:
    """Returns a row as an engagement.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    identifier, key = str(row.id), row.data_key_id
    rules = await opened(Sealed(_RULES, identifier, key, row.rules))
    contacts = json.loads(await opened(Sealed(_CONTACTS, identifier, key, row.contacts)))
    reason = await opened(Sealed(_REASON, identifier, key, row.stop_reason)) if row.stopped_at else b""
    return unsealed(row, rules.decode(), [Contact(**contact) for contact in contacts], reason.decode())


def unsealed(row: Row[Any], rules: str = "", contacts: Iterable[Contact] = (), reason: str = "") -> Engagement:
    """Returns a row as an engagement without what is sealed in it, or with what was opened."""
    terms = Terms(
        display_name=row.display_name,
        description=row.description,
        targets=tuple(row.targets),
        excluded_hosts=tuple(row.excluded_hosts),
        excluded_paths=tuple(row.excluded_paths),
        excluded_addresses=tuple(row.excluded_addresses),
        requests_per_second=row.requests_per_second,
        rules=rules,
        contacts=tuple(contacts),
        calendar=windows.loaded(row.calendar),
        testers=tuple(row.testers),
        hours_budget=row.hours_budget,
        credits_budget=row.credits_budget,
        budget_policy=BudgetPolicy(row.budget_policy),
    )
    return Engagement(
        id=row.id,
        terms=terms,
        creator=row.creator,
        created_at=row.created_at,
        updated_at=row.updated_at,
        state=State(row.state),
        hours_used=row.hours_used,
        credits_used=row.credits_used,
        started_at=row.started_at,
        closed_at=row.closed_at,
        stop=Stop(row.stopped_at, row.stopped_by, reason) if row.stopped_at else None,
        revision=row.revision,
    )


def _values(engagement: Engagement, sealer: Sealer) -> dict[str, Any]:
    terms, stop = engagement.terms, engagement.stop
    contacts = json.dumps([asdict(contact) for contact in terms.contacts])
    return {
        "id": engagement.id,
        "display_name": terms.display_name,
        "description": terms.description,
        "state": engagement.state.value,
        "targets": list(terms.targets),
        "excluded_hosts": list(terms.excluded_hosts),
        "excluded_paths": list(terms.excluded_paths),
        "excluded_addresses": list(terms.excluded_addresses),
        "requests_per_second": terms.requests_per_second,
        "rules": sealer.seal(_RULES, engagement.id, terms.rules.encode()),
        "contacts": sealer.seal(_CONTACTS, engagement.id, contacts.encode()),
        "calendar": windows.dumped(terms.calendar),
        "testers": list(terms.testers),
        "hours_budget": terms.hours_budget,
        "hours_used": engagement.hours_used,
        "credits_budget": terms.credits_budget,
        "budget_policy": terms.budget_policy.value,
        "credits_used": engagement.credits_used,
        "stopped_at": stop.time if stop else None,
        "stopped_by": stop.actor if stop else "",
        "stop_reason": sealer.seal(_REASON, engagement.id, stop.reason.encode() if stop else b""),
        "creator": engagement.creator,
        "created_at": engagement.created_at,
        "updated_at": engagement.updated_at,
        "started_at": engagement.started_at,
        "closed_at": engagement.closed_at,
        "revision": engagement.revision,
        "data_key_id": sealer.key,
    }
