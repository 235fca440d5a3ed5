"""The history of findings on the wire."""

import json
from collections.abc import Iterator, Sequence

from google.protobuf import json_format
from xorb.common.v1 import watch_pb2
from xorb.core.v1 import finding_history_pb2, finding_pb2

from services.core.findings.history.domain import FieldChange, Occurrence, differences
from services.mesh import names

_FIELDS = tuple(field.json_name for field in finding_pb2.Finding.DESCRIPTOR.fields)


def changes(events: Sequence[Occurrence], before: bytes) -> Iterator[finding_history_pb2.FindingChange]:
    """Returns the message of each event.

    Args:
        events: The events, the newest first.
        before: The snapshot before the last of them; empty where that is the first of all.
    """
    earlier = [*(event.snapshot for event in events[1:]), before]
    return map(_change, events, earlier)


def _change(event: Occurrence, before: bytes) -> finding_history_pb2.FindingChange:
    metadata = watch_pb2.EventMetadata(
        event_id=str(event.id), type=event.type, time=event.time, resource=event.resource, actor=event.actor
    )
    changed = differences(_FIELDS, _values(before), _values(event.snapshot)) if before else ()
    return finding_history_pb2.FindingChange(
        name=names.join(event.resource, "findingChanges", event.id),
        metadata=metadata,
        summary=event.summary,
        fields=[_field(one) for one in changed],
    )


def _field(changed: FieldChange) -> finding_history_pb2.FieldChange:
    message = finding_history_pb2.FieldChange(field=changed.field)
    json_format.Parse(json.dumps(changed.before), message.before)
    json_format.Parse(json.dumps(changed.after), message.after)
    return message


def _values(snapshot: bytes) -> dict[str, object]:
    values: dict[str, object] = json_format.MessageToDict(finding_pb2.Finding.FromString(snapshot))
    return values
