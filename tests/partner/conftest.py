"""Fixtures of the partner client's tests."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2

from tests.partner.server import Server, handlers


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The server, on a Unix socket."""
    made = Server(f"unix:{tmp_path / 'partner.sock'}")
    running = grpc.server(ThreadPoolExecutor(4))
    running.add_generic_rpc_handlers(handlers(made))
    running.add_insecure_port(made.address)
    running.start()
    yield made
    running.stop(0).wait(5)


@pytest.fixture
def bad_field() -> tuple[error_details_pb2.ErrorInfo, error_details_pb2.BadRequest]:
    """The details of an error about one field."""
    violation = error_details_pb2.BadRequest.FieldViolation(field="page_size", description="too large")
    info = error_details_pb2.ErrorInfo(reason="INVALID_FIELD", domain="xorb", metadata={"rule": "int32.lte"})
    return info, error_details_pb2.BadRequest(field_violations=[violation])
