"""What trackers can do, whichever they are, and how they are spoken with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from services.core.notifications.issues.domain import Text
from services.core.notifications.sending.outcome import RefusedError, require_taken
from services.mesh.outbound import Answer, Outbound


@dataclass(frozen=True, slots=True)
class Found:
    """An issue as a tracker has it: what it calls it, where people read it, and whether it is closed."""

    key: str
    url: str
    closed: bool


class Tracker(Protocol):
    """A tracker of issues. All raise RefusedError where it refuses, and UndeliveredError where it doesn't answer."""

    async def find(self, marker: str) -> Found | None:
        """Returns the issue that was made with a marker."""

    async def create(self, text: Text, marker: str) -> Found:
        """Makes an issue."""

    async def comment(self, key: str, text: str) -> None:
        """Adds a comment."""

    async def close(self, key: str) -> None:
        """Closes an issue; one that is closed stays so."""

    async def reopen(self, key: str) -> None:
        """Opens an issue again; one that is open stays so."""

    async def changed(self, since: datetime, now: datetime) -> list[Found]:
        """Returns the issues that were changed since a time, and maybe others."""


@dataclass(frozen=True)
class Api:
    """JSON over HTTP, at the addresses that may be.

    Args:
        outbound: Sends requests.
        url: The base URL.
        headers: What goes with each: credentials.
    """

    outbound: Outbound
    url: str
    headers: Mapping[str, str] = field(repr=False)

    async def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Returns the content of an answer; None where it is empty.

        Raises:
            RefusedError: It isn't a success, or no JSON.
            UndeliveredError: There is none.
        """
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"accept": "application/json", "content-type": "application/json", **self.headers}
        answer = await self.outbound.request(method, f"{self.url}{path}", headers, content)
        require_taken(answer)
        return _content(answer)


def part(content: Any, *path: str) -> str:  # noqa: ANN401 - JSON
    """Returns a text or a number inside of what a tracker answered, as text.

    Raises:
        RefusedError: It isn't there.
    """
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    if not isinstance(content, str | int):
        raise RefusedError(f"its answer has no {'.'.join(path)}")
    return str(content)


def many(content: Any, *path: str) -> list[Any]:  # noqa: ANN401 - JSON
    """Returns a list inside of what a tracker answered; empty where there is none."""
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return content if isinstance(content, list) else []


def _content(answer: Answer) -> Any:  # noqa: ANN401 - JSON
    if not answer.body:
        return None
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise RefusedError("its answer is no JSON") from error
