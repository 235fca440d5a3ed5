"""Sign-ins through the edge, against the password hashes alone that each of them has to compute."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable

from bench.load import percentile
from bench.platform import Platform, running
from bench.report import emit
from bench.usage import processor_seconds
from services.security.identity import passwords
from stack import http

_NAMES = ("postgres", "valkey", "openbao", "temporal", "migrate", "security", "core", "certificates", "mesh", "envoy")
_ON_THE_WAY = ("envoy", "security", "core", "postgres", "openbao")
PEOPLE = 16
CONCURRENCY = 4
SECONDS = 6.0
ROUNDS = 3

Credentials = dict[str, str]


async def main() -> None:
    """Measures both in turn, several times, and prints each round."""
    async with running(*_NAMES) as platform:
        people = [await _person(platform) for _ in range(PEOPLE)]
        rounds = [(await _sign_ins(platform, people), await _hashes(people)) for _ in range(ROUNDS)]
    ratios = sorted(signing_in / hashing for signing_in, hashing in rounds)
    emit("sign_in_ratio", ratio=ratios[ROUNDS // 2], rounds=ROUNDS)


async def _sign_ins(platform: Platform, people: list[Credentials]) -> float:
    pids = {name: pid for name, pid in platform.pids.items() if name in _ON_THE_WAY}
    before = processor_seconds(pids)

    async def sign_in(number: int) -> None:
        await _post(platform, "sessions:sign-in", people[number % PEOPLE])

    per_second, latencies = await _repeat(sign_in)
    after = processor_seconds(pids)
    each = {name: round(1000 * (after[name] - before[name]) / len(latencies), 2) for name in after}
    emit("sign_in", per_second=per_second, **_latency(latencies), processor_ms_per_request=each)
    return per_second


async def _hashes(people: list[Credentials]) -> float:
    stored = await passwords.hash_password(people[0]["password"])

    async def verify(_number: int) -> None:
        assert await passwords.verify(people[0]["password"], stored)

    per_second, latencies = await _repeat(verify)
    emit("sign_in_hash_alone", per_second=per_second, **_latency(latencies))
    return per_second


async def _repeat(work: Callable[[int], Awaitable[None]]) -> tuple[float, tuple[float, ...]]:
    """Does the work again and again, so many at once; returns how often a second, and the latencies in milliseconds."""
    begun, latencies = time.perf_counter(), list[float]()

    async def one(number: int) -> None:
        while (start := time.perf_counter()) < begun + SECONDS:
            await work(number)
            number += CONCURRENCY
            latencies.append(1000 * (time.perf_counter() - start))

    await asyncio.gather(*map(one, range(CONCURRENCY)))
    return len(latencies) / (time.perf_counter() - begun), tuple(latencies)


async def _person(platform: Platform) -> Credentials:
    credentials = {"email": f"{secrets.token_hex(8)}@example.com", "password": secrets.token_urlsafe(18)}
    await _post(platform, "accounts:sign-up", credentials)
    return credentials


async def _post(platform: Platform, path: str, body: Credentials) -> None:
    where = http.Address(port=platform.gateway)
    response = await http.request(where, "POST", f"/v1/{path}", body=body, seconds=30)
    assert response.status == 200, response.body


def _latency(latencies: tuple[float, ...]) -> dict[str, float]:
    return {"p50_ms": percentile(latencies, 0.5), "p99_ms": percentile(latencies, 0.99)}


if __name__ == "__main__":
    asyncio.run(main())
