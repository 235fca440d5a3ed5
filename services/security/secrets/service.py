"""Rotations of organizations' keys: started, and seen as long-running operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from google.longrunning import operations_pb2
from google.rpc import code_pb2, status_pb2
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from xorb.core.v1 import organization_pb2

from services.mesh import calls, identifiers, names
from services.mesh.database import Database
from services.mesh.encryption.resealing import SealedTable
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.operations import Standing, started
from services.mesh.temporal import TASK_QUEUE
from services.security.secrets import store
from services.security.secrets.orders import RotationOrder
from services.security.secrets.workflows import NAME

COLLECTION = "dataKeys"
_PATIENCE = timedelta(seconds=5)
_UNDER_WAY = frozenset({WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW})


@dataclass(frozen=True)
class KeyRotations:
    """What is known of rotations.

    Args:
        database: Where sealed rows are.
        client: Temporal.
        tables: All tables with sealed columns.
        grace: How long old data keys stay for reads that are under way.
    """

    database: Database
    client: Client
    tables: Sequence[SealedTable]
    grace: timedelta = timedelta(minutes=1)

    async def rotate(self, organization: UUID) -> operations_pb2.Operation:
        """Starts a rotation and returns its operation.

        Raises:
            Failure: UNAVAILABLE; Temporal is away.
        """
        key = identifiers.new()
        order = RotationOrder(str(organization), str(key), self.grace.total_seconds())
        name = _name(organization, key)
        try:
            await self.client.start_workflow(NAME, order, id=name, task_queue=TASK_QUEUE, rpc_timeout=_PATIENCE)
        except RPCError as error:
            raise Failure(Reason.UNAVAILABLE, "A rotation can't be started now. Try again in a moment.") from error
        return started(name, organization_pb2.KeyRotation())

    async def standing(self, identifier: UUID) -> Standing:
        """Returns how a rotation stands.

        Raises:
            Failure: NOT_FOUND, UNAVAILABLE.
        """
        described = await self._described(_name(calls.current().organization, identifier))
        async with self.database.unit() as unit:
            remaining = await store.remaining(unit, self.tables)
        rotation = organization_pb2.KeyRotation(
            remaining_count=remaining, start_time=described.start_time, end_time=described.close_time
        )
        if described.status in _UNDER_WAY:
            return Standing(rotation)
        if described.status is WorkflowExecutionStatus.COMPLETED:
            return Standing(rotation, rotation)
        status = status_pb2.Status(code=code_pb2.ABORTED, message="The rotation was ended from outside. Rotate again.")
        return Standing(rotation, error=status)

    async def cancel(self, identifier: UUID) -> None:
        """Leaves a rotation alone: half-way there would be two keys for good.

        Raises:
            Failure: NOT_FOUND; ILLEGAL_TRANSITION while it runs.
        """
        described = await self._described(_name(calls.current().organization, identifier))
        if described.status in _UNDER_WAY:
            raise Failure(Reason.ILLEGAL_TRANSITION, "A rotation that has begun goes on to its end.")

    async def _described(self, name: str) -> WorkflowExecutionDescription:
        try:
            return await self.client.get_workflow_handle(name).describe(rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise not_found(name) from error
            raise Failure(Reason.UNAVAILABLE) from error


def _name(organization: UUID, key: UUID) -> str:
    return names.join("organizations", organization, COLLECTION, key)
