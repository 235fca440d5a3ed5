"""The rows of one organization, as far as its keys need them."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Executable
from sqlalchemy.engine import CursorResult


class Rows(Protocol):
    """A transaction in which an organization's rows are visible: a unit of work."""

    organization: UUID

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | list[dict[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Runs a statement."""

    async def serialize(self, topic: str) -> None:
        """Waits for every other transaction of the organization on the same topic to end."""
