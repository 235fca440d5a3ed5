"""A file of any size is read in the memory that a small one takes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MEBIBYTE = 1024 * 1024
SIZE = 20
"""Mebibytes of the large file."""
SPARE = 8
"""Mebibytes that it may take more than the small one."""
SCRIPT = """
import resource, sys
from pathlib import Path
from services.core.findings.formats import registry
from services.core.findings.formats.kernel.source import Source
source = Source.at(Path(sys.argv[1]))
count = sum(1 for _ in registry.read(registry.detect(source), source))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
PADDING = "response " * 2000
HOST = (
    '<host><address addr="192.0.2.1" addrtype="ipv4"/><ports><port portid="1"><state state="open"/>'
    '<script id="a" output="%s"/></port></ports></host>'
)
FILES = {
    "jsonl": ("", '{"template-id":"t","info":{"name":"n"},"host":"h","response":"%s"}\n', ""),
    "json": ("[", '{"template-id":"t","info":{"name":"n"},"host":"h","response":"%s"},', '{"template-id":"t"}]'),
    "xml": (
        '<nmaprun version="7">',
        HOST,
        "</nmaprun>",
    ),
}


def pieces(ending: str, size: int) -> Iterator[str]:
    start, record, end = FILES[ending]
    record %= PADDING
    yield start
    for _ in range(size // len(record)):
        yield record
    yield end


def measure(path: Path) -> tuple[int, int]:
    """Returns how many entries a file has, and the peak of memory, in MiB, of a process that reads it."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, path], capture_output=True, text=True, check=True, timeout=100)
    count, peak = done.stdout.split()
    return int(count), int(peak)


@pytest.mark.parametrize("ending", FILES)
def test_memory_is_flat(ending: str, tmp_path: Path) -> None:
    peaks = []
    for size in (MEBIBYTE, SIZE * MEBIBYTE):
        path = tmp_path / f"{size}.{ending}"
        with path.open("w") as file:
            file.writelines(pieces(ending, size))
        count, peak = measure(path)
        assert count >= size // len(PADDING) - size // len(PADDING) // 10
        peaks.append(peak)
    assert peaks[1] < peaks[0] + SPARE
