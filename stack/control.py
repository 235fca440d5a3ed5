"""A Unix socket by which a running stack is asked to restart a component: one name a line, one JSON object back."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from services.mesh import sockets
from stack.errors import StackError

FILE_NAME = "control.sock"
_LONGEST = 300.0


@contextlib.asynccontextmanager
async def serve(run: Path, restart: Callable[[str], Awaitable[None]]) -> AsyncIterator[None]:
    """Listen in the folder ``run``, for nobody but its owner, as long as the context lasts; then what runs is ended."""
    running = set[asyncio.Task[None]]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(_answer(reader, writer, restart))
        running.add(task)
        task.add_done_callback(running.discard)
        await asyncio.wait({task})

    path = run / FILE_NAME
    server = await asyncio.start_unix_server(answer, sock=sockets.bind(path))
    try:
        yield
    finally:
        server.close()
        for task in tuple(running):
            task.cancel()
        if running:
            await asyncio.wait(tuple(running))
        path.unlink(missing_ok=True)


async def restart(run: Path, name: str) -> None:
    """Ask the stack whose sockets are in ``run`` to restart the component ``name``; returns when it is up again.

    Raises:
        StackError: nobody answers, or it did not come up again; the message is the stack's own.
    """
    try:
        async with asyncio.timeout(_LONGEST):
            reader, writer = await asyncio.open_unix_connection(run / FILE_NAME)
            writer.write(f"{name}\n".encode())
            answer = json.loads(await reader.readline() or '{"error": "The stack was stopped."}')
            writer.close()
    except (OSError, TimeoutError) as error:
        raise StackError(f"The stack doesn't answer: {error}") from error
    if answer["error"]:
        raise StackError(answer["error"])


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, restart: Callable[[str], Awaitable[None]]
) -> None:
    error = ""
    try:
        await restart((await reader.readline()).decode().strip())
    except StackError as failure:
        error = str(failure)
    finally:
        with contextlib.suppress(ConnectionError):
            writer.write(json.dumps({"error": error}).encode() + b"\n")
            writer.close()
