"""Watches that show several callers the same: one of their calls is told, and the others are held open in silence.

Whoever fans a watch out to many users, as the bridge does, opens a silent call for each of them: it passes every layer,
so the user is known and authorized, it ends as soon as the user may no longer watch, and it costs nothing while events
pass. Its initial metadata holds the view: what decides on what the caller is shown. Then one call is opened, with the
token of any of those with the same view, that is told what this view shows.

Both kinds end when their caller's permissions change, because then the caller's view is another.
"""

import hashlib
import json

from services.mesh.calls import Call, Sharing
from services.mesh.errors import Failure, Reason

SILENT = ""
"""What the metadata `SHARE` of a silent call holds; that of a call that is told holds the view."""
SHARE = "xorb-share"
"""The metadata in which a call says that it is shared."""
VIEW = "xorb-view"
"""The initial metadata in which a silent call learns its view."""
CHANGED = "view_changed"
"""What the failure of a call says, in its ErrorInfo's metadata, that ended because its caller's view is another."""
_BYTES = 16


def view_of(call: Call, parent: str, filter: str) -> str:  # noqa: A002 - the contract's word
    """Returns the view of a watch: what decides, besides the event, whether the caller is shown an event."""
    permissions = sorted(call.caller.permissions)
    text = json.dumps([call.method, str(call.organization), parent, filter, permissions])
    return hashlib.sha256(text.encode()).hexdigest()[: 2 * _BYTES]


async def is_silent(call: Call, sharing: Sharing, view: str) -> bool:
    """Tells the caller its view, and returns whether it is told nothing else.

    Raises:
        Failure: UNAVAILABLE; the caller isn't shown what it wants to tell others, or not any more.
    """
    sharing.permissions = call.caller.permissions
    if sharing.asked not in {SILENT, view}:
        raise changed()
    if sharing.asked == SILENT:
        await sharing.tell(((VIEW, view),))
    return sharing.asked == SILENT


def require_unchanged(call: Call) -> None:
    """Ends a shared call whose caller's permissions are no longer those of its view.

    Raises:
        Failure: UNAVAILABLE.
    """
    if call.sharing and call.sharing.permissions not in {None, call.caller.permissions}:
        raise changed()


def changed() -> Failure:
    """Returns the failure of a call whose view is another now."""
    message = "What you may see has changed. Watch again with the last resume token."
    return Failure(Reason.UNAVAILABLE, message, metadata={CHANGED: "true"})
