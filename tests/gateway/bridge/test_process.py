"""The process: a socket that serves, and is gone afterwards."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import pytest

from gateway.bridge.process import serve
from services.mesh.settings import Settings
from tests.gateway.bridge.site import until


async def test_serves_until_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XORB_BRIDGE_SOCKETS", "3")
    folder = Path(tempfile.mkdtemp(prefix="xorb-"))
    try:
        # What a killed process leaves behind is no obstacle.
        (folder / "bridge.sock").touch()
        stopped = asyncio.Event()
        serving = asyncio.create_task(serve(Settings(home=folder, run_directory=folder), stopped))
        await until((folder / "bridge.sock").is_socket)
        reader, writer = await asyncio.open_unix_connection(str(folder / "bridge.sock"))
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: bridge\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"200"
        writer.close()
        await writer.wait_closed()
        stopped.set()
        async with asyncio.timeout(5):
            await serving
        assert not (folder / "bridge.sock").exists()
    finally:
        shutil.rmtree(folder)
