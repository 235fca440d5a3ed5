"""How long certificates are valid."""

from stack.errors import StackError
from stack.settings import StackSettings

LONGEST = 3600
"""Seconds. Nobody revokes certificates: they end."""

_SHORTEST = 5


def certificate_seconds(settings: StackSettings) -> int:
    """The lifetime of certificates (``XORB_CERTIFICATE_SECONDS``), an hour unless it is set.

    Raises:
        StackError: it isn't a number from 5 to 3600.
    """
    text = settings.environment.get("XORB_CERTIFICATE_SECONDS") or str(LONGEST)
    if not text.isdecimal() or not _SHORTEST <= int(text) <= LONGEST:
        raise StackError(f"XORB_CERTIFICATE_SECONDS must be from {_SHORTEST} to {LONGEST}, but is {text!r}")
    return int(text)
