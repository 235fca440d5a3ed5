"""The process of the WebSocket bridge, which also exchanges API keys for the edge; it has no database and no keys."""

import asyncio

from gateway.bridge import process as bridge
from gateway.bridge.upstream import Upstream
from gateway.keys import protocol
from gateway.keys.service import SOCKET_NAME, KeysServicer
from services.mesh import telemetry
from services.mesh.server import Server, stop_signal
from services.mesh.settings import Settings

ROLE = "bridge"


async def run(settings: Settings) -> None:
    """Serves WebSockets and the edge until the process is asked to stop."""
    stopped, upstream = asyncio.Event(), Upstream(settings.address)
    # Only the edge reaches this socket, with requests that have no token yet: there are no layers.
    address, servicer = f"unix:{settings.run_directory / SOCKET_NAME}", KeysServicer(upstream.exchange)
    exchange = Server(address, (), servicer.register, [protocol.SERVICE], settings.drain)
    async with telemetry.metrics_page(settings.metrics_socket(ROLE)):
        await exchange.start()
        serving = asyncio.create_task(bridge.serve(settings, stopped, upstream=upstream))
        asked = asyncio.create_task(stop_signal())
        await asyncio.wait([serving, asked], return_when=asyncio.FIRST_COMPLETED)
        await exchange.stop()
        stopped.set()
        asked.cancel()
        await serving
