"""What memory each process takes, alone or in proportion (PSS): after boot, after requests, and with 1,000 watches.

What is compared: a process of Python that has a gRPC server of one method and nothing else.
"""

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from bench import child, load
from bench.members import access_tokens
from bench.platform import Platform, running
from bench.report import emit
from bench.tenants import Tenant, tenant
from bench.usage import memory_mib
from stack.components.processes import process_environment
from stack.grpc_health import serving

WATCHES = 1000
CONNECTIONS = 16
SECONDS = 4.0
_SETTLES_SECONDS = 2.0


async def main() -> None:
    """Measures every component of the platform in turn of what is done to it."""
    async with running() as platform, AsyncExitStack() as held:
        someone = await tenant(platform, findings=100)
        figures = {"boot": memory_mib(platform.pids)}
        await _requests(platform, someone)
        figures["requests"] = memory_mib(platform.pids)
        await held.enter_async_context(child.listening("bench.sockets", await _watches(platform, someone)))
        await asyncio.sleep(_SETTLES_SECONDS)
        figures["watches"] = memory_mib(platform.pids)
        empty = await _empty(platform, someone)
    for name, boot in figures["boot"].items():
        after = {f"after_{WATCHES}_watches_mib": figures["watches"][name]}
        emit("memory", process=name, boot_mib=boot, after_requests_mib=figures["requests"][name], **after)
    totals = {f"{when}_mib": sum(each.values()) for when, each in figures.items()}
    emit("memory_total", **totals)
    emit("memory_empty_handler", boot_mib=empty)


async def _requests(platform: Platform, someone: Tenant) -> None:
    for path in (f"/v1/{someone.finding.name}", f"/v1/organizations/{someone.organization}/findings"):
        await load.get(platform.gateway, path, someone.token, connections=CONNECTIONS, seconds=SECONDS / 2)
    await asyncio.sleep(_SETTLES_SECONDS)


async def _watches(platform: Platform, someone: Tenant) -> dict[str, object]:
    """Returns the settings of as many WebSockets, each of another user."""
    tokens = await access_tokens(platform, someone.organization, WATCHES)
    path = f"/v1/organizations/{someone.organization}/findings:watch"
    return {"port": platform.gateway, "path": path, "tokens": tokens, "sockets": WATCHES}


async def _empty(platform: Platform, someone: Tenant) -> float:
    """Returns the memory of the empty server."""
    with tempfile.TemporaryDirectory(prefix="xorb-bench-") as directory:
        answer, address = Path(directory) / "answer.binpb", f"unix:{directory}/empty.sock"
        answer.write_bytes(someone.finding.SerializeToString())
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.empty", address, "GetFinding", str(answer)),
            env=process_environment(platform.settings, "core"),
        )
        try:
            while not await serving(address):  # noqa: ASYNC110 - the event is in another process
                await asyncio.sleep(0.1)
            return memory_mib({"empty": process.pid})["empty"]
        finally:
            process.kill()
            await process.wait()


if __name__ == "__main__":
    asyncio.run(main())
