"""A server that refuses everything and is no part of the platform: a flood of it costs little but the sending.

As a program it is a process of its own: it prints its port, and serves on 127.0.0.1 until it is terminated.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import cast

import uvloop

_END = b"\r\n\r\n"
_REFUSAL = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"


class _Refusing(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(_REFUSAL * data.count(_END))


@contextlib.asynccontextmanager
async def refusing() -> AsyncIterator[int]:
    """Runs the server in a process of its own, and gives its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.refusing", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        yield int(await process.stdout.readline())
    finally:
        process.terminate()
        await process.wait()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Refusing, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve())
