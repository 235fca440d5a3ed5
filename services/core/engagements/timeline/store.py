"""The event log as the timeline of an engagement."""

from collections.abc import Container, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, any_, literal, select, text

from services.core.engagements.timeline.wire import COLLECTIONS, NOISE
from services.mesh.database import Unit
from services.mesh.events.log import EVENT_LOG
from services.mesh.filters import Field

FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "type": Field(EVENT_LOG.c.type, "text"),
        "resource": Field(EVENT_LOG.c.resource, "text"),
        "actor": Field(EVENT_LOG.c.actor, "text"),
        "time": Field(EVENT_LOG.c.occurred_at, "time"),
    }
)
"""What timelines are filtered by."""

KEY = EVENT_LOG.c.id
"""What decides between events of one moment."""

_NAMED = MappingProxyType(
    {
        kind: text(
            f"SELECT 'organizations/' || organization_id || '/{table}/' || id FROM {table} "  # noqa: S608 - of ours
            "WHERE organization_id = :organization AND engagement_id = :engagement"
        )
        for kind, table in COLLECTIONS.items()
    }
)


async def events(unit: Unit, engagement: UUID, name: str, kinds: Container[str]) -> Select[Any]:
    """Returns the statement for an engagement's events, and those of its scans and imports as far as `kinds` says."""
    resources = [name]
    of_it = {"organization": unit.organization, "engagement": engagement}
    for kind, named in _NAMED.items():
        if kind in kinds:
            resources += (await unit.execute(named, of_it)).scalars()
    return select(EVENT_LOG).where(
        EVENT_LOG.c.organization_id == unit.organization,
        EVENT_LOG.c.resource == any_(literal(resources, ARRAY(Text))),
        EVENT_LOG.c.type.not_in(sorted(NOISE)),
    )
