"""nmap on approved address literals only: it resolves no name and is told no name."""

import asyncio
import os
from collections.abc import Sequence

from services.executors import sandbox
from services.executors.domain import Address, ExecutorError, Kind, Reason, Task, Unavailable
from services.executors.engine import Reporter
from services.executors.engines.nmap import installed
from services.executors.engines.nmap.report import MAX_BYTES, parse
from services.executors.engines.ports.common import COMMON_PORTS
from services.executors.targets import guard_for, host_of

_CHUNK = 64 * 1024
_MAX_ADDRESSES = 8


class ReportTooLong(ExecutorError):
    """nmap wrote more than a run may."""

    reason = Reason.OUTPUT_LIMIT


async def run(task: Task, reporter: Reporter) -> None:
    """Report the open ports of a host or block as nmap sees them, its XML kept as evidence."""
    if not installed():
        raise Unavailable("nmap is not installed on this machine")
    addresses = await _addresses(task)
    families = [[one for one in addresses if one.version == version] for version in (4, 6)]
    groups = [group for group in families if group]
    for number, group in enumerate(groups):
        reporter.progress(number, len(groups), f"nmap is looking at {len(group)} addresses")
        xml = await _output(command(group, task), task.limits.output_bytes // 3)
        reporter.raw(xml, "application/xml")
        for service in parse(xml):
            reporter.service(service)
    reporter.progress(len(groups), len(groups), "nmap is done")


def command(addresses: Sequence[Address], task: Task) -> tuple[str, ...]:
    """Return nmap's command line: a full TCP connection to each port, light version probes, no names, one family."""
    family = ("-6",) if addresses[0].version == 6 else ()  # noqa: PLR2004  the protocol's own number
    ports = ",".join(str(port) for port in task.ports or COMMON_PORTS)
    rate = str(max(1, round(task.limits.requests_per_second)))
    fixed = ("-sT", "-sV", "--version-light", "-n", "-Pn", "-T3", "--max-retries", "1", "--noninteractive")
    targets = tuple(str(address) for address in addresses)
    return ("nmap", *family, *fixed, "--max-rate", rate, "--no-stylesheet", "-p", ports, "-oX", "-", *targets)


async def _addresses(task: Task) -> tuple[Address, ...]:
    guard = guard_for(task)
    if task.kind is Kind.CIDR:
        return tuple(guard.block(task.target))
    port = (task.ports or COMMON_PORTS)[0]
    return (await guard.addresses(host_of(task), port))[:_MAX_ADDRESSES]


async def _output(arguments: Sequence[str], most: int) -> bytes:
    """Return what the program writes, at most `most` bytes of it; it dies with this process."""
    parent = os.getpid()
    process = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        preexec_fn=lambda: sandbox.die_with(parent),
    )
    try:
        written = await _read(process.stdout, min(most, MAX_BYTES))
    except BaseException:
        process.kill()
        raise
    if await process.wait() != 0:
        raise ExecutorError(f"nmap ended with exit code {process.returncode}")
    return written


async def _read(stream: asyncio.StreamReader | None, most: int) -> bytes:
    written = bytearray()
    while stream is not None and (chunk := await stream.read(_CHUNK)):
        written += chunk
        if len(written) > most:
            raise ReportTooLong(f"nmap wrote more than {most} bytes")
    return bytes(written)
