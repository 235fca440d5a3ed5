"""A platform with limits that a test can reach, and what its members meet there."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from stack import http
from stack.testing import EVERYTHING, embedded
from tests.e2e.members import Member
from tests.e2e.platform import Platform, connected

LIMITED = {
    "XORB_RATE_LIMITS": "on",
    "XORB_RATE_LIMIT_READ_ORGANIZATION": "1/hour:9",
    "XORB_RATE_LIMIT_READ_USER": "1/hour:6",
    "XORB_RATE_LIMIT_SIGN_IN_ADDRESS": "1/hour:20",
    "XORB_RATE_LIMIT_STREAM_ADDRESS": "1/hour:3",
    "XORB_SIGN_IN_FREE_FAILURES": "1000",
    "XORB_SIGN_IN_ACCOUNT_FAILURES": "1000",
    "XORB_LOG_LEVEL": "WARNING",
}
SIGN_IN = {"email": "nobody@example.com", "password": "wrong, whatever it is"}
WORKERS = 4
"""Threads that the edge has at most; each remembers refusals of its own."""
_REFUSED = re.compile(r'^ratelimit_decisions\S*outcome="refused"\S* ([0-9.e+-]+)', re.MULTILINE)


@asynccontextmanager
async def limited_platform() -> AsyncIterator[Platform]:
    """The platform with these limits."""
    names = [name for name in EVERYTHING if name not in {"demo-target", "orchestrator"}]
    async with embedded(*names, settings=LIMITED) as environment, connected(environment) as platform:
        yield platform


async def signs_in(platform: Platform) -> bool:
    """Whether a sign-in is answered, which here is to be told that the password is wrong."""
    return (await platform.rest("POST", "/v1/sessions:sign-in", SIGN_IN)).status == 401


def findings(member: Member) -> str:
    """A path of class READ, after `/v1/`."""
    return f"{member.organization}/findings"


async def used_up(member: Member) -> http.Response:
    """The first refusal, after as many answers as the limit by user allows."""
    for left in reversed(range(6)):
        response = await member.respond("GET", findings(member))
        assert response.status == 200, response.body
        assert response.headers["ratelimit-limit"] == "6"
        assert response.headers["ratelimit-remaining"] == str(left)
        assert int(response.headers["ratelimit-reset"]) <= 6 * 3600
        assert "retry-after" not in response.headers
    return await member.respond("GET", findings(member))


@dataclass
class Asked:
    """How many refusals the service was asked for, and for how long that was looked at."""

    platform: Platform
    begun: float
    before: float

    @classmethod
    async def from_now(cls, platform: Platform) -> "Asked":
        """Counts from now on."""
        return cls(platform, asyncio.get_running_loop().time(), await _refused(platform))

    async def seldom(self) -> bool:
        """Whether it was asked no more than once a second by each worker of the edge."""
        seconds = asyncio.get_running_loop().time() - self.begun
        return await _refused(self.platform) - self.before <= WORKERS * (1 + seconds)


async def _refused(platform: Platform) -> float:
    page = await http.request(http.Address(socket=platform.run / "ratelimit.metrics.sock"), "GET", "/metrics")
    return sum(float(count) for count in _REFUSED.findall(page.body.decode()))


async def statuses_from(platform: Platform, address: str, heads: Sequence[Mapping[str, str]], target: str) -> list[int]:
    """Statuses of requests without body that come from an address of this machine, each with headers of its own.

    Args:
        platform: Whose edge is asked.
        address: Such as `127.0.0.2`.
        heads: The headers of each request.
        target: Method and path.
    """
    port = int(platform.environment["XORB_GATEWAY_PORT"])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    statuses = []
    for head in heads:
        lines = [
            f"{target} HTTP/1.1",
            "Host: edge",
            "Content-Length: 0",
            *(f"{key}: {value}" for key, value in head.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        async with asyncio.timeout(20):
            answer = (await reader.readuntil(b"\r\n\r\n")).decode()
            [length] = re.findall(r"^content-length: (\d+)", answer, re.MULTILINE)
            await reader.readexactly(int(length))
        statuses.append(int(answer[9:12]))
    writer.close()
    return statuses
