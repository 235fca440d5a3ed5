"""Port scans of real servers on loopback."""

import asyncio
import dataclasses
import io
import json
from ipaddress import ip_network

import pytest

from services.executors.domain import Kind, Limits, OutOfScope, Scope, Task
from services.executors.engines.ports.scan import run
from services.executors.reporting import LineReporter
from tests.executors.servers import LOOPBACK, Site, serve, silent, task


async def scan(one: Task) -> tuple[list[str], list[dict[str, object]]]:
    """Run in this process; gives the checks seen and the services found."""
    stream = io.BytesIO()
    await run(one, LineReporter(stream))
    records = [json.loads(line) for line in stream.getvalue().splitlines()]
    checks = [record["observation"]["check"] for record in records if "observation" in record]
    return checks, [record["service"] for record in records if "service" in record]


def greeter(greeting: bytes, answer: bytes) -> Site:
    """A server that greets and answers whatever comes with the same words."""

    class Greeter(Site):
        async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(greeting)
            await reader.readline()
            writer.write(answer)
            await writer.drain()

    return Greeter({})


@pytest.mark.parametrize(
    ("greeting", "answer", "checks"),
    [
        (b"220 FTP\r\n", b"530 no\r\n", ["ports.cleartext-ftp"]),
        (b"220 FTP\r\n", b"234 go ahead\r\n", []),
        (b"220 FTP\r\n", b"", []),
        (b"220 ProFTPD 1.3.3c\r\n", b"234 go ahead\r\n", ["ports.banner-version"]),
        (b"\xff\xfd\x18login: ", b"", ["ports.cleartext-telnet"]),
        (b"SSH-1.99-thing\r\n", b"", ["ports.ssh-protocol-1"]),
        (b"SSH-2.0-OpenSSH_9.6p1\r\n", b"", ["ports.banner-version"]),
        (b"hello 1.2.3\r\n", b"", []),
    ],
)
async def test_what_a_greeting_gives_away(greeting: bytes, answer: bytes, checks: list[str]) -> None:
    async with serve(greeter(greeting, answer)) as port:
        assert (await scan(task("ports", port)))[0] == checks


async def test_a_web_server_is_named() -> None:
    async with serve(Site({"/": (200, {"Server": "thing/1.0"}, b"")})) as port:
        checks, services = await scan(task("ports", port))
    assert checks == []
    assert [(service["name"], service["product"], service["tls"]) for service in services] == [
        ("http", "thing/1.0", False)
    ]


async def test_a_closed_port_is_not_reported() -> None:
    async with serve(silent) as port:
        pass
    assert await scan(task("ports", port)) == ([], [])


async def test_a_block_is_scanned_but_for_what_is_excluded() -> None:
    scope = Scope(allowed=(ip_network("127.0.0.0/29"),), excluded=(ip_network("127.0.0.1/32"),), allow_loopback=True)
    async with serve(silent) as port:
        one = Task("ports", "127.0.0.0/29", Kind.CIDR, scope, (port,))
        assert (await scan(one))[1] == []
        open_to_it = dataclasses.replace(one, scope=dataclasses.replace(scope, excluded=()))
        assert [service["address"] for service in (await scan(open_to_it))[1]] == ["127.0.0.1"]


@pytest.mark.parametrize("target", ["127.0.0.2", "localhost", "0.0.0.0/0", "127.0.0.1/24", "::1"])
async def test_what_is_out_of_scope_is_refused(target: str) -> None:
    kind = Kind.CIDR if "/" in target else Kind.HOST
    with pytest.raises(OutOfScope):
        await scan(Task("ports", target, kind, LOOPBACK, (80,)))


async def test_the_pace_is_kept() -> None:
    """Ten connections at twenty a second take the better part of half a second."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await scan(task("ports", *range(1, 11), limits=Limits(requests_per_second=20)))
    assert loop.time() - began >= 0.4
