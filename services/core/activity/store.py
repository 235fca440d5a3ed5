"""The event log as a list."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, or_, select

from services.mesh.database import Unit
from services.mesh.events.log import EVENT_LOG


def events(unit: Unit, nouns: Iterable[str]) -> Select[Any]:
    """Returns the statement for the organization's events on these nouns."""
    noun = func.split_part(EVENT_LOG.c.type, ".", 1)
    return select(EVENT_LOG).where(
        EVENT_LOG.c.organization_id == unit.organization, or_(*(noun == one for one in nouns))
    )
