"""The process of the WebSocket bridge; it has no database and no keys."""

import asyncio

from gateway.bridge import process as bridge
from services.mesh import telemetry
from services.mesh.server import stop_signal
from services.mesh.settings import Settings

ROLE = "bridge"


async def run(settings: Settings) -> None:
    """Serves WebSockets until the process is asked to stop."""
    stopped = asyncio.Event()
    async with telemetry.metrics_page(settings.metrics_socket(ROLE)):
        serving = asyncio.create_task(bridge.serve(settings, stopped))
        asked = asyncio.create_task(stop_signal())
        await asyncio.wait([serving, asked], return_when=asyncio.FIRST_COMPLETED)
        stopped.set()
        asked.cancel()
        await serving
