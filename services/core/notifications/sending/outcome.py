"""What came of sending: nothing to say where it was taken, and otherwise why not and whether to try again."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from services.mesh.outbound import Answer


@dataclass(eq=False)
class RefusedError(Exception):
    """A delivery wasn't taken.

    Args:
        words: Why, in words of ours: nothing of a secret, and nothing of what the receiver wrote.
        final: Whether trying again makes no sense.
        asked: How long the receiver asked to wait.
    """

    words: str
    final: bool = False
    asked: timedelta | None = None

    def __str__(self) -> str:
        return self.words


def require_taken(answer: Answer) -> None:
    """Checks that a receiver took what it was sent.

    Raises:
        RefusedError: It didn't; 410 says that it never will (Standard Webhooks 1.0).
    """
    status = answer.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise RefusedError(f"it answered with {status}, and redirects aren't followed")
    waits = answer.headers.get("retry-after", "").strip()
    # RFC 9110, section 10.2.3; dates are left to the usual wait.
    asked = timedelta(seconds=int(waits)) if waits.isascii() and waits.isdecimal() and len(waits) < 7 else None  # noqa: PLR2004 - eleven days
    raise RefusedError(f"it answered with {status}", status == HTTPStatus.GONE, asked)
