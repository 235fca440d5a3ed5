"""A relay as a child process."""

from collections.abc import Mapping

from services.mesh.events import stream
from services.mesh.events.relay import Relay
from tests.mesh.events import child


async def relay(settings: Mapping[str, str]) -> None:
    """Relays from `dsn` to `redis` as `relay`."""
    await Relay(settings["dsn"], stream.connect(settings["redis"]), name=settings["relay"]).run()


if __name__ == "__main__":
    child.run(relay)
