"""Temporal: the client, and workers that notice a death or a cancellation within seconds."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from services.mesh.first_connection import FirstConnection
from services.mesh.settings import Settings

TASK_QUEUE = "xorb"
# The time without a heartbeat after which an activity is given to another worker.
HEARTBEAT_TIMEOUT = timedelta(seconds=8)
_HEARTBEAT_INTERVAL = timedelta(seconds=1)
# How long a dead worker's workflows wait for it before any other may take them.
_STICKY_TIMEOUT = timedelta(seconds=2)
_STOP_TIMEOUT = timedelta(seconds=3)
# Re-importing them inside the sandbox for every workflow would triple the memory.
_PASSED_THROUGH = ("services", "xorb", "google", "grpc", "sqlalchemy", "structlog", "opentelemetry")


async def connect(settings: Settings, *, lazy: bool = True) -> Client:
    """Returns a client; the trace of whoever starts a workflow goes with it to the activities.

    Args:
        settings: Where Temporal is.
        lazy: Whether to connect when first used, so that Temporal may start later; not for workers.
    """
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        interceptors=[TracingInterceptor(), FirstConnection()],
        lazy=lazy,
    )


def workflow_runner() -> SandboxedWorkflowRunner:
    """Returns what keeps workflows from what would differ in a replay: clocks, randomness, files."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*_PASSED_THROUGH))


def worker(
    client: Client,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., Any]],
    *,
    concurrent_activities: int = 4,
    task_queue: str = TASK_QUEUE,
) -> Worker:
    """Returns a worker of all workflows and activities.

    Args:
        client: A connected client.
        workflows: Workflow classes.
        activities: Bound activity methods.
        concurrent_activities: How many activities run at once in this process; executors are processes of their own.
        task_queue: What the worker takes its work from.
    """
    return Worker(
        client,
        task_queue=task_queue,
        workflows=workflows,
        activities=activities,
        workflow_runner=workflow_runner(),
        max_concurrent_activities=concurrent_activities,
        max_heartbeat_throttle_interval=_HEARTBEAT_INTERVAL,
        default_heartbeat_throttle_interval=_HEARTBEAT_INTERVAL,
        sticky_queue_schedule_to_start_timeout=_STICKY_TIMEOUT,
        graceful_shutdown_timeout=_STOP_TIMEOUT,
    )
