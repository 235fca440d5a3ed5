"""A scan of the demo target from the order to its end, beside its executors run alone, without the platform."""

import asyncio
import time
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from bench.platform import Platform, running
from bench.report import emit
from bench.tenants import Tenant, tenant
from services.executors import registry, runner
from services.executors.domain import Kind, Limits, Observation, Outcome, Progress, Scope, Service, Stage, Task
from stack import http
from stack.demo_target import CHALLENGE, ground_truth

ROUNDS = 3
_HOST = "127.0.0.1"
_AT_ONCE = 4
_POLL_SECONDS = 0.05
_ENDED = {"SUCCEEDED", "FAILED", "CANCELLED"}


async def main() -> None:
    """Measures both in turn, several times, and prints the median of each."""
    scans: list[float] = []
    alone: list[float] = []
    async with running() as platform:
        someone = await tenant(platform, findings=1)
        target = await _target(platform, someone)
        for _ in range(ROUNDS):
            scans.append(await _scan(platform, someone, target))
            alone.append(await _executors(platform))
        weaknesses = len(ground_truth(*_ports(platform)))
    emit("scan", seconds=sorted(scans)[ROUNDS // 2], weaknesses=weaknesses, rounds=ROUNDS)
    emit("scan_executors_alone", seconds=sorted(alone)[ROUNDS // 2], weaknesses=weaknesses, rounds=ROUNDS)
    emit("scan_overhead", seconds=sorted(one - other for one, other in zip(scans, alone, strict=True))[ROUNDS // 2])


async def _target(platform: Platform, someone: Tenant) -> str:
    """Returns the name of the demo target, verified."""
    parent = f"organizations/{someone.organization}"
    target = await _call(platform, someone, "POST", f"{parent}/targets", {"host": _HOST})
    (platform.settings.home / "demo-target" / CHALLENGE).write_text(target["verificationToken"], encoding="utf-8")
    verified = await _call(platform, someone, "POST", f"{target['name']}:verify", {})
    assert verified["verificationState"] == "VERIFIED"
    return str(target["name"])


async def _scan(platform: Platform, someone: Tenant, target: str) -> float:
    """Returns the seconds from the order of a scan to its end."""
    begun = time.perf_counter()
    body = {"targets": [target], "ports": list(_ports(platform))}
    operation = await _call(platform, someone, "POST", f"organizations/{someone.organization}/scans", body)
    name = operation["name"].removeprefix("operations/")
    while (scan := await _call(platform, someone, "GET", name))["state"] not in _ENDED:  # noqa: ASYNC110 - elsewhere
        await asyncio.sleep(_POLL_SECONDS)
    assert scan["state"] == "SUCCEEDED"
    return time.perf_counter() - begun


async def _executors(platform: Platform) -> float:
    """Returns the seconds that the same executors take, as many at once, in the same stages."""
    begun = time.perf_counter()
    services: list[Service] = []
    for stage in Stage:
        running_now = asyncio.Semaphore(_AT_ONCE)
        names = [executor.name for executor in registry.applicable(Kind.HOST, stage)]
        tasks = [_task(platform, name, services) for name in names]
        outcomes = await asyncio.gather(*(_run(task, running_now) for task in tasks))
        services += [service for outcome in outcomes for service in outcome.services]
    return time.perf_counter() - begun


def _task(platform: Platform, executor: str, services: list[Service]) -> Task:
    scope = Scope(hosts=(_HOST,), allow_loopback=ip_address(_HOST).is_loopback)
    known = {(service.address, service.port): service for service in services}
    return Task(executor, _HOST, Kind.HOST, scope, _ports(platform), Limits(600), services=tuple(known.values()))


async def _run(task: Task, at_once: asyncio.Semaphore) -> Outcome:
    async with at_once:
        return await runner.run(task, _ignore)


async def _ignore(_told: Progress | Observation) -> None:
    """Tells nobody."""


def _ports(platform: Platform) -> tuple[int, int, int]:
    names = ("XORB_DEMO_HTTP_PORT", "XORB_DEMO_HTTPS_PORT", "XORB_DEMO_BANNER_PORT")
    first, second, third = (platform.settings.port(name).number for name in names)
    return first, second, third


async def _call(platform: Platform, someone: Tenant, method: str, path: str, body: object = None) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {someone.token}"}
    where = http.Address(port=platform.gateway)
    response = await http.request(where, method, f"/v1/{path}", body=body, headers=headers, seconds=60)
    assert response.status == HTTPStatus.OK, response.body
    content: dict[str, Any] = response.json()
    return content


if __name__ == "__main__":
    asyncio.run(main())
