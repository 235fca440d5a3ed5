"""What every command shares: the session, the printer, and the options that each may set again."""

import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cli.credentials import Store
from cli.output import Format, Printer
from cli.server import Server
from cli.session import Session

OutputOption = Annotated[
    Format | None, typer.Option("--output", "-o", help="How to print: table, json or csv.", show_default=False)
]


@dataclass(frozen=True)
class Shared:
    """The global options, as the first part of the command line set them.

    Attributes:
        session: The session at the server.
        output: The format where a command doesn't say otherwise.
    """

    session: Session
    output: Format

    def printer(self, output: Format | None) -> Printer:
        """Returns the printer of a command; its own option wins."""
        return Printer(output or self.output)


def create(server: str, authority: Path | None, output: Format) -> Shared:
    """Returns what commands share.

    Raises:
        CliError: The server's address isn't one.
    """
    return Shared(Session(Server.parse(server, authority), Store.of(os.environ)), output)


def of(context: typer.Context) -> Shared:
    """Returns what the command shares with all others."""
    shared: Shared = context.find_root().obj
    return shared


def request_id() -> str:
    """Returns a new identifier for a change, so that repeating the call doesn't repeat the change."""
    return str(uuid.uuid4())
