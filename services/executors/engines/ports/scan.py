"""The port scan: every address and port of a target, some at a time, at the agreed pace."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from services.executors.domain import Address, Kind, Task
from services.executors.engine import Reporter
from services.executors.engines.ports.checks import CHECKS
from services.executors.engines.ports.common import COMMON_PORTS
from services.executors.engines.ports.probe import Probe, Sighting, Timing
from services.executors.guard import Guard
from services.executors.pace import Pace
from services.executors.targets import Endpoint, guard_for, host_of

_WORKERS = 64
_MAX_ADDRESSES = 8


@dataclass(frozen=True)
class _Place:
    host: Address | str
    address: Address


async def run(task: Task, reporter: Reporter) -> None:
    """Report every open port of a host or block, what answers there, and what is wrong with that."""
    guard = guard_for(task)
    ports = task.ports or COMMON_PORTS
    places = await _places(task, guard, ports[0])
    probe = Probe(guard, Pace(task.limits.requests_per_second), Timing())
    await _Scan(probe, reporter, places, ports).run()


async def _places(task: Task, guard: Guard, port: int) -> tuple[_Place, ...]:
    if task.kind is Kind.CIDR:
        return tuple(_Place(address, address) for address in guard.block(task.target))
    host = host_of(task)
    return tuple(_Place(host, address) for address in (await guard.addresses(host, port))[:_MAX_ADDRESSES])


class _Scan:
    """Workers that share one iterator, so that what is under way is bounded whatever the target's size."""

    def __init__(self, probe: Probe, reporter: Reporter, places: tuple[_Place, ...], ports: tuple[int, ...]) -> None:
        self._probe = probe
        self._reporter = reporter
        self._total = len(places) * len(ports)
        self._step = max(1, self._total // 50)
        self._done = 0
        self._work: Iterator[tuple[_Place, int]] = ((place, port) for port in ports for place in places)

    async def run(self) -> None:
        """Look at all of it; the likeliest port of every address comes before the next port of any."""
        self._reporter.progress(0, self._total, "looking for open ports")
        async with asyncio.TaskGroup() as group:
            for _ in range(min(_WORKERS, self._total)):
                group.create_task(self._worker())
        if self._probe.answered:
            self._reporter.answered()

    async def _worker(self) -> None:
        for place, port in self._work:
            sighting = await self._probe.look(place.host, place.address, port)
            if sighting is not None:
                self._report(place, sighting)
            self._done += 1
            if self._done % self._step == 0 or self._done == self._total:
                self._reporter.progress(self._done, self._total, f"{self._done} of {self._total} ports")

    def _report(self, place: _Place, sighting: Sighting) -> None:
        service = sighting.service
        self._reporter.service(service)
        self._reporter.raw(json.dumps(asdict(service)).encode() + b"\n", "application/jsonl")
        location = Endpoint(place.host, service.port, service.tls).location
        asset = str(place.host)
        if sighting.cleartext_login:
            self._reporter.observe(CHECKS[f"cleartext-{service.name}"].at(location, asset, service.banner))
        if service.banner.startswith("SSH-1."):
            self._reporter.observe(CHECKS["ssh-protocol-1"].at(location, asset, service.banner))
        if service.product and service.name not in ("http", "https"):
            self._reporter.observe(CHECKS["banner-version"].at(location, asset, service.banner))
