"""How much of everything the bridge allows, read once from `XORB_BRIDGE_*`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


class LimitError(Exception):
    """A limit can't be read; the message names the setting."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one bridge process. A field is set by its name in capitals after `XORB_BRIDGE_`.

    Attributes:
        sockets: Open WebSockets; one more is refused with HTTP status 503.
        frame_bytes: The longest frame that a client may send.
        window_bytes: What may be on its way to one reader before the reader has answered for it.
        backlog_bytes: What may wait for one slow reader before it is closed.
        token_seconds: How long to wait for the first frame, where no token came with the handshake.
        stall_seconds: How long one frame may take to leave while only this reader is waited for.
        close_seconds: How long a closed socket may take to read what waits for it.
        ping_seconds: How often a client is asked whether it is there, and how long it may take to answer.
        drain_seconds: How long all sockets together may take to close when the process stops.
    """

    sockets: int = 5000
    frame_bytes: int = 64 * 1024
    window_bytes: int = 32 * 1024
    backlog_bytes: int = 256 * 1024
    token_seconds: float = 5.0
    stall_seconds: float = 10.0
    close_seconds: float = 5.0
    ping_seconds: float = 20.0
    drain_seconds: float = 8.0


def read(environment: Mapping[str, str]) -> Limits:
    """Reads the limits from an environment.

    Raises:
        LimitError: A value isn't a positive number.
    """
    values: dict[str, float] = {}
    for field in fields(Limits):
        setting = f"XORB_BRIDGE_{field.name.upper()}"
        if setting in environment:
            values[field.name] = _positive(setting, environment[setting], whole=field.type is int)
    return Limits(**values)  # type: ignore[arg-type]  # a dict of mixed numbers; _positive made each of its kind


def _positive(setting: str, text: str, *, whole: bool) -> float:
    try:
        value = int(text) if whole else float(text)
    except ValueError as error:
        raise LimitError(f"{setting}: {text!r} is not a number") from error
    if not value > 0:
        raise LimitError(f"{setting}: {text!r} is not above zero")
    return value
