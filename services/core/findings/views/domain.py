"""What a view is, who sees it, and who may change it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.mesh.errors import Failure, Reason

MOST = 1000
"""How many views an organization may have."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Which findings to list, in which order and with which columns."""

    query: str = ""
    filter: str = ""
    order_by: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A listing that somebody keeps.

    Attributes:
        owner: The resource name of who made it.
        shared: Whether everybody sees it.
        revision: Counts its changes.
    """

    id: UUID
    display_name: str
    listing: Listing
    owner: str
    shared: bool
    created_at: datetime
    updated_at: datetime
    revision: int = 1


def visible(view: View, who: str) -> bool:
    """Returns whether somebody sees a view."""
    return view.shared or view.owner == who


def require_own(view: View, who: str, *, shared: bool) -> None:
    """Checks that nobody takes from all what another made.

    Raises:
        Failure: PERMISSION_DENIED.
    """
    if view.shared and not shared and view.owner != who:
        raise Failure(Reason.PERMISSION_DENIED, "Only who made a view takes it back from all; keep a copy of your own.")


def require_room(views: int) -> None:
    """Checks that one more view has room.

    Raises:
        Failure: QUOTA_EXCEEDED.
    """
    if views >= MOST:
        raise Failure(Reason.QUOTA_EXCEEDED, f"An organization keeps at most {MOST} views; delete some first.")


def touched(view: View, now: datetime) -> View:
    """Returns a view as it is after a change."""
    return replace(view, updated_at=now, revision=view.revision + 1)
