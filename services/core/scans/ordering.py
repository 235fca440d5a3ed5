"""Ordering a scan: are the targets there, verified and free; then the row and the workflow, or neither."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from google.longrunning import operations_pb2
from xorb.core.v1 import scan_pb2, target_pb2, target_pb2_grpc

from services.core.scans import store, wire
from services.core.scans.control import Control
from services.core.scans.domain import Scan, ScanTarget, State
from services.core.scans.leave import Leaves, given, ordered_at
from services.core.scans.orders import ScanOrder
from services.core.scans.profiles import PROFILES
from services.mesh import calls, identifiers, names, outgoing
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason
from services.mesh.operations import started

_SECONDS = 5.0


@dataclass(frozen=True)
class Ordering:
    """Takes orders for scans.

    Args:
        database: Where scans are.
        targets: The targets service, asked on the caller's behalf.
        control: Starts workflows.
        leaves: Knows what engagements allow.
    """

    database: Database
    targets: target_pb2_grpc.TargetsServiceStub
    control: Control
    leaves: Leaves

    async def order(self, request: scan_pb2.CreateScanRequest) -> operations_pb2.Operation:
        """Orders a scan and returns its operation.

        The workflow is started before the row is committed, and waits for it: when either fails, neither is left.

        Raises:
            Failure: NOT_FOUND, TARGET_NOT_VERIFIED, TARGET_BUSY, UNAVAILABLE; ENGAGEMENT_STOPPED,
                ENGAGEMENT_NOT_UNDER_WAY, OUTSIDE_SCOPE, OUTSIDE_WINDOW, BUDGET_SPENT.
        """
        targets = await asyncio.gather(*(self._target(name) for name in request.scan.targets))
        scan = _scan(request.scan, targets)
        async with self.database.unit() as unit:
            leave = await given(unit, self.leaves, scan, keep=True)
            scan = replace(scan, held_until=ordered_at(leave, scan, scan.created_at))
            await store.add(unit, scan, targets)
            unit.record(wire.changed("scan.created", scan, (), f"A scan of {len(targets)} targets was ordered"))
            name = wire.scan_name(scan.organization, scan.id)
            await self.control.start(name, _order(scan))
            return unit.reply(started(name, wire.progress(scan, ())))

    async def _target(self, name: str) -> ScanTarget:
        metadata = outgoing.metadata(calls.current().caller.token)
        request = target_pb2.GetTargetRequest(name=name)
        target: target_pb2.Target = await self.targets.GetTarget(
            request, metadata=metadata, timeout=outgoing.timeout(_SECONDS)
        )
        if target.verification_state != target_pb2.Target.VERIFIED:
            raise Failure(
                Reason.TARGET_NOT_VERIFIED, f"{target.display_name} isn't verified as yours. Verify it first."
            )
        return wire.scan_target(target)


def _scan(message: scan_pb2.Scan, targets: list[ScanTarget]) -> Scan:
    call, now = calls.current(), datetime.now(UTC)
    return Scan(
        id=identifiers.new(),
        organization=call.organization,
        display_name=message.display_name or f"Scan of {', '.join(target.display_name for target in targets)}"[:200],
        targets=tuple(
            names.parse("organizations/{organization}/targets/{target}", name)[1] for name in message.targets
        ),
        profile=wire.profile(message),
        ports=tuple(message.ports),
        state=State.QUEUED,
        creator=call.caller.subject,
        created_at=now,
        updated_at=now,
        engagement=wire.engagement(call.organization, message),
        outside_window=wire.outside_window(message) or PROFILES[wire.profile(message)].outside_window,
    )


def _order(scan: Scan) -> ScanOrder:
    return ScanOrder(str(scan.organization), str(scan.id))
