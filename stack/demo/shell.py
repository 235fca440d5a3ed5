"""A terminal session with ``xorb``: every command is shown and run as a process of its own, its output left alone."""

import asyncio
import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from rich.console import Console
from rich.text import Text

from stack.errors import StackError
from stack.settings import DEFAULT_PORTS, StackSettings


def folder(settings: StackSettings) -> Path:
    """Where the demo's own login is kept, apart from the person's."""
    return settings.home / "demo"


def gateway(settings: StackSettings) -> str:
    """The address of the edge."""
    return f"http://127.0.0.1:{settings.ports['XORB_GATEWAY_PORT']}"


def variables(settings: StackSettings) -> dict[str, str]:
    """What has to be set for ``xorb`` to be at this platform, as the demo's account."""
    return {"XORB_SERVER": gateway(settings), "XDG_CONFIG_HOME": str(folder(settings))}


def export(settings: StackSettings) -> str:
    """The command that sets :func:`variables`, for a shell in the project's root; nothing that is so by default."""
    values = {"XORB_SERVER": gateway(settings), "XDG_CONFIG_HOME": short(settings, folder(settings))}
    if settings.ports["XORB_GATEWAY_PORT"] == DEFAULT_PORTS["XORB_GATEWAY_PORT"]:
        del values["XORB_SERVER"]
    return shlex.join(["export", *(f"{name}={value}" for name, value in values.items())])


def short(settings: StackSettings, path: Path) -> str:
    """The path as seen from the project's root, where it lies in it."""
    return str(path.relative_to(settings.root) if path.is_relative_to(settings.root) else path)


class Shell:
    """Runs ``xorb`` commands at the platform of ``settings``, shown on ``console``."""

    def __init__(self, settings: StackSettings, console: Console) -> None:
        self._settings = settings
        self._console = console

    def say(self, text: str) -> None:
        """Print an explanation of what comes next."""
        self._console.print(Text(f"\n# {text}", style="dim"), soft_wrap=True)

    async def run(self, *words: str, stdin: Path | None = None) -> None:
        """Show and run a command; its standard input is the file ``stdin``, or nothing.

        Raises:
            StackError: it failed; why is on the terminal already.
        """
        line = shlex.join(["xorb", *words]) + (f" < {shlex.quote(short(self._settings, stdin))}" if stdin else "")
        self._console.print(Text("$ ", style="dim").append(line, style="bold default"), soft_wrap=True)
        with _source(stdin) as source:
            process = await self._start(*words, stdin=source.fileno())
            code = await self._end(process)
        if code != 0:
            raise StackError(f"`{line}` ended with exit code {code}.")

    async def ask(self, *words: str) -> Any:  # noqa: ANN401 - JSON of any command
        """Run a command without showing it and return what it prints as JSON.

        Raises:
            StackError: it failed; the message is the command's own.
        """
        pipe = asyncio.subprocess.PIPE
        process = await self._start(*words, "--output", "json", stdin=asyncio.subprocess.DEVNULL, out=pipe, err=pipe)
        try:
            output, errors = await process.communicate()
        finally:
            await self._end(process)
        if process.returncode != 0:
            raise StackError(errors.decode("utf-8", "replace").strip())
        return json.loads(output)

    async def _start(
        self, *words: str, stdin: int, out: int | None = None, err: int | None = None
    ) -> asyncio.subprocess.Process:
        # A session of its own: Ctrl-C reaches the demo only, which then ends the command.
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli", *words, stdin=stdin, stdout=out, stderr=err,
            cwd=self._settings.root, env=self._environment(), start_new_session=True,
        )  # fmt: skip

    async def _end(self, process: asyncio.subprocess.Process) -> int:
        try:
            return await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
                # A command that draws hides the cursor while it does.
                self._console.show_cursor()

    def _environment(self) -> Mapping[str, str]:
        root = self._settings.root
        inherited = self._settings.environment
        path = [str(root), str(root / "gen" / "python"), inherited.get("PYTHONPATH", "")]
        return {**inherited, **variables(self._settings), "PYTHONPATH": os.pathsep.join(filter(None, path))}


def _source(file: Path | None) -> BinaryIO:
    return (file or Path(os.devnull)).open("rb")
