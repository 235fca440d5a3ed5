"""Re-tests on the wire."""

from datetime import UTC
from uuid import UUID

from xorb.common.v1 import watch_pb2
from xorb.core.v1 import retest_pb2

from services.core.findings.retests.domain import Method, Retest, difference
from services.mesh import etags, names
from services.mesh.errors import not_found
from services.mesh.events.model import Event, LoggedEvent
from services.mesh.texts import storable

RETEST = "organizations/{organization}/retests/{retest}"
FINDING = "organizations/{organization}/findings/{finding}"
ENGAGEMENT = "organizations/{organization}/engagements/{engagement}"
MEMBER = "organizations/{organization}/members/{member}"
SNAPSHOT = retest_pb2.Retest.DESCRIPTOR.full_name
_SECRET = ("note", "evidence_before", "evidence_after", "difference")


def name(organization: UUID, retest: UUID) -> str:
    """Returns a re-test's resource name."""
    return names.join("organizations", organization, "retests", retest)


def etag(retest: Retest) -> str:
    """Returns a re-test's etag."""
    return etags.etag(retest.id, retest.revision)


def message(organization: UUID, retest: Retest) -> retest_pb2.Retest:
    """Returns a re-test as the contract has it; with what its evidence comes to, where that was read."""
    look = retest.look
    return retest_pb2.Retest(
        name=name(organization, retest.id),
        finding=names.join("organizations", organization, "findings", retest.finding),
        method=retest.method.name,
        state=retest.state.name,
        verdict=retest.verdict.name if retest.verdict else None,
        reason=retest.reason,
        executor=look.executor if look else "",
        check=look.check if look else "",
        location=look.location if look else "",
        scan=_named(organization, "scans", retest.scan),
        engagement=_named(organization, "engagements", look.engagement if look else None),
        tester=_named(organization, "members", retest.tester),
        requester=retest.requester,
        decider=retest.decider,
        request_time=retest.requested_at,
        queue_time=retest.queued_at,
        start_time=retest.started_at,
        end_time=retest.ended_at,
        note=retest.note,
        evidence_before=retest.before,
        evidence_after=retest.after,
        difference=_difference(retest),
        etag=etag(retest),
    )


def plain(organization: UUID, retest: Retest) -> retest_pb2.Retest:
    """Returns a re-test without what is stored sealed, and what comes of that."""
    shown = message(organization, retest)
    for field in _SECRET:
        shown.ClearField(field)
    return shown


def event(organization: UUID, retest: Retest, verb: str) -> Event:
    """Returns the event of a change; without what is stored sealed only, for the log is kept as it is."""
    shown = plain(organization, retest)
    outcome = f": {retest.verdict.name}" if retest.verdict else ""
    return Event(f"retest.{verb}", shown.name, f"A re-test was {verb}{outcome}", shown.SerializeToString(), SNAPSHOT)


def method(sent: retest_pb2.RequestRetestRequest) -> Method:
    """Returns who is to look: a tester where one is named."""
    by_hand = sent.tester or sent.method == retest_pb2.Retest.BY_HAND
    return Method.BY_HAND if by_hand else Method.RESCAN


def own(organization: UUID, pattern: str, text: str) -> UUID | None:
    """Returns the identifier of what a request names, if it names anything.

    Raises:
        Failure: INVALID_NAME; it is no such name. NOT_FOUND; it is another organization's.
    """
    if not text:
        return None
    owner, identifier = names.parse(pattern, text)
    if owner != organization:
        raise not_found(text)
    return identifier


def text(sent: str) -> str:
    """Returns what people have written."""
    return storable(sent).strip()


def present(logged: LoggedEvent) -> retest_pb2.RetestEvent:
    """Returns a logged event as a watch shows it."""
    metadata = watch_pb2.EventMetadata(
        event_id=str(logged.id),
        type=logged.event.type,
        time=logged.time,
        resource=logged.event.resource,
        actor=logged.actor,
    )
    return retest_pb2.RetestEvent(metadata=metadata, retest=_snapshot(logged))


def filterable(logged: LoggedEvent) -> dict[str, object]:
    """Returns what the filter of a watch compares, by name."""
    shown = _snapshot(logged)
    return {
        "type": logged.event.type,
        "state": shown.state,
        "verdict": shown.verdict,
        "method": shown.method,
        "finding": shown.finding,
        "tester": shown.tester,
        "requester": shown.requester,
        "request_time": shown.request_time.ToDatetime(UTC),
        "end_time": shown.end_time.ToDatetime(UTC) if shown.HasField("end_time") else None,
    }


def _snapshot(logged: LoggedEvent) -> retest_pb2.Retest:
    return retest_pb2.Retest.FromString(logged.event.snapshot)


def _named(organization: UUID, collection: str, identifier: UUID | None) -> str:
    return names.join("organizations", organization, collection, identifier) if identifier else ""


def _difference(retest: Retest) -> list[retest_pb2.EvidenceLine]:
    if not retest.verdict:
        return []
    lines = difference(retest.before, retest.after)
    return [retest_pb2.EvidenceLine(change=line.change.name, text=line.text) for line in lines]
