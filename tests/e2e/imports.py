"""Reports of tools, and their imports over REST and gRPC."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from urllib.parse import urlencode

import httpx
import psutil
from xorb.core.v1 import import_pb2, import_pb2_grpc

from tests.e2e.members import Json, Member
from tests.e2e.scans import reached

ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
_CHUNK = 256 * 1024


def nuclei(count: int, host: str = "shop.example", first: int = 0) -> bytes:
    """A report of nuclei with so many results, each a weakness of its own."""
    return b"".join(_results(count, host, first))


def _results(count: int, host: str, first: int) -> Iterator[bytes]:
    for number in range(first, first + count):
        result = {
            "template-id": f"check-{number % 50}",
            "type": "http",
            "host": f"https://{host}",
            "matched-at": f"https://{host}/page/{number}",
            "timestamp": "2026-03-01T09:00:00.123456Z",
            "info": {
                "name": f"Weakness {number % 50}",
                "severity": ("info", "low", "medium", "high", "critical")[number % 5],
                "description": "What is wrong. " * 20,
                "remediation": "What to do. " * 10,
                "reference": ["https://example.org/advisory"],
                "classification": {"cwe-id": ["cwe-200"]},
            },
            "request": f"GET /page/{number} HTTP/1.1\r\nHost: {host}\r\n\r\n",
            "response": "HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n" + "x" * 200,
            "matcher-status": True,
        }
        yield json.dumps(result).encode() + b"\n"


async def begin(member: Member, **fields: object) -> str:
    """The name of a new import."""
    return str((await member.post(f"{member.organization}/imports", fields))["name"])


async def upload(member: Member, name: str, content: "bytes | AsyncIterator[bytes]", **query: object) -> httpx.Response:
    """The response to a file that is sent as the body of one request."""
    address = f"http://{member.platform.address}/v1/{name}:import?{urlencode(query)}"
    headers = {"content-type": "application/octet-stream"}
    headers |= {"authorization": f"Bearer {member.token}"} if member.token else {}
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        return await client.post(address, content=content, headers=headers)


def records(response: httpx.Response) -> list[Json]:
    """The records of a stream over REST."""
    return [json.loads(line.removeprefix("data: ")) for line in response.text.splitlines() if line.startswith("data: ")]


async def sent(member: Member, content: bytes, **fields: object) -> str:
    """The name of an import whose file was sent over gRPC, whole."""
    name = await begin(member, **fields)
    stub = import_pb2_grpc.ImportsServiceStub(member.platform.channel)
    call = stub.ImportFindings(_requests(name, content), metadata=member.metadata, timeout=120)
    last = [record async for record in call][-1]
    assert last.file_import.state == import_pb2.Import.PROCESSING
    return name


async def _requests(name: str, content: bytes) -> AsyncIterator[import_pb2.ImportFindingsRequest]:
    request = import_pb2.ImportFindingsRequest(name=name, finish=True)
    for start in range(0, len(content), _CHUNK):
        request.content.data = content[start : start + _CHUNK]
        yield request
        request = import_pb2.ImportFindingsRequest()


async def ended(member: Member, name: str, seconds: float = 120) -> Json:
    """An import when it has ended."""
    return await reached(member, name, lambda now: now["state"] in ENDED, seconds)


async def recorded(member: Member, name: str, least: int) -> Json:
    """An import that works, when it has recorded so many findings."""
    enough: Callable[[Json], bool] = lambda now: counts(now)["created"] >= least or now["state"] in ENDED  # noqa: E731
    return await reached(member, name, enough)


def counts(value: Json) -> dict[str, int]:
    """What came of an import's file."""
    return {name: int(number) for name, number in value["counts"].items()}


def readers(member: Member) -> Sequence[psutil.Process]:
    """The reading processes that run now: the orchestrator's children."""
    orchestrator = psutil.Process(member.platform.process("orchestrator").pid)
    return [child for child in orchestrator.children(recursive=True) if _is_reader(child)]


def _is_reader(process: psutil.Process) -> bool:
    try:
        return "services.core.imports.reading" in process.cmdline()
    except psutil.Error:
        return False
