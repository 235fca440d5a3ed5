"""The child's side of the pipe: what an engine reports becomes lines on standard output."""

from collections.abc import Collection
from typing import BinaryIO

from services.executors import codec
from services.executors.domain import Observation, Progress, Reason, Service

_PIECE = 256 * 1024


class LineReporter:
    """Writes each report as one line at once; a full pipe holds the engine back, so nothing piles up here."""

    def __init__(self, stream: BinaryIO, checks: Collection[str] = ()) -> None:
        self._stream = stream
        self._checks = checks
        self._seen: set[object] = set()

    def progress(self, done: int, total: int, message: str) -> None:
        """Report `done` of `total` steps; of none at all, one is done."""
        done, total = (done, total) if total else (1, 1)
        self._write(codec.encode_record("progress", Progress(done, total, message)))

    def observe(self, observation: Observation) -> None:
        """Report a weakness that is looked for; the same check and location a second time is ignored."""
        if not self._checks or observation.check in self._checks:
            self._once("observation", observation, (observation.check, observation.location))

    def service(self, service: Service) -> None:
        """Report an open port; the same a second time is ignored."""
        self._once("service", service, (service.address, service.port, service.protocol))

    def raw(self, chunk: bytes, media_type: str) -> None:
        """Keep a piece of the engine's own output as evidence; a large one takes several lines."""
        for start in range(0, len(chunk), _PIECE):
            self._write(codec.encode_raw(chunk[start : start + _PIECE], media_type))

    def answered(self) -> None:
        """Report that the target is there, as far as it was to be looked at."""
        self._write(codec.encode_record("answered", None))

    def error(self, reason: Reason, message: str) -> None:
        """Report that the run ended early."""
        self._write(codec.encode_record("error", (reason, message)))

    def end(self) -> None:
        """Report that the run came to its end."""
        self._write(codec.encode_record("end", None))

    def _once(self, kind: str, value: Observation | Service, identity: object) -> None:
        if identity not in self._seen:
            self._seen.add(identity)
            self._write(codec.encode_record(kind, value))

    def _write(self, line: bytes) -> None:
        self._stream.write(line)
        self._stream.flush()
