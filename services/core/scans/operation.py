"""A scan as a long-running operation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from google.rpc import code_pb2, status_pb2
from xorb.core.v1 import scan_pb2

from services.core.scans import domain, store, wire
from services.core.scans.domain import State
from services.mesh import calls
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason
from services.mesh.operations import Standing

_ERRORS = {State.FAILED: code_pb2.ABORTED, State.CANCELLED: code_pb2.CANCELLED}


@dataclass(frozen=True)
class ScanWork:
    """What scans know of their operations.

    Args:
        database: Where scans are.
        cancel_scan: Cancels a scan, as CancelScan does.
    """

    database: Database
    cancel_scan: Callable[[str], Awaitable[scan_pb2.Scan]]

    async def standing(self, identifier: UUID) -> Standing:
        """Returns how a scan's operation stands.

        Raises:
            Failure: NOT_FOUND.
        """
        async with self.database.unit() as unit:
            scan = await store.get(unit, identifier)
            tasks = await store.tasks(unit, identifier)
        metadata = wire.progress(scan, tasks)
        if scan.state in _ERRORS:
            message = scan.failure_reason or "The scan was cancelled."
            return Standing(metadata, error=status_pb2.Status(code=_ERRORS[scan.state], message=message))
        return Standing(metadata, wire.scan(scan, tasks) if scan.state in domain.ENDED else None)

    async def cancel(self, identifier: UUID) -> None:
        """Cancels a scan; one that has ended stays as it is (AIP-151).

        Raises:
            Failure: NOT_FOUND.
        """
        try:
            await self.cancel_scan(wire.scan_name(calls.current().organization, identifier))
        except Failure as failure:
            if failure.reason is not Reason.ILLEGAL_TRANSITION:
                raise
