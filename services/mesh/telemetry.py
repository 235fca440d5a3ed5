"""Traces and metrics of a process, by the OpenTelemetry SDK; metrics as a Prometheus page on a Unix socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from prometheus_client import REGISTRY, generate_latest

from services.mesh import sockets

_SECONDS = 3.0


def resource_of(role: str) -> Resource:
    """Returns how traces, metrics and logs name the process of a role."""
    return Resource.create({"service.name": f"xorb-{role}", "service.namespace": "xorb"})


def destination(endpoint: str) -> dict[str, Any]:
    """Returns how an exporter reaches a collector; a process that ends waits no longer for one that is away."""
    return {"endpoint": endpoint, "insecure": not endpoint.startswith("https://"), "timeout": _SECONDS}


def configure(role: str, otlp_endpoint: str = "") -> None:
    """Sets up the process's tracer and meter.

    Args:
        role: The process's role, as its service name in traces and metrics.
        otlp_endpoint: Where spans go (OTLP over gRPC); without one, spans carry identifiers but aren't recorded.
    """
    resource = resource_of(role)
    tracer = TracerProvider(resource=resource, sampler=ParentBased(ALWAYS_ON if otlp_endpoint else ALWAYS_OFF))
    if otlp_endpoint:
        tracer.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(**destination(otlp_endpoint))))
    trace.set_tracer_provider(tracer)
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[PrometheusMetricReader()]))


@contextlib.asynccontextmanager
async def metrics_page(socket: Path) -> AsyncIterator[None]:
    """Serves the process's metrics in Prometheus's text format, over HTTP/1.1 on a Unix socket, while it is open."""
    sockets.remove(socket)
    server = await asyncio.start_unix_server(_answer, path=socket)
    async with server:
        yield


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
        async with asyncio.timeout(5):
            await reader.readuntil(b"\r\n\r\n")
            body = generate_latest(REGISTRY)
            head = (
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
    writer.close()
