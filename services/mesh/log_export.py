"""Logs sent to a collector as well (OTLP over gRPC), where the operator names one: they outlive the machine."""

import json
import logging
from typing import Any

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource

from services.mesh import telemetry

_OWN = "opentelemetry"
# OpenTelemetry's log data model, "Mapping of SeverityNumber".
_SEVERITIES = {
    "DEBUG": SeverityNumber.DEBUG,
    "INFO": SeverityNumber.INFO,
    "WARNING": SeverityNumber.WARN,
    "ERROR": SeverityNumber.ERROR,
    "CRITICAL": SeverityNumber.FATAL,
}


class Exported(logging.Handler):
    """Sends each entry in the background; what can't be sent is dropped, and its line is still on standard error.

    Args:
        resource: What process the logs are of.
        endpoint: Where they go, such as `https://collector:4317`; without `https` it isn't encrypted.
    """

    def __init__(self, resource: Resource, endpoint: str) -> None:
        super().__init__()
        # What the exporter says of its own failures would be the next that it fails to send.
        self.addFilter(lambda record: not record.name.startswith(_OWN))
        exporter = OTLPLogExporter(**telemetry.destination(endpoint))
        self._provider = LoggerProvider(resource)
        self._provider.add_log_record_processor(BatchLogRecordProcessor(exporter))

    def emit(self, record: logging.LogRecord) -> None:
        """Queues an entry: its event as the body, all else of its line as attributes."""
        try:
            told: dict[str, Any] = json.loads(self.format(record))
            entry = LogRecord(
                timestamp=int(record.created * 1e9),
                severity_text=record.levelname,
                severity_number=_SEVERITIES.get(record.levelname, SeverityNumber.UNSPECIFIED),
                body=told.pop("event", ""),
                attributes={
                    name: value if isinstance(value, str) else json.dumps(value) for name, value in told.items()
                },
            )
            self._provider.get_logger(record.name).emit(entry)
        except Exception:  # noqa: BLE001 - as every handler: a log never ends what it tells of
            self.handleError(record)

    def close(self) -> None:
        """Sends what is queued."""
        self._provider.shutdown()
        super().close()
