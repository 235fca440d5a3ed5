"""Temporal that isn't there yet: a client that has never been connected fails as one does that was."""

from collections.abc import Awaitable
from typing import Any, TypeVar

from temporalio.client import (
    DescribeWorkflowInput,
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    WorkflowExecutionDescription,
    WorkflowHandle,
)
from temporalio.service import RPCError, RPCStatusCode

T = TypeVar("T")


class FirstConnection(Interceptor):
    """Turns what a lazy client raises when its first connection fails into UNAVAILABLE, as later ones have it."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - the library's name
        """Returns what stands before the next interceptor."""
        return _Outbound(next)


class _Outbound(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002 - as above
        return await _reached(super().start_workflow(input))

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002 - as above
        await _reached(super().signal_workflow(input))

    async def describe_workflow(self, input: DescribeWorkflowInput) -> WorkflowExecutionDescription:  # noqa: A002 - as above
        return await _reached(super().describe_workflow(input))


async def _reached(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except RuntimeError as error:
        raise RPCError("Temporal can't be reached", RPCStatusCode.UNAVAILABLE, b"") from error
