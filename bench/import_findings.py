"""A report of nuclei from the command line's own upload, through Envoy, to findings that a list finds; and once more.

`XORB_BENCH_IMPORT_FINDINGS` is how many, 30,000 where it isn't set.
"""

import asyncio
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
from xorb.core.v1 import finding_pb2, finding_pb2_grpc, import_pb2, import_pb2_grpc

from bench.platform import Platform, running
from bench.report import emit
from bench.tenants import Tenant, tenant
from bench.usage import memory_mib, processor_seconds
from cli.credentials import Credentials, Store
from cli.server import Server
from cli.session import Session
from cli.uploading import Upload
from services.core.imports.reading.frames import Order
from services.core.imports.reading.session import Session as Reading

COUNT = int(os.environ.get("XORB_BENCH_IMPORT_FINDINGS", "30000"))
_POLL_SECONDS = 0.1
_MEMORY_SECONDS = 1.0
_HOURS = 6 * 3600
_ENDED = (import_pb2.Import.SUCCEEDED, import_pb2.Import.FAILED, import_pb2.Import.CANCELLED)


async def main() -> None:
    """Measures reading alone, an import, and the same import again."""
    with tempfile.TemporaryDirectory(prefix="xorb-bench-") as folder:
        report = Path(folder, "results.jsonl")
        megabytes = _write(report) / 1e6
        seconds = await _reading(report)
        emit("import_reading_alone", findings=COUNT, megabytes=megabytes, **seconds)
        async with running() as platform:
            someone = await tenant(platform, findings=1)
            for name in ("import", "import_again"):
                figures = await asyncio.to_thread(_measured, platform, someone, report, Path(folder))
                emit(name, findings=COUNT, megabytes=megabytes, **figures)


def _measured(platform: Platform, someone: Tenant, report: Path, folder: Path) -> dict[str, Any]:
    """Returns the figures of one import."""
    session = _session(platform, someone, folder)
    stub = session.stub(import_pb2_grpc.ImportsServiceStub)
    before, begun = processor_seconds(platform.pids), time.perf_counter()
    request = import_pb2.CreateImportRequest(parent=session.organization)
    request.file_import.filename = report.name
    name = session.call(stub.CreateImport, request).name
    Upload(session, name, report, lambda _: None, lambda _: None).send()
    sent = time.perf_counter() - begun
    peaks: dict[str, float] = {}
    looked = 0.0
    while (value := session.call(stub.GetImport, import_pb2.GetImportRequest(name=name))).state not in _ENDED:
        # To look takes the kernel a walk through all pages, on a core that the import wants.
        if time.perf_counter() - looked >= _MEMORY_SECONDS:
            for process, memory in memory_mib(_measured_pids(platform.pids)).items():
                peaks[process] = max(memory, peaks.get(process, 0.0))
            looked = time.perf_counter()
        time.sleep(_POLL_SECONDS)
    _search(session)
    seconds = time.perf_counter() - begun
    assert value.state == import_pb2.Import.SUCCEEDED, value.failure_reason
    after = processor_seconds(platform.pids)
    session.close()
    return {
        "seconds": seconds,
        "sending_seconds": sent,
        "created": value.counts.created,
        "seen_again": value.counts.seen_again,
        "processor_seconds": _rounded({one: after[one] - before.get(one, 0.0) for one in after}),
        "peak_mib": _rounded(peaks),
    }


def _search(session: Session) -> None:
    """Finds one of the last of them."""
    stub = session.stub(finding_pb2_grpc.FindingsServiceStub)
    request = finding_pb2.ListFindingsRequest(parent=session.organization, filter=f'check = "check-{(COUNT - 1) % 50}"')
    assert session.call(stub.ListFindings, request).findings


def _session(platform: Platform, someone: Tenant, folder: Path) -> Session:
    """Returns a session of the command line, signed in."""
    server = Server.parse(f"http://127.0.0.1:{platform.gateway}")
    store = Store(folder / "session.json")
    organization = f"organizations/{someone.organization}"
    store.save(server.url, Credentials(someone.token, "", time.time() + _HOURS, "", organization))
    return Session(server, store)


def _measured_pids(pids: Mapping[str, int]) -> dict[str, int]:
    """Returns the processes that a file passes, the reading process by itself."""
    found = {name: pids[name] for name in ("core", "envoy", "orchestrator") if name in pids}
    for child in psutil.Process(pids["orchestrator"]).children():
        found["reading"] = child.pid
    return found


async def _reading(report: Path) -> dict[str, float]:
    """Returns the seconds that the reading process takes where nothing waits for it, and its processor time."""
    begun, before = time.perf_counter(), _of_children()
    with report.open("rb") as file:

        async def blocks(position: int) -> bytes:
            file.seek(position)
            return file.read(1024 * 1024)

        async for _ in Reading(Order("", report.name, ""), blocks).news():
            continue
    return {"seconds": time.perf_counter() - begun, "processor_seconds": _of_children() - before}


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _write(report: Path) -> int:
    """Writes the report and returns its size in bytes."""
    with report.open("wb") as file:
        file.writelines(_results())
        return file.tell()


def _results() -> Iterator[bytes]:
    for number in range(COUNT):
        host = f"host-{number % 100}.example.com"
        result = {
            "template-id": f"check-{number % 50}",
            "type": "http",
            "host": f"https://{host}",
            "matched-at": f"https://{host}/page/{number}",
            "timestamp": "2026-03-01T09:00:00Z",
            "info": {
                "name": f"Weakness {number % 50}",
                "severity": ("info", "low", "medium", "high", "critical")[number % 5],
                "description": "What is wrong, in a few words that say why it matters.",
                "reference": ["https://example.org/advisory"],
                "classification": {"cwe-id": ["cwe-200"]},
            },
            "request": f"GET /page/{number} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0\r\n\r\n",
            "response": "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\n\r\n" + "<p>text</p>" * 20,
            "matcher-status": True,
        }
        yield json.dumps(result).encode() + b"\n"


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(figure, 1) for name, figure in figures.items() if figure >= 0.05}


if __name__ == "__main__":
    asyncio.run(main())
