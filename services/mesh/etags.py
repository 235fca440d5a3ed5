"""Etags (AIP-154): strong and opaque (RFC 9110 §8.8.3), made from a resource's identifier and its count of changes."""

import base64
import hashlib
from uuid import UUID

from services.mesh.errors import Failure, Reason

_BYTES = 12


def etag(identifier: UUID, revision: int) -> str:
    """Returns the etag of a resource's revision, in its quotation marks.

    Args:
        identifier: The resource's identifier.
        revision: How often it was changed, 0 or more.
    """
    digest = hashlib.sha256(identifier.bytes + revision.to_bytes(8)).digest()[:_BYTES]
    return f'"{base64.urlsafe_b64encode(digest).decode()}"'


def require(given: str, current: str) -> None:
    """Checks the etag that a request holds; an empty one asks for nothing.

    Raises:
        Failure: ETAG_MISMATCH; the resource was changed since its reader got that etag.
    """
    if given and given != current:
        raise Failure(Reason.ETAG_MISMATCH)
