"""What scans, their logs, evidence and events can be filtered and sorted by."""

from collections.abc import Mapping
from types import MappingProxyType

from services.core.scans.domain import Profile, State
from services.core.scans.tables import EVIDENCE, LOG_ENTRIES, SCANS
from services.mesh.events.model import LoggedEvent
from services.mesh.filters import Field

SCAN: Mapping[str, Field] = MappingProxyType(
    {
        "state": Field(SCANS.c.state, "enum", values={state.value: state.value for state in State}),
        "profile": Field(SCANS.c.profile, "enum", values={profile.value: profile.value for profile in Profile}),
        "engagement": Field(
            SCANS.c.engagement_id, "name", pattern="organizations/{organization}/engagements/{engagement}"
        ),
        "display_name": Field(SCANS.c.display_name, "text"),
        "create_time": Field(SCANS.c.created_at, "time"),
        "end_time": Field(SCANS.c.ended_at, "time"),
    }
)
LOG: Mapping[str, Field] = MappingProxyType({"time": Field(LOG_ENTRIES.c.time, "time")})
EVIDENCE_FIELDS: Mapping[str, Field] = MappingProxyType({"create_time": Field(EVIDENCE.c.created_at, "time")})
EVENT: Mapping[str, Field] = MappingProxyType({"type": Field(None, "text"), "time": Field(None, "time")})


def of_event(event: LoggedEvent) -> Mapping[str, object]:
    """Returns what a watch's filter sees of an event."""
    return {"type": event.event.type, "time": event.time}
