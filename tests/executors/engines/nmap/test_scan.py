"""How nmap is called: on literals, without names, read to a limit. The real one runs where it is installed."""

import io
import json
import shutil
from ipaddress import ip_address
from pathlib import Path

import pytest

from services.executors.domain import ExecutorError, Kind, Limits, OutOfScope, Task, Unavailable
from services.executors.engines.nmap import scan
from services.executors.reporting import LineReporter
from tests.executors.engines.nmap.test_report import OWN
from tests.executors.servers import LOOPBACK, Site, serve, task


async def services(one: Task) -> list[dict[str, object]]:
    """Run in this process; gives the services found."""
    stream = io.BytesIO()
    await scan.run(one, LineReporter(stream))
    return [record["service"] for record in map(json.loads, stream.getvalue().splitlines()) if "service" in record]


def install(directory: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Put a program called nmap first in the path."""
    program = directory / "nmap"
    program.write_text("#!/bin/sh\n" + body)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")


def test_the_command_names_literals_and_resolves_nothing() -> None:
    line = scan.command([ip_address("192.0.2.1"), ip_address("192.0.2.2")], task("nmap", 22, 80))
    assert line[-2:] == ("192.0.2.1", "192.0.2.2")
    assert {"-n", "-Pn", "-sT", "-sV", "--version-light"} <= set(line)
    assert line[line.index("-p") + 1] == "22,80"
    assert line[line.index("--max-rate") + 1] == "50"
    assert "-6" in scan.command([ip_address("2001:db8::1")], task("nmap"))


async def test_a_report_becomes_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "report.xml").write_bytes(OWN)
    install(tmp_path, monkeypatch, f"echo $@ > {tmp_path}/called\ncat {tmp_path}/report.xml")
    assert [service["port"] for service in await services(task("nmap", 80))] == [22, 443, 9999, 25]
    assert (tmp_path / "called").read_text().endswith("-p 80 -oX - 127.0.0.1\n")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("exec cat /dev/zero", "wrote more than"),
        ("exit 3", "exit code 3"),
        ("echo no report", "not well-formed"),
    ],
)
async def test_a_report_that_never_ends_or_never_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, message: str
) -> None:
    install(tmp_path, monkeypatch, body)
    with pytest.raises(ExecutorError, match=message):
        await services(task("nmap", 80, limits=Limits(output_bytes=300_000)))


@pytest.mark.parametrize(
    ("target", "kind"),
    [("localhost", Kind.HOST), ("127.0.0.2", Kind.HOST), ("-iL", Kind.HOST), ("10.0.0.0/8", Kind.CIDR)],
)
async def test_what_is_out_of_scope_never_reaches_nmap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, kind: Kind
) -> None:
    install(tmp_path, monkeypatch, f"touch {tmp_path}/called")
    with pytest.raises(OutOfScope):
        await services(Task("nmap", target, kind, LOOPBACK))
    assert not (tmp_path / "called").exists()


async def test_the_real_nmap_or_a_clear_word_that_there_is_none() -> None:
    """Where nmap is installed it finds an open port; elsewhere the run says what is missing."""
    async with serve(Site({"/": (200, {}, b"")})) as port:
        if shutil.which("nmap") is None:
            with pytest.raises(Unavailable, match="not installed"):
                await services(task("nmap", port))
        else:
            assert [service["port"] for service in await services(task("nmap", port))] == [port]
