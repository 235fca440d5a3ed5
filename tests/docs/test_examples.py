"""What README.md and docs/ show is what happens: their examples are typed, and print what they say."""

import asyncio
import io
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from services.executors.domain import Observation, Service
from services.executors.engine import Executor
from services.executors.reporting import LineReporter
from stack.settings import DEFAULT_PORTS, project_root
from tests.docs.examples import Comparison, examples, python_blocks
from tests.executors.servers import serve, task

ROOT = project_root()
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_SECONDS = 60
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


class Terminal:
    """A shell at the platform; what documents take for granted (folder, ports) is put in place of what they name."""

    def __init__(self, shell: asyncio.subprocess.Process, person: Mapping[str, str], demo: Path) -> None:
        self._shell = shell
        self._person = person
        self._replies = {"make demo": f"cat {demo}", ". .venv/bin/activate": ":"}

    async def run(self, command: str) -> list[str]:
        """The lines that a command prints; it must succeed."""
        assert self._shell.stdin is not None
        self._shell.stdin.write(f'{{ {self._meant(command)}\n}} 2>&1; echo; echo "ended $?"\n'.encode())
        output = await asyncio.wait_for(self._until_ended(), _SECONDS)
        assert output.endswith("\nended 0\n"), f"{command}\n{output}"
        return self._shown(output.removesuffix("\nended 0\n")).rstrip("\n").split("\n")

    async def _until_ended(self) -> str:
        assert self._shell.stdout is not None
        output = b""
        while not re.search(rb"\nended \d+\n$", output):
            line = await self._shell.stdout.readline()
            assert line, output
            output += line
        return output.decode()

    def _meant(self, command: str) -> str:
        command = self._replies.get(command, command).replace(".xorb/", f"{self._person['XORB_HOME']}/")
        for setting, number in DEFAULT_PORTS.items():
            command = re.sub(rf"\b{number}\b", self._person[setting], command)
        return command

    def _shown(self, output: str) -> str:
        output = output.replace(self._person["XORB_HOME"], ".xorb")
        return re.sub(r"export XORB_SERVER=\S+ ", "export ", output)


@pytest.mark.parametrize("file", [file for file in DOCUMENTS if examples(file)], ids=relative)
async def test_examples(file: Path, person: Mapping[str, str], first_demo: str, tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    demo.write_text(first_demo, encoding="utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), person.get("PATH", os.defpath)])
    gateway = f"http://127.0.0.1:{person['XORB_GATEWAY_PORT']}"
    login = {"XORB_SERVER": gateway, "XDG_CONFIG_HOME": f"{person['XORB_HOME']}/demo"}
    shell = await asyncio.create_subprocess_exec(
        "bash", "--norc", cwd=ROOT, env={**person, **login, "PATH": path, "TERM": "dumb"},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    terminal, comparison = Terminal(shell, person, demo), Comparison()
    try:
        for example in examples(file):
            printed = await terminal.run(comparison.actual(example.command))
            assert comparison.difference(example.output, printed) == "", example.command
    finally:
        shell.kill()
        await shell.wait()


@pytest.mark.parametrize("file", DOCUMENTS, ids=relative)
def test_links_lead_somewhere(file: Path) -> None:
    broken = [link for link in _LINK.findall(file.read_text("utf-8")) if not (file.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("file", [file for file in DOCUMENTS if python_blocks(file)], ids=relative)
def test_python_is_python(file: Path) -> None:
    for block in python_blocks(file):
        compile(block, relative(file), "exec", flags=0x2000)  # PyCF_ALLOW_TOP_LEVEL_AWAIT


class Kept(LineReporter):
    """Keeps the weaknesses that an executor reports."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO())
        self.observations: list[Observation] = []

    def observe(self, observation: Observation) -> None:
        self.observations.append(observation)


async def pong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    assert await reader.readline() == b"PING\r\n"
    writer.write(b"+PONG\r\n")
    await writer.drain()


async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.write(b"-NOAUTH Authentication required.\r\n")
    await writer.drain()


async def test_the_executor_of_the_guide_finds_what_it_says() -> None:
    [code] = python_blocks(ROOT / "docs/guides/adding-an-executor.md")
    module: dict[str, object] = {}
    exec(code, module)  # noqa: S102 - our own document
    executor = module["EXECUTOR"]
    assert isinstance(executor, Executor)
    found = {}
    for handler in (pong, refuses):
        kept = Kept()
        async with serve(handler) as port:
            service = Service("127.0.0.1", port, name="redis")
            await executor.run(replace(task("redis", port), services=(service,)), kept)
            found[handler.__name__] = [
                (one.check, one.location == f"127.0.0.1:{port}/tcp") for one in kept.observations
            ]
    assert found == {"pong": [("redis.unauthenticated", True)], "refuses": []}
