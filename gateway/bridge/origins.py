"""Pages of which origins may open a WebSocket (RFC 6455, section 10.2): those that may call the API (CORS)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.mesh.settings import LOCAL_ORIGINS

DEFAULT = LOCAL_ORIGINS
"""Any port of this machine: where `XORB_ALLOWED_ORIGINS` isn't set."""


@dataclass(frozen=True)
class Origins:
    """Origins by a regular expression that the whole of one has to match."""

    pattern: re.Pattern[str] = re.compile(DEFAULT)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Origins":
        """Returns those of `XORB_ALLOWED_ORIGINS`.

        Raises:
            re.error: The setting is no regular expression.
        """
        return cls(re.compile(environment.get("XORB_ALLOWED_ORIGINS") or DEFAULT))

    def admit(self, given: Sequence[str]) -> bool:
        """Returns whether a handshake with these `Origin` headers is let in; programs, which send none, are."""
        return not given or (len(given) == 1 and self.pattern.fullmatch(given[0]) is not None)
