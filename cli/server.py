"""The address of the platform, and the channel to it."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import grpc

from cli.errors import CliError

DEFAULT = "http://127.0.0.1:8000"
_OPTIONS = (
    # A half-dead connection is found out within forty seconds, also while a watch is silent.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    ("grpc.primary_user_agent", "xorb-cli"),
)


@dataclass(frozen=True)
class Server:
    """Where XORB answers.

    Attributes:
        url: The address as people write it, such as `https://xorb.example.org`.
        host: Its host name or address.
        port: Its port.
        secure: Whether to speak TLS.
        authority: A file with the certificates to trust (PEM); the system's where None.
    """

    url: str
    host: str
    port: int
    secure: bool
    authority: Path | None = None

    @classmethod
    def parse(cls, text: str, authority: Path | None = None) -> "Server":
        """Returns the server at `http://host[:port]` or `https://host[:port]`.

        Raises:
            CliError: The text isn't such an address.
        """
        problem = CliError(f"--server {text!r} is not an address such as {DEFAULT} or https://xorb.example.org")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise problem from error
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.username:
            raise problem
        secure = parts.scheme == "https"
        return cls(text.rstrip("/"), parts.hostname, port or (443 if secure else 80), secure, authority)

    @property
    def target(self) -> str:
        """The address in gRPC's form."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def channel(self) -> grpc.Channel:
        """Opens a channel: TLS for `https`, h2c for `http`.

        Raises:
            CliError: The file of certificates can't be read.
        """
        if not self.secure:
            return grpc.insecure_channel(self.target, options=_OPTIONS)
        try:
            roots = self.authority.read_bytes() if self.authority else None
        except OSError as error:
            raise CliError(f"Can't read {self.authority}: {error.strerror}") from error
        return grpc.secure_channel(self.target, grpc.ssl_channel_credentials(roots), options=_OPTIONS)
