"""The deadlines service."""

from dataclasses import dataclass
from datetime import UTC, datetime

from xorb.core.v1 import deadline_pb2, deadline_pb2_grpc

from services.core.findings.deadlines import store, wire
from services.core.findings.timekeeping.waking import SOON, Timekeeper
from services.mesh import etags, masks, names
from services.mesh.database import Database
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context

_TOPIC = "deadlines"


@dataclass
class DeadlinesServicer(deadline_pb2_grpc.DeadlinesServiceServicer):
    """Serves `xorb.core.v1.DeadlinesService`.

    Args:
        database: Where policies are.
        timekeeper: Sets deadlines anew, and says when they pass.
    """

    database: Database
    timekeeper: Timekeeper

    async def GetDeadlinePolicy(
        self, request: deadline_pb2.GetDeadlinePolicyRequest, context: Context
    ) -> deadline_pb2.DeadlinePolicy:
        """Returns the organization's policy."""
        names.parse(wire.POLICY, request.name)
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await store.policy(unit))

    async def UpdateDeadlinePolicy(
        self, request: deadline_pb2.UpdateDeadlinePolicyRequest, context: Context
    ) -> deadline_pb2.DeadlinePolicy:
        """Changes the organization's policy."""
        names.parse(wire.POLICY, request.deadline_policy.name)
        async with self.database.unit() as unit:
            await unit.serialize(_TOPIC)
            current = await store.policy(unit)
            etags.require(request.deadline_policy.etag, wire.etag(unit.organization, current))
            before = wire.message(unit.organization, current)
            fields = masks.fields(request.deadline_policy, request.update_mask, before)
            policy = current.changed(datetime.now(UTC), **wire.changes(request.deadline_policy, fields))
            await store.save(unit, policy)
            await self.timekeeper.wake(unit.organization, datetime.now(UTC) + SOON)
            message = wire.message(unit.organization, policy)
            kind, summary = message.DESCRIPTOR.full_name, "The deadlines of findings were changed"
            unit.record(Event("deadline.updated", message.name, summary, message.SerializeToString(), kind))
            return unit.reply(message)
