"""Engagements, read for reports of them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from services.core.engagements import store as engagements
from services.core.engagements.checklists import catalogue
from services.core.engagements.checklists import store as checklists
from services.core.engagements.checklists.catalogue import Methodology
from services.core.engagements.checklists.domain import State
from services.core.engagements.domain import Engagement as Agreed
from services.core.engagements.timeline import store as timeline
from services.core.engagements.timeline.wire import COLLECTIONS
from services.core.reports.engagements.domain import Engagement, Item, Moment
from services.core.reports.texts import line, shown
from services.mesh import names
from services.mesh.database import Unit
from services.mesh.events.log import EVENT_LOG

_MOMENTS = 200
_TITLES = {Methodology.OWASP_WSTG: "OWASP WSTG", Methodology.OWASP_ASVS: "OWASP ASVS"}
_DEALT_WITH = (State.DONE, State.NOT_APPLICABLE)
_TESTERS = text("SELECT testers FROM engagements WHERE id = :engagement")


async def testers(unit: Unit, engagement: UUID) -> tuple[UUID, ...] | None:
    """Returns the accounts of those who test in an engagement; None where there is no such engagement."""
    row = (await unit.execute(_TESTERS, {"engagement": engagement})).one_or_none()
    return tuple(row.testers) if row else None


async def read(unit: Unit, identifier: UUID, people: Sequence[str]) -> Engagement | None:
    """Returns an engagement as a report tells of it; None for one that was removed.

    Args:
        unit: The unit.
        identifier: The engagement's.
        people: The names of those who test in it.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    row = await engagements.get(unit, identifier)
    if row is None:
        return None
    agreed = await engagements.engagement(row, unit.open)
    return Engagement(
        display_name=line(agreed.terms.display_name),
        facts=tuple(_facts(agreed, people)),
        hours=agreed.hours_used,
        items=await _items(unit, identifier),
        counts=await _counts(unit, identifier),
        moments=await _moments(unit, identifier),
        start=agreed.started_at,
        finish=agreed.closed_at,
    )


def _facts(agreed: Agreed, people: Sequence[str]) -> list[tuple[str, str]]:
    terms = agreed.terms
    hours = f"{agreed.hours_used:g}" + (f" of {terms.hours_budget:g}" if terms.hours_budget else "")
    spent = f"{agreed.credits_used}" + (f" of {terms.credits_budget}" if terms.credits_budget else "")
    excluded = (*terms.excluded_hosts, *terms.excluded_addresses, *terms.excluded_paths)
    facts = [
        ("Engagement", terms.display_name),
        ("About", terms.description),
        ("Status", agreed.state.name.replace("_", " ").capitalize()),
        ("Testers", ", ".join(people)),
        ("Hours", hours if agreed.hours_used or terms.hours_budget else ""),
        ("Credits", spent if agreed.credits_used or terms.credits_budget else ""),
        ("Left alone", ", ".join(excluded)),
        ("Rate", f"{terms.requests_per_second} connections a second to a target" if terms.requests_per_second else ""),
        ("Rules of engagement", terms.rules),
    ]
    return [(label, shown(value)) for label, value in facts if value]


async def _items(unit: Unit, engagement: UUID) -> tuple[Item, ...]:
    listed = checklists.of_engagement(unit, engagement)
    columns = listed.selected_columns
    begun = listed.where(columns.state != State.NOT_STARTED.value).order_by(columns.methodology, columns.place)
    found = []
    for row in await unit.execute(begun):
        methodology = Methodology(row.methodology)
        entry = catalogue.entries(methodology).get(row.code)
        state = State(row.state).name.replace("_", " ").capitalize()
        found.append(Item(_TITLES[methodology], row.code, entry.title if entry else "", state))
    return tuple(found)


async def _counts(unit: Unit, engagement: UUID) -> tuple[tuple[str, int, int], ...]:
    counted = await checklists.counts(unit, engagement)
    return tuple(
        (_TITLES[Methodology(methodology)], sum(states.get(one, 0) for one in _DEALT_WITH), sum(states.values()))
        for methodology, states in counted.items()
    )


async def _moments(unit: Unit, engagement: UUID) -> tuple[Moment, ...]:
    name = names.join("organizations", unit.organization, "engagements", engagement)
    listed = await timeline.events(unit, engagement, name, COLLECTIONS)
    first = listed.order_by(EVENT_LOG.c.occurred_at, EVENT_LOG.c.id).limit(_MOMENTS)
    return tuple(Moment(row.occurred_at, line(row.summary)) for row in await unit.execute(first))
