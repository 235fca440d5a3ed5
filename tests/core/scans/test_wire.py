"""Scans on the wire: which events are a scan's."""

from datetime import UTC, datetime

from xorb.core.v1 import finding_pb2, scan_pb2

from services.core.scans import wire
from services.mesh import identifiers
from services.mesh.events.model import START, Event, LoggedEvent

ORGANIZATION = identifiers.new()
NAME = f"organizations/{ORGANIZATION}/scans/{identifiers.new()}"


def _logged(resource: str, snapshot: scan_pb2.Scan | finding_pb2.Finding) -> LoggedEvent:
    event = Event("x.y", resource, "", snapshot.SerializeToString(), snapshot.DESCRIPTOR.full_name)
    return LoggedEvent(START, ORGANIZATION, identifiers.new(), datetime.now(UTC), "", event)


def test_a_scan_s_own_events_and_no_other_scan_s() -> None:
    assert wire.belongs(NAME, _logged(NAME, scan_pb2.Scan(name=NAME)), findings=False)
    assert not wire.belongs(NAME, _logged(NAME[:-1], scan_pb2.Scan(name=NAME[:-1])), findings=True)


def test_its_findings_only_for_those_who_may_read_findings() -> None:
    event = _logged(f"organizations/{ORGANIZATION}/findings/1", finding_pb2.Finding(scan=NAME))
    assert wire.belongs(NAME, event, findings=True)
    assert not wire.belongs(NAME, event, findings=False)
    assert not wire.belongs(NAME + "0", event, findings=True)
