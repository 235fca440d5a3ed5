"""The reading process: what it tells, what it is denied, and how it ends."""

import gzip
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from services.core.imports.reading.frames import Order
from services.core.imports.reading.session import COMMAND, Batch, Blocks, End, LeftOut, Lost, News, Recognized, Session
from services.executors import landlock
from tests.e2e.imports import nuclei

_REPORT = nuclei(2500)
_LARGE = int(os.environ.get("XORB_LARGE_IMPORT_MIB", "0"))


def of(content: bytes, step: int = 100_000) -> Blocks:
    """A file whose bytes are given a step at a time."""

    async def blocks(position: int) -> bytes:
        return content[position : position + step]

    return blocks


async def read(content: bytes, order: Order | None = None, command: Sequence[str] = COMMAND) -> list[News]:
    """What is told of a file."""
    session = Session(order or Order("", "report", "shop"), of(content), command, silence=20)
    return [one async for one in session.news()]


def numbers(news: list[News]) -> list[int]:
    """The numbers of the records that were handed on."""
    return [int(report.sighting_id) for one in news if isinstance(one, Batch) for report in one.reports]


@pytest.mark.parametrize("content", [_REPORT, gzip.compress(_REPORT)], ids=["plain", "gzip"])
async def test_records_come_in_batches_in_their_order(content: bytes) -> None:
    news = await read(content)
    assert news[0] == Recognized("nuclei")
    assert news[-1] == End(2500)
    batches = [one for one in news if isinstance(one, Batch)]
    assert numbers(news) == list(range(2500))
    assert [batch.after for batch in batches] == [1000, 2000, 2500]


async def test_what_was_handed_on_is_not_told_again() -> None:
    news = await read(_REPORT, Order("nuclei", "report", "", skip=1700))
    assert numbers(news) == list(range(1700, 2500))
    assert news[-1] == End(2500)


async def test_a_check_tells_refusals_and_the_end_only() -> None:
    news = await read(_REPORT + b"{}\n", Order("", "report", "", check_only=True))
    assert news == [Recognized("nuclei"), LeftOut("line 2501", "template-id is missing", 1), End(2500)]


@pytest.mark.parametrize(
    ("content", "form"), [(b"", ""), (b"\x7fELF" + bytes(1000), ""), (b"\x1f\x8b\x08garbage", ""), (_REPORT, "nothing")]
)
async def test_what_is_of_no_format_says_so(content: bytes, form: str) -> None:
    last = (await read(content, Order(form, "report.xml", "")))[-1]
    assert isinstance(last, End)
    assert last.reason


def readers() -> set[psutil.Process]:
    """The reading processes of this one: of its children, those that it started itself, not a database's workers."""
    return set(psutil.Process().children())


async def test_a_process_that_dies_is_noticed_and_none_is_left() -> None:
    before = readers()

    async def dies() -> None:
        async for one in Session(Order("", "report", ""), of(_REPORT)).news():
            if isinstance(one, Recognized):
                [child] = readers() - before
                child.kill()

    with pytest.raises(Lost):
        await dies()
    assert readers() <= before


async def test_whoever_stops_listening_leaves_no_process() -> None:
    before = readers()
    news = Session(Order("", "report", ""), of(_REPORT)).news()
    assert await anext(news) == Recognized("nuclei")
    await news.aclose()
    assert readers() <= before


async def test_a_process_that_says_nothing_is_the_files_fault() -> None:
    command = (sys.executable, "-c", "import time; time.sleep(60)")
    session = Session(Order("", "report", ""), of(b""), command, silence=0.5)
    assert [one async for one in session.news()] == [End(0, "it can't be read within 0.5 seconds a piece")]


async def test_what_speaks_otherwise_is_not_believed() -> None:
    command = (sys.executable, "-c", "import os; os.write(1, b'Z' + bytes(4)); os.read(0, 1)")
    with pytest.raises(Lost):
        await read(b"", command=command)


_PROBE = """
import json, os, socket, subprocess, sys, threading
from services.core.imports.reading import __main__ as reading
from services.core.imports.reading.frames import said

def tried(name, act):
    try:
        act()
        return name
    except (OSError, RuntimeError):
        return ""

def probe(self):
    done = [
        tried("file", lambda: open({file!r})),
        tried("write", lambda: open({folder!r} + "/written", "w")),
        tried("socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
        tried("program", lambda: subprocess.run(["/bin/true"], check=True)),
        tried("thread", lambda: threading.Thread(target=print).start()),
        tried("signal", lambda: os.kill(os.getppid(), 0)),
    ]
    self._say(said(b"E", records=0, reason=" ".join(filter(None, done)) or "nothing"))

reading.Reader.read = probe
reading.main(sys.argv[1])
"""


@pytest.mark.skipif(not landlock.version(), reason="the kernel has no Landlock")
async def test_the_process_has_nothing_but_its_pipes(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    probe = _PROBE.format(file=str(secret), folder=str(tmp_path))
    news = await read(b"", command=(sys.executable, "-P", "-c", probe))
    assert news == [End(0, "nothing")]


_HUNGRY = """
import sys
from services.core.imports.reading import __main__ as reading
reading.Reader._entries = lambda self: iter([bytes(4 << 30)])
reading.main(sys.argv[1])
"""


async def test_memory_is_bounded() -> None:
    news = await read(b"", command=(sys.executable, "-P", "-c", _HUNGRY))
    assert news == [End(0, "it needs more memory than a file may take")]


@pytest.mark.skipif(not _LARGE, reason="XORB_LARGE_IMPORT_MIB says how large")
async def test_the_size_of_a_file_is_not_seen_in_memory() -> None:
    """Set to 100 or more: the process stays below 150 MiB."""
    piece = nuclei(1000)
    size = _LARGE * 1024 * 1024 // len(piece) * len(piece)

    async def blocks(position: int) -> bytes:
        return piece[position % len(piece) :] if position < size else b""

    peak, records = 0, 0
    async for one in Session(Order("", "report", ""), blocks).news():
        children = psutil.Process().children()
        peak = max([peak, *(child.memory_info().rss for child in children)])
        records = one.records if isinstance(one, End) else records
    assert records == size // len(piece) * 1000
    assert peak < 150 * 1024 * 1024
