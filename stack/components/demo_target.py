"""The demo target: a site on loopback that is weak on purpose (``stack/demo_target.py``)."""

import asyncio
import sys
from pathlib import Path

from stack.component import Component
from stack.components.environment import make_directory, plain_environment
from stack.settings import Port, StackSettings


def demo_target(settings: StackSettings) -> Component:
    """The demo target, healthy when each of its ports is open."""
    http, https, banner = (settings.port(f"XORB_DEMO_{name}_PORT") for name in ("HTTP", "HTTPS", "BANNER"))
    directory = settings.home / "demo-target"
    return Component(
        name="demo-target",
        command=(
            sys.executable, "-m", "stack.demo_target", "--http-port", str(http.number),
            "--https-port", str(https.number), "--banner-port", str(banner.number), "--directory", str(directory),
        ),
        environment=plain_environment(settings) | {"PYTHONUNBUFFERED": "1"},
        directory=settings.root,
        ports=(http, https, banner),
        healthy=lambda: _open((http, https, banner)),
        prepare=lambda: _prepare(directory),
        grace=5,
    )  # fmt: skip


async def _prepare(directory: Path) -> None:
    make_directory(directory)


async def _open(ports: tuple[Port, ...]) -> bool:
    for port in ports:
        _, writer = await asyncio.open_connection("127.0.0.1", port.number)
        writer.close()
        await writer.wait_closed()
    return True
