"""Resume tokens: where a watch goes on, bound to the organization and the watch that they were handed out in."""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.mesh.errors import Failure, Reason
from services.mesh.events.model import Position
from services.mesh.signing import Signer

_LAYOUT = struct.Struct(">QQq")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a watch was.

    Attributes:
        position: It has handed out, or filtered out, everything up to here.
        time: When the event at the position happened; for a watch that has caught up, the time of then.
    """

    position: Position
    time: datetime


@dataclass(frozen=True)
class ResumeTokens:
    """Issues and opens the tokens of one watch.

    Args:
        signer: Signs them.
        organization: Whose events are watched.
        watch: The method and what it watches, such as `/xorb.core.v1.FindingsService/WatchFindings organizations/…`.
    """

    signer: Signer
    organization: UUID
    watch: str

    @property
    def _purpose(self) -> str:
        return f"resume {self.organization} {self.watch}"

    def issue(self, bookmark: Bookmark) -> str:
        """Returns the token of a bookmark, about 75 characters."""
        time = (bookmark.time - _EPOCH) // _MICROSECOND
        return self.signer.sign(_LAYOUT.pack(*bookmark.position, time), self._purpose)

    def open(self, token: str) -> Bookmark:
        """Returns the bookmark of a token.

        Raises:
            Failure: INVALID_RESUME_TOKEN; it is forged, or of another organization or watch.
        """
        try:
            transaction, sequence, time = _LAYOUT.unpack(self.signer.open(token, self._purpose))
        except (ValueError, struct.error) as error:
            raise Failure(Reason.INVALID_RESUME_TOKEN) from error
        return Bookmark(Position(transaction, sequence), _EPOCH + time * _MICROSECOND)
