"""Where sessions are kept between commands: one file, readable by its owner only."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cli.errors import CliError

_SECONDS_BEFORE_THE_END = 30


@dataclass(frozen=True)
class Credentials:
    """A session at one server.

    Attributes:
        access_token: The bearer token.
        refresh_token: The single-use token to continue with.
        expires: When the access token ends, in seconds since 1970.
        email: Who is signed in.
        organization: The organization to work in, by resource name; empty for none.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires: float
    email: str
    organization: str

    def fresh(self, now: float) -> bool:
        """Whether the access token is good for another call."""
        return now < self.expires - _SECONDS_BEFORE_THE_END


class Store:
    """The file of all sessions, by server.

    Args:
        folder: The folder of the file, created with mode 0700.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "credentials.json"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Store":
        """Returns the store of this user (XDG Base Directory Specification)."""
        base = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        return cls(Path(base) / "xorb")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other commands out: a refresh token used twice would end the session for both."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def load(self, server: str) -> Credentials | None:
        """Returns the session at a server, or None.

        Raises:
            CliError: The file can't be read.
        """
        entry = self._read().get(server)
        return Credentials(**entry) if entry else None

    def save(self, server: str, credentials: Credentials | None) -> None:
        """Replaces the session at a server; None forgets it.

        Raises:
            CliError: The file can't be written.
        """
        entries = {key: value for key, value in self._read().items() if key != server}
        if credentials is not None:
            entries[server] = asdict(credentials)
        try:
            self._write(json.dumps(entries, indent=2))
        except OSError as error:
            raise CliError(f"Can't write {self._file}: {error.strerror}") from error

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            content: dict[str, dict[str, Any]] = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise CliError(f"Can't read {self._file}. Remove it, then run `xorb login`.") from error
        return content

    def _write(self, text: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A temporary file has mode 0600 from the start, and replaces the old one whole.
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".credentials-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(self._file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
