"""Acceptances on the wire."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from xorb.common.v1 import watch_pb2
from xorb.core.v1 import acceptance_pb2

from services.core.findings.acceptances.domain import Acceptance, Kind, Scope
from services.core.findings.domain import Severity
from services.mesh import etags, names
from services.mesh.errors import invalid_field, not_found
from services.mesh.events.model import Event, LoggedEvent
from services.mesh.texts import storable

ACCEPTANCE = "organizations/{organization}/acceptances/{acceptance}"
FINDING = "organizations/{organization}/findings/{finding}"
TARGET = "organizations/{organization}/targets/{target}"
SNAPSHOT = acceptance_pb2.Acceptance.DESCRIPTOR.full_name


def etag(acceptance: Acceptance) -> str:
    """Returns an acceptance's etag."""
    return etags.etag(acceptance.id, acceptance.revision)


def message(organization: UUID, acceptance: Acceptance) -> acceptance_pb2.Acceptance:
    """Returns an acceptance as the contract has it."""
    return acceptance_pb2.Acceptance(
        name=names.join("organizations", organization, "acceptances", acceptance.id),
        **_scope(organization, acceptance.scope),
        check=acceptance.scope.check,
        greatest_severity=acceptance.scope.greatest.name,
        justification=acceptance.justification,
        evidence=acceptance.evidence,
        expire_time=acceptance.expires_at,
        state=acceptance.state.name,
        requester=acceptance.requester,
        decider=acceptance.decider,
        note=acceptance.note,
        finding_count=acceptance.finding_count,
        create_time=acceptance.created_at,
        decide_time=acceptance.decided_at,
        end_time=acceptance.ended_at,
        etag=etag(acceptance),
    )


def event(organization: UUID, acceptance: Acceptance, verb: str) -> Event:
    """Returns the event of a change; without what is stored sealed only, for the log is kept as it is."""
    shown = message(organization, acceptance)
    for field in ("justification", "evidence", "note"):
        shown.ClearField(field)
    return Event(
        f"acceptance.{verb}", shown.name, f"An acceptance of a risk was {verb}", shown.SerializeToString(), SNAPSHOT
    )


def scope(organization: UUID, sent: acceptance_pb2.Acceptance) -> Scope:
    """Returns what a request asks to accept.

    Raises:
        Failure: INVALID_FIELD; it says nothing of it. INVALID_NAME, NOT_FOUND; a name isn't of the organization.
    """
    narrowed = {"check": sent.check.strip(), "greatest": Severity(sent.greatest_severity)}
    match sent.WhichOneof("scope"):
        case "finding":
            return Scope(Kind.FINDING, finding=_own(organization, FINDING, sent.finding), **narrowed)  # type: ignore[arg-type] # of the types above
        case "cve":
            return Scope(Kind.CVE, cve=sent.cve, **narrowed)  # type: ignore[arg-type] # of the types above
        case "targets":
            targets = tuple(_own(organization, TARGET, name) for name in dict.fromkeys(sent.targets.names))
            return Scope(Kind.TARGETS, targets=targets, **narrowed)  # type: ignore[arg-type] # of the types above
        case "whole_organization":
            return Scope(Kind.ORGANIZATION, **narrowed)  # type: ignore[arg-type] # of the types above
    raise invalid_field("acceptance", "give one of finding, cve, targets and whole_organization")


def text(sent: str) -> str:
    """Returns what people have written."""
    return storable(sent).strip()


def moment(sent: Timestamp) -> datetime:
    """Returns when an acceptance is to end.

    Raises:
        Failure: INVALID_FIELD; it isn't a time.
    """
    try:
        return sent.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise invalid_field("acceptance.expire_time", "not a time of the calendar") from error


def present(logged: LoggedEvent) -> acceptance_pb2.AcceptanceEvent:
    """Returns a logged event as a watch shows it."""
    metadata = watch_pb2.EventMetadata(
        event_id=str(logged.id),
        type=logged.event.type,
        time=logged.time,
        resource=logged.event.resource,
        actor=logged.actor,
    )
    return acceptance_pb2.AcceptanceEvent(metadata=metadata, acceptance=_snapshot(logged))


def filterable(logged: LoggedEvent) -> dict[str, object]:
    """Returns what the filter of a watch compares, by name."""
    shown = _snapshot(logged)
    return {
        "type": logged.event.type,
        "state": shown.state,
        "finding": shown.finding,
        "cve": shown.cve,
        "requester": shown.requester,
        "decider": shown.decider,
        "create_time": shown.create_time.ToDatetime(UTC),
        "expire_time": shown.expire_time.ToDatetime(UTC),
    }


def _snapshot(logged: LoggedEvent) -> acceptance_pb2.Acceptance:
    return acceptance_pb2.Acceptance.FromString(logged.event.snapshot)


def _scope(organization: UUID, scope: Scope) -> dict[str, Any]:
    match scope.kind:
        case Kind.FINDING:
            return {"finding": names.join("organizations", organization, "findings", str(scope.finding))}
        case Kind.CVE:
            return {"cve": scope.cve}
        case Kind.TARGETS:
            listed = [names.join("organizations", organization, "targets", target) for target in scope.targets]
            return {"targets": acceptance_pb2.AcceptedTargets(names=listed)}
        case Kind.ORGANIZATION:
            return {"whole_organization": True}


def _own(organization: UUID, pattern: str, name: str) -> UUID:
    owner, identifier = names.parse(pattern, name)
    if owner != organization:
        raise not_found(name)
    return identifier
