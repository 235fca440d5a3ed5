"""On whose connection a call comes: the sidecar says it, after it has verified the caller's certificate.

Source of the header's format: Envoy, `x-forwarded-client-cert`. The sidecar replaces whatever a caller wrote there, and
nobody but the sidecar can open the service's socket.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.mesh.errors import Failure, Reason

HEADER = "x-forwarded-client-cert"
_ROLE = r"[a-z][a-z0-9-]{0,62}"


@dataclass(frozen=True)
class Peers:
    """Reads the roles of callers out of what their connections say.

    Args:
        trust_domain: The only one whose identities count (SPIFFE-ID, section 2.1).
    """

    trust_domain: str

    def identity(self, headers: Iterable[tuple[str, str | bytes]]) -> str:
        """Returns the role of the caller's identity, such as `edge` for `spiffe://xorb/edge`.

        Raises:
            Failure: UNAUTHENTICATED; the call came past the sidecar, or its identity isn't one of the mesh.
        """
        values = [value for name, value in headers if name.lower() == HEADER]
        if len(values) != 1 or not isinstance(values[0], str):
            raise Failure(Reason.UNAUTHENTICATED)
        pattern = rf"(?:[^,\"]*;)?URI=spiffe://{re.escape(self.trust_domain)}/({_ROLE})(?:;[^,\"]*)?"
        found = re.fullmatch(pattern, values[0])
        if found is None or values[0].count("URI=") != 1:
            raise Failure(Reason.UNAUTHENTICATED)
        return found[1]

    def known(self, headers: Iterable[tuple[str, str | bytes]]) -> bool:
        """Whether the headers tell of an identity of the mesh."""
        try:
            self.identity(headers)
        except Failure:
            return False
        return True
