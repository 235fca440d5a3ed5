"""`google.longrunning.Operations` (AIP-151) over Temporal: a workflow's identifier is its operation's identifier.

An operation's name is `operations/` and the name of the resource that the work is on; the workflow has the resource's
name as its identifier. Each kind of resource says through `Work` how its operation looks.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf import any_pb2, empty_pb2
from google.protobuf.message import Message
from google.rpc import status_pb2
from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError

from services.mesh import calls, names
from services.mesh.errors import Failure, Reason, invalid_field, not_found
from services.mesh.interceptors.layer import Context
from services.mesh.signing import Signer

_PREFIX = "operations/"
_LONGEST_WAIT_SECONDS = 60.0
_USUAL_SIZE, _LARGEST_SIZE = 50, 100


@dataclass(frozen=True)
class Standing:
    """How an operation stands.

    Attributes:
        metadata: How far it is.
        result: What it came to; None while it runs or where it failed.
        error: Why it failed; None otherwise.
    """

    metadata: Message
    result: Message | None = None
    error: status_pb2.Status | None = None


class Work(Protocol):
    """What one kind of resource knows of its operations."""

    async def standing(self, identifier: UUID) -> Standing:
        """Returns how the work on a resource of the call's organization stands; raises NOT_FOUND."""

    async def cancel(self, identifier: UUID) -> None:
        """Asks the work to stop; work that has ended is left alone."""


def operation_name(resource: str) -> str:
    """Returns the name of the operation on a resource."""
    return _PREFIX + resource


def started(resource: str, metadata: Message) -> operations_pb2.Operation:
    """Returns the operation on a resource that has just begun."""
    return operations_pb2.Operation(name=operation_name(resource), metadata=_pack(metadata))


@dataclass
class OperationsServicer(operations_pb2_grpc.OperationsServicer):
    """Serves `google.longrunning.Operations`.

    Args:
        client: Temporal.
        works: What each collection, such as `scans`, knows of its operations.
        signer: Signs page tokens.
    """

    client: Client
    works: Mapping[str, Work]
    signer: Signer

    async def GetOperation(
        self, request: operations_pb2.GetOperationRequest, context: Context
    ) -> operations_pb2.Operation:
        """Returns an operation."""
        return await self._operation(request.name)

    async def ListOperations(
        self, request: operations_pb2.ListOperationsRequest, context: Context
    ) -> operations_pb2.ListOperationsResponse:
        """Lists the organization's operations, the newest first."""
        if request.page_size < 0:
            raise invalid_field("page_size", "it can't be negative")
        if request.filter:
            raise invalid_field("filter", "operations can't be filtered; list the resources themselves instead")
        organization = names.join("organizations", calls.current().organization)
        purpose = f"ListOperations:{organization}"
        found = self.client.list_workflows(
            f'WorkflowId STARTS_WITH "{organization}/"',
            page_size=min(request.page_size or _USUAL_SIZE, _LARGEST_SIZE),
            next_page_token=self._open(request.page_token, purpose),
        )
        await found.fetch_next_page()
        operations = [one for entry in found.current_page or () if (one := await self._listed(entry.id))]
        token = self.signer.sign(found.next_page_token, purpose) if found.next_page_token else ""
        return operations_pb2.ListOperationsResponse(operations=operations, next_page_token=token)

    async def CancelOperation(
        self, request: operations_pb2.CancelOperationRequest, context: Context
    ) -> empty_pb2.Empty:
        """Asks an operation to stop."""
        work, identifier = self._work(request.name)
        await work.cancel(identifier)
        return empty_pb2.Empty()

    async def DeleteOperation(
        self, request: operations_pb2.DeleteOperationRequest, context: Context
    ) -> empty_pb2.Empty:
        """Refuses: an operation is the record of work on a resource, and is kept as long as the resource."""
        await self._operation(request.name)
        raise Failure(Reason.RESOURCE_IN_USE, "An operation is kept as long as the resource that it worked on.")

    async def WaitOperation(
        self, request: operations_pb2.WaitOperationRequest, context: Context
    ) -> operations_pb2.Operation:
        """Returns an operation when it is done, or when the time-out is over; a minute at most."""
        operation = await self._operation(request.name)
        asked = request.timeout.ToNanoseconds() / 1e9 if request.HasField("timeout") else _LONGEST_WAIT_SECONDS
        handle = self.client.get_workflow_handle(request.name.removeprefix(_PREFIX))
        if not operation.done:
            # Whatever comes of the wait, the operation says how it stands.
            with contextlib.suppress(TimeoutError, RPCError, WorkflowFailureError):
                await asyncio.wait_for(handle.result(), min(asked, _LONGEST_WAIT_SECONDS, _remaining()))
        return await self._operation(request.name)

    async def _operation(self, name: str) -> operations_pb2.Operation:
        work, identifier = self._work(name)
        standing = await work.standing(identifier)
        operation = operations_pb2.Operation(name=name, metadata=_pack(standing.metadata))
        if standing.error:
            operation.error.CopyFrom(standing.error)
        elif standing.result:
            operation.response.CopyFrom(_pack(standing.result))
        operation.done = standing.error is not None or standing.result is not None
        return operation

    async def _listed(self, resource: str) -> operations_pb2.Operation | None:
        """Returns a workflow's operation; None for a workflow whose resource was never committed."""
        try:
            return await self._operation(operation_name(resource))
        except Failure as failure:
            if failure.reason is not Reason.NOT_FOUND:
                raise
            return None

    def _work(self, name: str) -> tuple[Work, UUID]:
        """Returns who knows of an operation, and the resource's identifier. The mesh has checked the name's form."""
        collection, _, identifier = name.removeprefix(_PREFIX).split("/", 2)[2].partition("/")
        if collection not in self.works:
            raise not_found(name)
        return self.works[collection], UUID(identifier)

    def _open(self, token: str, purpose: str) -> bytes | None:
        try:
            return self.signer.open(token, purpose) if token else None
        except ValueError as error:
            raise Failure(Reason.INVALID_PAGE_TOKEN) from error


def _remaining() -> float:
    """Returns the seconds until just before the call's deadline."""
    deadline = calls.current().deadline
    return _LONGEST_WAIT_SECONDS if deadline is None else max(0.0, deadline - asyncio.get_running_loop().time() - 1.0)


def _pack(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
