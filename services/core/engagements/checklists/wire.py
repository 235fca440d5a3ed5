"""Checklists on the wire."""

from collections.abc import Mapping
from uuid import UUID

from xorb.core.v1 import checklist_pb2

from services.core.engagements import wire as engagements
from services.core.engagements.checklists.catalogue import Methodology, entries
from services.core.engagements.checklists.domain import Item, State, percent
from services.mesh import etags, names
from services.mesh.errors import invalid_field
from services.mesh.texts import storable

PATTERN = "organizations/{organization}/engagements/{engagement}/checklistItems/{checklist_item}"
SNAPSHOT = checklist_pb2.ChecklistItem.DESCRIPTOR.full_name
_FINDING = "organizations/{organization}/findings/{finding}"
_MEMBER = "organizations/{organization}/members/{member}"


def etag(item: Item) -> str:
    """Returns an item's etag."""
    return etags.etag(item.id, item.revision)


def finding_name(organization: UUID, finding: UUID) -> str:
    """Returns a finding's resource name."""
    return names.join("organizations", organization, "findings", finding)


def message(organization: UUID, item: Item) -> checklist_pb2.ChecklistItem:
    """Returns an item as the contract has it."""
    methodology = Methodology(item.methodology)
    known = entries(methodology).get(item.code)
    return checklist_pb2.ChecklistItem(
        name=names.join(engagements.name(organization, item.engagement), "checklistItems", item.id),
        methodology=methodology.name,
        code=item.code,
        title=known.title if known else "",
        state=item.state.name,
        assignee=engagements.member_name(organization, item.assignee) if item.assignee else "",
        notes=item.notes,
        findings=[finding_name(organization, finding) for finding in item.findings],
        update_time=item.updated_at,
        etag=etag(item),
    )


def logged(organization: UUID, item: Item) -> checklist_pb2.ChecklistItem:
    """Returns an item as its events have it: without what is stored sealed only, for the log is kept as it is."""
    shown = message(organization, item)
    shown.ClearField("notes")
    return shown


def values(organization: UUID, sent: checklist_pb2.ChecklistItem, changed: frozenset[str]) -> dict[str, object]:
    """Returns the new values in a request, of the fields that it changes.

    Raises:
        Failure: INVALID_FIELD, INVALID_NAME; a part of it can't be understood. NOT_FOUND; another organization's.
    """
    found: dict[str, object] = {}
    if "state" in changed:
        if not sent.state:
            raise invalid_field("checklist_item.state", "say how far it is")
        found["state"] = State(sent.state)
    if "assignee" in changed:
        named = engagements.identifiers(organization, _MEMBER, [sent.assignee] if sent.assignee else [])
        found["assignee"] = named[0] if named else None
    if "notes" in changed:
        found["notes"] = storable(sent.notes)
    if "findings" in changed:
        found["findings"] = engagements.identifiers(organization, _FINDING, sent.findings)
    return found


def progress(counted: Mapping[int, Mapping[State, int]]) -> checklist_pb2.ChecklistProgress:
    """Returns how far checklists are."""
    return checklist_pb2.ChecklistProgress(
        methodologies=[
            checklist_pb2.MethodologyProgress(
                methodology=Methodology(methodology).name,
                not_started=counts.get(State.NOT_STARTED, 0),
                in_progress=counts.get(State.IN_PROGRESS, 0),
                done=counts.get(State.DONE, 0),
                not_applicable=counts.get(State.NOT_APPLICABLE, 0),
                percent=percent(counts),
            )
            for methodology, counts in counted.items()
        ]
    )
