"""What a note is, and whose it is to change."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.mesh.errors import Failure, Reason, invalid_field

# An address as people type it after an at sign; what follows the last letter or digit is the sentence's.
_MENTION = re.compile(r"(?<![\w@.])@([\w.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)", re.ASCII)
MOST_MENTIONS = 50
"""Members that one note may mention."""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody says about a finding.

    Attributes:
        content: CommonMark.
        author: The resource name of the account or service account that wrote it.
        mentions: The accounts that it mentions, each once.
        revision: How often it was changed, from 1.
    """

    id: UUID
    finding: UUID
    content: str
    author: str
    mentions: tuple[UUID, ...]
    created_at: datetime
    updated_at: datetime
    revision: int = 1


def mentioned(content: str) -> tuple[str, ...]:
    """Returns the e-mail addresses that a text mentions, in lower case and each once.

    Raises:
        Failure: INVALID_FIELD; there are too many.
    """
    found = tuple(dict.fromkeys(address.lower() for address in _MENTION.findall(content)))
    if len(found) > MOST_MENTIONS:
        raise invalid_field("note.content", f"it mentions {len(found)} people; {MOST_MENTIONS} is the most")
    return found


def write(
    finding: UUID, content: str, author: str, mentions: tuple[UUID, ...], now: datetime, new_id: Callable[[], UUID]
) -> Note:
    """Returns a new note.

    Raises:
        Failure: INVALID_FIELD; it says nothing.
    """
    return Note(new_id(), finding, _said(content), author, mentions, now, now)


def change(note: Note, content: str, mentions: tuple[UUID, ...], caller: str, now: datetime) -> Note:
    """Returns the note with other words.

    Raises:
        Failure: PERMISSION_DENIED; it is another's. INVALID_FIELD; it says nothing any more.
    """
    if note.author != caller:
        raise Failure(Reason.PERMISSION_DENIED, "Only who wrote a note can change it.")
    return replace(note, content=_said(content), mentions=mentions, updated_at=now, revision=note.revision + 1)


def require_removable(note: Note, caller: str, *, moderates: bool) -> None:
    """Checks that a caller may remove a note.

    Raises:
        Failure: PERMISSION_DENIED; it is another's, and the caller doesn't moderate.
    """
    if note.author != caller and not moderates:
        raise Failure(Reason.PERMISSION_DENIED, "Only who wrote a note, or who may remove members, can remove it.")


def _said(content: str) -> str:
    if not content.strip():
        raise invalid_field("note.content", "a note has to say something")
    return content
