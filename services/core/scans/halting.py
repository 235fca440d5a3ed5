"""What becomes of an engagement's scans when it is stopped, or when its windows are moved."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.core.scans import store, wire
from services.core.scans.control import Control
from services.core.scans.domain import State, move
from services.mesh.database import Unit
from services.mesh.errors import Failure

# Executors look themselves whether their engagement was stopped, so nobody waits for a Temporal that hangs.
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True)
class EngagedScans:
    """The scans of engagements.

    Args:
        control: Tells their workflows.
    """

    control: Control

    async def halt(self, unit: Unit, engagement: UUID, reason: str) -> int:
        """Cancels all scans of an engagement that haven't ended, in the transaction that stops it; returns how many."""
        names = []
        for scan in await store.of_engagement(unit, engagement):
            halted = move(scan, State.CANCELLED, datetime.now(UTC), reason)
            await store.save(unit, halted)
            # Even where the workflow is lost, others may have the targets then.
            await store.release_targets(unit, scan.id)
            tasks = await store.tasks(unit, scan.id)
            unit.record(wire.changed("scan.cancelled", halted, tasks, "A scan was halted by an emergency stop"))
            names.append(wire.scan_name(unit.organization, scan.id))
        unit.afterwards(lambda: self._tell(names))
        return len(names)

    async def wake(self, unit: Unit, engagement: UUID) -> None:
        """Has the scans that wait for a window look again, once the transaction is committed."""
        waiting = [scan.id for scan in await store.of_engagement(unit, engagement) if scan.held_until]
        names = [wire.scan_name(unit.organization, scan) for scan in waiting]
        unit.afterwards(lambda: self._wake(names))

    async def _tell(self, names: list[str]) -> None:
        await self._all([self._cancel(name) for name in names])

    async def _wake(self, names: list[str]) -> None:
        await self._all([self.control.wake(name) for name in names])

    async def _cancel(self, name: str) -> None:
        try:
            await self.control.tell(name, State.CANCELLED)
        except Failure:
            return

    async def _all(self, told: list[Coroutine[object, object, None]]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await asyncio.gather(*told)
        except TimeoutError:
            return
