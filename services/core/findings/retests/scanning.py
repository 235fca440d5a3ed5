"""The scans by which re-tests look: whoever wires the process gives a way to them."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.core.findings.retests.domain import Look
from services.mesh.database import Unit


class Scans(Protocol):
    """Orders scans that look for one check at one place."""

    async def wait(self, unit: Unit, look: Look) -> datetime | None:
        """Returns until when a window is closed; raises why a scan can't look at all."""

    async def order(self, unit: Unit, look: Look, identifier: UUID, display_name: str, creator: str) -> None:
        """Orders a scan, once however often it is called; raises TARGET_BUSY, and as `wait`."""

    async def inconclusive(self, unit: Unit, identifier: UUID) -> str:
        """Returns why a scan that has ended doesn't say that something isn't there; nothing where it does."""
