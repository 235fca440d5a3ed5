"""Views on the wire."""

from uuid import UUID

from xorb.core.v1 import finding_pb2
from xorb.core.v1 import finding_view_pb2 as pb

from services.core.findings.views.domain import Listing, View
from services.mesh import etags, names
from services.mesh.errors import invalid_field
from services.mesh.events.model import Event
from services.mesh.texts import storable

PATTERN = "organizations/{organization}/findingViews/{finding_view}"
_COLUMNS = frozenset(field.name for field in finding_pb2.Finding.DESCRIPTOR.fields)


def identifier(name: str) -> UUID:
    """Returns the view that a name is of.

    Raises:
        Failure: INVALID_NAME.
    """
    return names.parse(PATTERN, name)[1]


def name(organization: UUID, view: UUID) -> str:
    """Returns a view's resource name."""
    return names.join("organizations", organization, "findingViews", view)


def etag(view: View) -> str:
    """Returns a view's etag."""
    return etags.etag(view.id, view.revision)


def message(organization: UUID, view: View) -> pb.FindingView:
    """Returns a view as the contract has it."""
    return pb.FindingView(
        name=name(organization, view.id),
        display_name=view.display_name,
        query=view.listing.query,
        filter=view.listing.filter,
        order_by=view.listing.order_by,
        columns=view.listing.columns,
        shared=view.shared,
        owner=view.owner,
        create_time=view.created_at,
        update_time=view.updated_at,
        etag=etag(view),
    )


def listing(given: pb.FindingView) -> Listing:
    """Returns what a view in a request lists.

    Raises:
        Failure: INVALID_FIELD; findings have no such field.
    """
    columns = tuple(dict.fromkeys(given.columns))
    if unknown := next((one for one in columns if one not in _COLUMNS), None):
        raise invalid_field("finding_view.columns", f"Findings have no field {unknown!r}.")
    return Listing(storable(given.query).strip(), given.filter.strip(), given.order_by.strip(), columns)


def changed(verb: str, shown: pb.FindingView) -> Event:
    """Returns the event of a change, with the view after it."""
    kind = shown.DESCRIPTOR.full_name
    return Event(
        f"finding_view.{verb}", shown.name, f"View {shown.display_name} was {verb}", shown.SerializeToString(), kind
    )
