"""Sending a file in pieces, over as many calls as it takes: what was acknowledged is never sent again."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import grpc
from xorb.core.v1 import import_pb2, import_pb2_grpc

from cli.errors import CliError, reason_of
from cli.session import Session

_CHUNK = 512 * 1024
_CALL_SECONDS = 4 * 3600.0
_PATIENCE = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_AGAIN = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.ABORTED,
    }
)


@dataclass
class Upload:
    """One file on its way.

    Args:
        session: Who sends.
        name: The import's resource name.
        path: The file.
        on_progress: Told how many bytes have arrived for good.
        on_break: Told, in words, when the connection broke.
    """

    session: Session
    name: str
    path: Path
    on_progress: Callable[[int], None]
    on_break: Callable[[str], None]
    _arrived: int = 0
    _broken_since: float = 0.0
    _pause: float = _FIRST_PAUSE
    _renew: bool = False

    def send(self) -> import_pb2.Import:
        """Sends the file, and returns the import whose work has begun.

        Raises:
            CliError: The session has ended, or the file can't be read.
            grpc.RpcError: It is refused, or the server was away for a minute.
        """
        stub = self.session.stub(import_pb2_grpc.ImportsServiceStub)
        while True:
            try:
                with self.path.open("rb") as file:
                    return self._sent(stub, file)
            except OSError as error:
                raise CliError(f"{self.path}: {error.strerror or error}") from error
            except grpc.RpcError as error:
                self._recover(error)
            state = self._read(stub)
            if state.state != import_pb2.Import.RECEIVING:
                return state
            self._arrived = state.received_bytes

    def _sent(self, stub: import_pb2_grpc.ImportsServiceStub, file: BinaryIO) -> import_pb2.Import:
        file.seek(self._arrived)
        metadata, self._renew = self.session.metadata(renew=self._renew), False
        call = stub.ImportFindings(self._requests(file, self._arrived), timeout=_CALL_SECONDS, metadata=metadata)
        try:
            for record in call:
                if record.HasField("file_import"):
                    self.on_progress(record.file_import.received_bytes)
                    return import_pb2.Import.FromString(record.file_import.SerializeToString())
                self._progressed(record.received_bytes)
        finally:
            call.cancel()
        return self._read(stub)

    def _requests(self, file: BinaryIO, offset: int) -> Iterator[import_pb2.ImportFindingsRequest]:
        request = import_pb2.ImportFindingsRequest(name=self.name, offset=offset, finish=True)
        while chunk := file.read(_CHUNK):
            request.content.data = chunk
            yield request
            request = import_pb2.ImportFindingsRequest()
        if request.name:
            yield request

    def _read(self, stub: import_pb2_grpc.ImportsServiceStub) -> import_pb2.Import:
        found = self.session.call(stub.GetImport, import_pb2.GetImportRequest(name=self.name))
        return import_pb2.Import.FromString(found.SerializeToString())

    def _progressed(self, arrived: int) -> None:
        if arrived > self._arrived:
            self._broken_since, self._pause = 0.0, _FIRST_PAUSE
        self._arrived = arrived
        self.on_progress(arrived)

    def _recover(self, error: grpc.RpcError) -> None:
        """Waits before the next call; raises what no further call would mend."""
        code, now = error.code(), time.monotonic()
        if code == grpc.StatusCode.UNAUTHENTICATED and not self._broken_since:
            self._renew, self._broken_since = True, now
            return
        ended = reason_of(error) == "ILLEGAL_TRANSITION"
        if (code not in _AGAIN and not ended) or (self._broken_since and now - self._broken_since > _PATIENCE):
            raise error
        if not self._broken_since:
            self._broken_since = now
            self.on_break("The connection broke; going on …")
        time.sleep(self._pause)
        self._pause = min(_LONGEST_PAUSE, self._pause * 2)
