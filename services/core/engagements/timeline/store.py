"""The event log as the timeline of an engagement."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, any_, literal, select, text

from services.core.engagements.timeline.wire import NOISE
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

_SCANS = text(
    "SELECT 'organizations/' || organization_id || '/scans/' || id FROM scans "
    "WHERE organization_id = :organization AND engagement_id = :engagement"
)


async def events(unit: Unit, engagement: UUID, name: str, *, scans: bool) -> Select[Any]:
    """Returns the statement for an engagement's events, with `scans` also those of its scans."""
    resources = [name]
    if scans:
        of_it = {"organization": unit.organization, "engagement": engagement}
        resources += (await unit.execute(_SCANS, of_it)).scalars()
    return select(EVENT_LOG).where(
        EVENT_LOG.c.organization_id == unit.organization,
        EVENT_LOG.c.resource == any_(literal(resources, ARRAY(Text))),
        EVENT_LOG.c.type.not_in(sorted(NOISE)),
    )
