"""Entries of effort on the wire."""

from datetime import UTC, datetime
from uuid import UUID

from xorb.core.v1 import engagement_pb2

from services.core.engagements import wire as engagements
from services.core.engagements.domain import Effort
from services.mesh import identifiers, names
from services.mesh.texts import storable


def message(organization: UUID, effort: Effort) -> engagement_pb2.EffortEntry:
    """Returns an entry as the contract has it."""
    return engagement_pb2.EffortEntry(
        name=names.join(engagements.name(organization, effort.engagement), "effortEntries", effort.id),
        hours=effort.hours,
        credits=effort.credit,
        note=effort.note,
        work_time=effort.worked_at,
        author=effort.author,
        create_time=effort.created_at,
    )


def effort(engagement: UUID, request: engagement_pb2.RecordEffortRequest, author: str, now: datetime) -> Effort:
    """Returns the new entry that a request asks for."""
    worked = request.work_time.ToDatetime(UTC) if request.HasField("work_time") else now
    return Effort(
        identifiers.new(), engagement, request.hours, request.credits, storable(request.note), worked, author, now
    )
