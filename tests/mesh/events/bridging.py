"""A WebSocket bridge as a child process."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from gateway.bridge import process
from services.mesh.settings import Settings
from tests.mesh.events import child


async def bridge(settings: Mapping[str, str]) -> None:
    """Bridges between `bridge.sock` and `core.sock`, both in `folder`."""
    folder = Path(settings["folder"])
    await process.serve(Settings(home=folder, run_directory=folder, mesh=False), asyncio.Event())


if __name__ == "__main__":
    child.run(bridge)
