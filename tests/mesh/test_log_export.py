"""Logs and traces at a collector of the operator's, and what becomes of them where it isn't there."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import grpc.aio
import pytest
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from stack.ports import free_ports

_PROGRAM = """
import logging, sys, structlog
from opentelemetry import trace
from services.mesh.settings import read
from services.roles import process
process.configure("core", read({"XORB_OTLP_ENDPOINT": sys.argv[1]}))
with trace.get_tracer("ours").start_as_current_span("work"):
    structlog.get_logger("ours").warning("refused", method="/a/b", count=3)
logging.getLogger("theirs").error("gone")
"""


@dataclass
class Collector(logs_service_pb2_grpc.LogsServiceServicer):
    """Takes logs and traces."""

    names: set[str] = field(default_factory=set)
    logs: list[logs_pb2.LogRecord] = field(default_factory=list)
    spans: list[trace_pb2.Span] = field(default_factory=list)

    async def Export(
        self, request: logs_service_pb2.ExportLogsServiceRequest, context: object
    ) -> logs_service_pb2.ExportLogsServiceResponse:
        for one in request.resource_logs:
            self.names |= {pair.value.string_value for pair in one.resource.attributes if pair.key == "service.name"}
            self.logs += [record for scope in one.scope_logs for record in scope.log_records]
        return logs_service_pb2.ExportLogsServiceResponse()


@dataclass
class Traces(trace_service_pb2_grpc.TraceServiceServicer):
    collector: Collector

    async def Export(
        self, request: trace_service_pb2.ExportTraceServiceRequest, context: object
    ) -> trace_service_pb2.ExportTraceServiceResponse:
        for one in request.resource_spans:
            self.collector.spans += [span for scope in one.scope_spans for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
async def collector() -> AsyncIterator[tuple[Collector, str]]:
    server, made = grpc.aio.server(), Collector()
    logs_service_pb2_grpc.add_LogsServiceServicer_to_server(made, server)  # type: ignore[no-untyped-call]  # the package has no types
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(made), server)  # type: ignore[no-untyped-call]  # as above
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield made, f"http://127.0.0.1:{port}"
    await server.stop(None)


async def _run(endpoint: str) -> list[dict[str, object]]:
    """What the program wrote to its standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, endpoint, stderr=asyncio.subprocess.PIPE
    )
    _, written = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, written
    return [json.loads(line) for line in written.splitlines()]


async def test_what_is_logged_is_at_the_collector_too(collector: tuple[Collector, str]) -> None:
    made, endpoint = collector
    lines = await _run(endpoint)
    assert [line["event"] for line in lines] == ["refused", "gone"]
    assert made.names == {"xorb-core"}
    refused, gone = made.logs
    told = {pair.key: pair.value.string_value for pair in refused.attributes}
    assert (refused.body.string_value, refused.severity_text) == ("refused", "WARNING")
    assert (told["method"], told["count"], told["logger"]) == ("/a/b", "3", "ours")
    assert abs(refused.time_unix_nano / 1e9 - time.time()) < 60
    assert (gone.body.string_value, gone.severity_text) == ("gone", "ERROR")
    [span] = made.spans
    assert (span.name, span.trace_id, span.span_id) == ("work", refused.trace_id, refused.span_id)
    assert not gone.trace_id


async def test_without_the_collector_nothing_is_lost_here_and_nothing_hangs() -> None:
    [port] = free_ports(1)
    lines = await _run(f"http://127.0.0.1:{port}")
    assert [line["event"] for line in lines if line["logger"] in {"ours", "theirs"}] == ["refused", "gone"]
