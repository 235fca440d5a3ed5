"""The process that renders reaches neither files nor others, whatever a template asks of it."""

import io
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pypdf
import pytest

from services.core.reports.model import Finding
from services.core.reports.rendering import running
from services.core.reports.rendering.confinement import Limits
from services.core.reports.rendering.running import RenderingError
from tests.core.reports.samples import finding, report

_ROOT = Path(__file__).resolve().parents[4]
_CONFINED = "from services.core.reports.rendering.confinement import Limits, confine; confine(Limits()); "


async def batches(findings: Sequence[Finding]) -> AsyncIterator[list[Finding]]:
    for start in range(0, len(findings), 100):
        yield list(findings[start : start + 100])


async def rendered(name: str, findings: Sequence[Finding], limits: Limits | None = None, **content: object) -> bytes:
    """Returns a report's file, rendered in a process of its own."""
    pieces = running.render(name, report(findings, **content), batches(findings), limits)
    return b"".join([piece async for piece in pieces])


@pytest.mark.parametrize(
    "markup",
    [
        '#read("/etc/passwd")',
        '#read("../../../../etc/passwd")',
        '#read("/proc/self/environ")',
        '#read("{link}")',
        '#include "/etc/passwd"',
        '#image("/etc/passwd")',
        '#eval("read(\\"/etc/passwd\\")")',
        '#json("/etc/passwd")',
        '#plugin("/etc/passwd")',
        '#import "@preview/cetz:0.2.2"',
        '#import "@local/secret:1.0.0"',
        '#image("http://127.0.0.1:1/x.png")',
        '#read("https://127.0.0.1/")',
        '#bibliography("/etc/passwd")',
    ],
)
async def test_a_template_reads_no_file_and_no_network(markup: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(RenderingError, match="can't be set") as caught:
        await rendered("pdf", [finding()], typst_markup=f"{markup.format(link=tmp_path / 'link')}\n#body")
    assert "root:" not in str(caught.value)


async def test_a_template_sets_what_is_around_the_content() -> None:
    markup = "#set text(size: 12pt)\n= A foreword to #report.cover.client\n#body"
    said = await rendered("pdf", [finding()], typst_markup=markup)
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(said)).pages)
    assert "A foreword to Example Ltd" in text
    assert "F-001" in text


async def test_a_template_that_doesnt_end_is_ended() -> None:
    with pytest.raises(RenderingError):
        await rendered("pdf", [], Limits(processor_seconds=1), typst_markup="#while true {}")


async def test_a_template_that_takes_all_memory_is_ended() -> None:
    greedy = '#let text = "x" * 1000000\n#for number in range(1000000) { text += text }\n#text'
    with pytest.raises(RenderingError):
        await rendered("pdf", [], Limits(memory=400 * 1024**2, processor_seconds=4), typst_markup=greedy)


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd')",
        "open('/etc/hostname')",
        "open('/proc/self/environ')",
        f"open('{_ROOT}/pyproject.toml')",
        "__import__('os').listdir('/')",
        "open('/tmp/written', 'w')",
        "__import__('socket').socket()",
        "__import__('socket').socketpair()",
        "__import__('os').execv('/bin/sh', ['sh'])",
    ],
)
def test_the_process_has_neither_files_nor_sockets(attempt: str) -> None:
    code = f"import socket, _socket; {_CONFINED}{attempt}"
    ended = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={"PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "PermissionError" in ended.stderr


async def test_a_thousand_findings_take_a_bounded_memory() -> None:
    """With evidence of 16 KB each: what a text format holds doesn't grow with their number."""
    many = [finding(number, evidence="x" * 16_000) for number in range(1, 1001)]
    said = await rendered("html", many, Limits(memory=64 * 1024**2))
    assert len(said) > 16_000_000


async def test_every_format_renders_in_its_process() -> None:
    for name in ("pdf", "docx", "html", "markdown", "json", "csv", "sarif", "openvex", "cyclonedx", "csaf"):
        assert len(await rendered(name, [finding(number) for number in range(1, 4)])) > 500
