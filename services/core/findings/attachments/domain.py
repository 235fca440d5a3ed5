"""What an attachment is, and how its bytes come in."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from services.mesh.errors import Failure, Reason, invalid_field

PIECE = 262_144
"""Bytes of a piece; the last one may have fewer."""
UPLOAD = timedelta(days=1)
"""How long the bytes of a file are awaited."""
_ANY_TYPE = "application/octet-stream"
_FORBIDDEN = frozenset('/\\:*?"<>|')


class State(IntEnum):
    """Where a file stands, numbered as in the contract."""

    UPLOADING = 1
    READY = 2


@dataclass(frozen=True, slots=True)
class Declared:
    """What somebody says a file is.

    Attributes:
        file_name: Without folders.
        media_type: Nobody relies on it.
        size: In bytes.
        sha256: In lower-case hexadecimal digits.
    """

    file_name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a finding.

    Attributes:
        received: How many bytes are there.
        creator: The resource name of the account or service account that added it.
        expires_at: When an unfinished upload is given up; None for a file that is there.
    """

    id: UUID
    finding: UUID
    declared: Declared
    state: State
    received: int
    creator: str
    created_at: datetime
    expires_at: datetime | None

    @property
    def missing(self) -> int:
        """How many bytes are awaited."""
        return self.declared.size - self.received


def declare(file_name: str, media_type: str, size: int, sha256: str) -> Declared:
    """Returns what a file is said to be, its name fit for any file system.

    Raises:
        Failure: INVALID_FIELD; nothing is left of the name.
    """
    shown = "".join("_" if one in _FORBIDDEN or _is_hidden(one) else one for one in file_name).strip(". ")
    if not shown:
        raise invalid_field("attachment.file_name", "a file needs a name")
    return Declared(shown, media_type or _ANY_TYPE, size, sha256)


def begin(
    finding: UUID, declared: Declared, creator: str, now: datetime, new_id: Callable[[], UUID], *, used: int, quota: int
) -> Attachment:
    """Returns a file whose bytes are awaited.

    Args:
        finding: Whose it is.
        declared: What it is.
        creator: Who adds it.
        now: The time.
        new_id: Makes identifiers.
        used: Bytes of the organization's files, those that are awaited included.
        quota: How many they may be.

    Raises:
        Failure: QUOTA_EXCEEDED.
    """
    if used + declared.size > quota:
        left = max(0, quota - used)
        raise Failure(Reason.QUOTA_EXCEEDED, f"Attachments may take {quota} bytes; {left} are left. Remove some first.")
    return Attachment(new_id(), finding, declared, State.UPLOADING, 0, creator, now, now + UPLOAD)


def piece_number(attachment: Attachment, offset: int, size: int, caller: str) -> int | None:
    """Returns which piece some bytes are; None where they are there already.

    Args:
        attachment: The file.
        offset: Where the bytes begin.
        size: How many they are.
        caller: Who brings them.

    Raises:
        Failure: PERMISSION_DENIED, ILLEGAL_TRANSITION or INVALID_FIELD; they can't be taken; the message says what can.
    """
    if attachment.creator != caller:
        raise Failure(Reason.PERMISSION_DENIED, "Only who began an upload can go on with it.")
    if attachment.state is State.READY:
        if offset + size <= attachment.declared.size:
            return None
        raise Failure(Reason.ILLEGAL_TRANSITION, "The file is complete.")
    number, rest = divmod(offset, PIECE)
    wanted = min(PIECE, attachment.declared.size - offset)
    if rest or size != wanted or offset > attachment.received:
        next_size = min(PIECE, attachment.missing)
        raise invalid_field("offset", f"what comes next is {next_size} bytes at {attachment.received}")
    return number if offset == attachment.received else None


def receive(attachment: Attachment, size: int) -> Attachment:
    """Returns the file with more bytes; when none is missing its hash is still to be compared."""
    return replace(attachment, received=attachment.received + size)


def complete(attachment: Attachment, sha256: str) -> Attachment:
    """Returns the file, all of whose bytes are there.

    Raises:
        Failure: INVALID_FIELD; they aren't those that were said.
    """
    if sha256 != attachment.declared.sha256:
        raise invalid_field("content", f"the bytes' SHA-256 is {sha256}, not the one said; delete it and begin anew")
    return replace(attachment, state=State.READY, expires_at=None)


def require_ready(attachment: Attachment) -> None:
    """Checks that a file can be read.

    Raises:
        Failure: ILLEGAL_TRANSITION; its bytes are still awaited.
    """
    if attachment.state is not State.READY:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"{attachment.missing} bytes of the file are still awaited.")


def require_removable(attachment: Attachment, caller: str, *, moderates: bool) -> None:
    """Checks that a caller may remove a file.

    Raises:
        Failure: PERMISSION_DENIED; it is another's, and the caller doesn't moderate.
    """
    if attachment.creator != caller and not moderates:
        raise Failure(Reason.PERMISSION_DENIED, "Only who added a file, or who may remove members, can remove it.")


def _is_hidden(character: str) -> bool:
    """Whether a character shows nothing, or changes how others are shown."""
    return unicodedata.category(character)[0] == "C"
