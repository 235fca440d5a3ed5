"""What goes with every call: token, time-out and metadata."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CallOptions:
    """What goes with every call of a connection.

    Attributes:
        token: The access token, or a function that returns the current one and is asked before each call; empty for
            methods that need none.
        timeout: Seconds that a call may take; streams may take as long as they like.
        metadata: Further pairs of lower-case key and value.
    """

    token: str | Callable[[], str] = field(default="", repr=False)
    timeout: float = 30.0
    metadata: Metadata = ()

    def headers(self) -> Metadata:
        """Returns the metadata of a call that starts now, the token with it."""
        token = self.token() if callable(self.token) else self.token
        return (*self.metadata, ("authorization", f"Bearer {token}")) if token else self.metadata

    def with_token(self, token: str | Callable[[], str]) -> "CallOptions":
        """Returns the same options with another token."""
        return replace(self, token=token)
