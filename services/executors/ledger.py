"""What a run has found so far, line by line."""

from services.executors import codec
from services.executors.domain import Observation, Outcome, Progress, Reason, Service


class Ledger:
    """Collects a child's lines; whatever stops the run, `outcome` is what was found until then."""

    def __init__(self) -> None:
        self._observations: dict[tuple[str, str], Observation] = {}
        self._services: dict[tuple[str, int, str], Service] = {}
        self._raw: list[bytes] = []
        self._media_type = ""
        self._message = ""
        self._answered = False
        self.reason: Reason | None = None
        self.ended = False

    def record(self, line: bytes) -> Progress | Observation | None:
        """Take one line in; return what is worth telling at once. A malformed one fails the run."""
        try:
            kind, value = codec.decode_record(line)
        except codec.Malformed:
            self.stop(Reason.FAILED, "the executor wrote a line that is no record")
            return None
        match kind:
            case "observation":
                return self._first(value)
            case "service":
                self._services.setdefault((value.address, value.port, value.protocol), value)
            case "raw":
                self._media_type = value[0]
                self._raw.append(value[1])
            case "answered":
                self._answered = True
            case "error":
                self.stop(*value)
            case "end":
                self.ended = True
            case _:
                progress: Progress = value
                return progress
        return None

    def stop(self, reason: Reason, message: str) -> None:
        """Note why the run ended early; the first reason stands."""
        if self.reason is None:
            self.reason = reason
            self._message = message

    def outcome(self) -> Outcome:
        """Return all of it."""
        return Outcome(
            observations=tuple(self._observations.values()),
            services=tuple(self._services.values()),
            raw=b"".join(self._raw),
            media_type=self._media_type,
            truncated=self.reason not in (None, Reason.OUT_OF_SCOPE, Reason.UNAVAILABLE),
            reason=self.reason,
            message=self._message,
            answered=self._answered,
        )

    def _first(self, observation: Observation) -> Observation | None:
        identity = (observation.check, observation.location)
        if identity in self._observations:
            return None
        self._observations[identity] = observation
        return observation
