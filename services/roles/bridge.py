"""The process of the WebSocket bridge, which also exchanges API keys for the edge; it has no database and no keys."""

import asyncio

from gateway.bridge import process as bridge
from gateway.bridge.upstream import Upstream
from gateway.keys import protocol
from gateway.keys.service import ROLE as KEYS
from gateway.keys.service import KeysServicer
from services.mesh import telemetry
from services.mesh.collector import Collector
from services.mesh.server import Server, stop_signal
from services.mesh.settings import Settings
from services.roles import process

ROLE = "bridge"


async def run(settings: Settings) -> None:
    """Serves WebSockets and the edge until the process is asked to stop."""
    stopped, upstream = asyncio.Event(), Upstream(settings.destination)
    # The edge's requests have no token yet: there are no layers.
    servicer = KeysServicer(upstream.exchange, process.peers(settings))
    exchange = Server(f"unix:{settings.socket(KEYS)}", (), servicer.register, [protocol.SERVICE], settings.drain)
    async with telemetry.metrics_page(settings.metrics_socket(ROLE)):
        await exchange.start()
        serving = asyncio.create_task(bridge.serve(settings, stopped, upstream=upstream))
        asked = asyncio.create_task(stop_signal())
        Collector().start()
        await asyncio.wait([serving, asked], return_when=asyncio.FIRST_COMPLETED)
        await exchange.stop()
        stopped.set()
        asked.cancel()
        await serving
