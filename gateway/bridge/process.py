"""The bridge as a process."""

import asyncio
import os
from pathlib import Path

from gateway.bridge import limits
from gateway.bridge.origins import Origins
from gateway.bridge.pages import Pages
from gateway.bridge.routes import Routes
from gateway.bridge.server import Bridge
from gateway.bridge.upstream import Upstream
from services.mesh.leaving import Leaving
from services.mesh.peers import Peers
from services.mesh.settings import Settings

ROLE = "bridge"


async def serve(
    settings: Settings, stopped: asyncio.Event, openapi: Path | None = None, upstream: Upstream | None = None
) -> None:
    """Serves WebSockets on the instance's socket, such as `bridge.sock`, until `stopped` is set, then drains.

    Args:
        settings: Where the socket and the services are. Bounds come from `XORB_BRIDGE_*`, see `limits`.
        stopped: Set by whoever stops the process.
        openapi: The folder of `openapi.json` and `reference.html`, to be served at `/openapi.json` and `/docs`.
        upstream: The services; those of the settings where it isn't given.

    Raises:
        LimitError: A setting `XORB_BRIDGE_*` isn't valid.
        OSError: The socket can't be opened.
    """
    bridge = Bridge(
        routes=Routes.of_contracts(),
        upstream=upstream or Upstream(settings.destination),
        limits=limits.read(os.environ),
        pages=Pages(openapi),
        peers=Peers(settings.trust_domain) if settings.mesh else None,
        origins=Origins.read(os.environ),
        leaving=Leaving(settings.drain),
    )
    async with bridge.listening(settings.socket(ROLE)):
        await stopped.wait()
