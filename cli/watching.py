"""Watches that survive: reconnected with the resume token, so that nothing is missed and nothing comes twice."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import grpc

from cli.session import Method, Session

_DEADLINE = 900.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_PATIENCE = 60.0

_AGAIN = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNKNOWN,
    }
)

Kind = Literal["event", "checkpoint", "reset"]


@dataclass(frozen=True)
class Record:
    """One record of a watch.

    Attributes:
        kind: `event`; `checkpoint`, caught up; `reset`, read the state anew.
        event: The event's message, of a type that depends on the watch; None for the other kinds.
    """

    kind: Kind
    event: Any = None


class Watch:
    """One watch, over as many calls as it takes.

    Args:
        session: Who watches.
        method: A Watch method of a stub.
        request: Its request; the resume token is set here.
        on_break: Is told, in words, when the stream broke and when it goes on.
    """

    def __init__(
        self,
        session: Session,
        method: Method,
        request: Any,  # noqa: ANN401 - of any Watch method
        on_break: Callable[[str], None],
    ) -> None:
        self._session = session
        self._method = method
        self._request = request
        self._on_break = on_break
        self._renew = False
        self._broken_since = 0.0
        self._pause = _FIRST_PAUSE

    def records(self) -> Iterator[Record]:
        """Yields the records, each once.

        Raises:
            CliError: The session has ended.
            grpc.RpcError: The watch failed for good, or the server was away for a minute.
        """
        while True:
            try:
                yield from self._records_of_one_call()
                self._wait()
            except grpc.RpcError as error:
                if self._recover(error):
                    yield Record("reset")

    def _records_of_one_call(self) -> Iterator[Record]:
        metadata, self._renew = self._session.metadata(renew=self._renew), False
        call = self._method(self._request, timeout=_DEADLINE, metadata=metadata)
        try:
            for record in call:
                self._progressed()
                kind = record.WhichOneof("record")
                if kind not in get_args(Kind):
                    return
                yield Record(kind, record.event if kind == "event" else None)
                # After the yield: a record counts only once it has been dealt with.
                self._request.resume_token = record.resume_token or self._request.resume_token
        finally:
            call.cancel()

    def _recover(self, error: grpc.RpcError) -> bool:
        """Prepares the next call; raises what no further call would mend. Returns whether events were missed."""
        code = error.code()
        if code == grpc.StatusCode.OUT_OF_RANGE and self._request.resume_token:
            self._request.resume_token = ""
            return True
        if code == grpc.StatusCode.UNAUTHENTICATED and not self._broken_since:
            self._renew = True
            self._broken_since = time.monotonic()
            return False
        if code not in _AGAIN or (self._broken_since and time.monotonic() - self._broken_since > _PATIENCE):
            raise error
        if code != grpc.StatusCode.DEADLINE_EXCEEDED:
            self._wait()
        return False

    def _wait(self) -> None:
        if not self._broken_since:
            self._broken_since = time.monotonic()
            self._on_break("The connection broke; connecting again …")
        time.sleep(self._pause)
        self._pause = min(_LONGEST_PAUSE, self._pause * 2)

    def _progressed(self) -> None:
        if self._broken_since and self._pause > _FIRST_PAUSE:
            self._on_break("Connected again.")
        self._broken_since, self._pause = 0.0, _FIRST_PAUSE
