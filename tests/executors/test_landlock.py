"""What an executor can't reach any more once it is confined, by the kernel's word."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from services.executors import landlock

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, os, signal, socket, sys
from services.executors import sandbox
from services.executors.domain import Limits

def attempt(do):
    try:
        return str(do())[:60]
    except OSError as error:
        return type(error).__name__

sandbox.die_with(os.getppid())
sandbox.confine(Limits())
told = {name: attempt(do) for name, do in {
DOES
}.items()}
print(json.dumps(told))
"""

pytestmark = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")


def confined(does: str) -> Any:
    """What attempts come to in a confined process: `does` are the items of a dictionary from names to callables."""
    program = PROGRAM.replace("DOES", textwrap.dedent(does))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_secrets_and_state_of_its_own_user_are_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "openbao.json").write_text("a root token")
    (tmp_path / "openbao.json").chmod(0o600)
    told = confined(f"""
        "read": lambda: open({str(tmp_path / "openbao.json")!r}).read(),
        "list": lambda: os.listdir({str(tmp_path)!r}),
        "create": lambda: open({str(tmp_path / "new")!r}, "w"),
        "remove": lambda: os.remove({str(tmp_path / "openbao.json")!r}),
        "rename": lambda: os.rename({str(tmp_path / "openbao.json")!r}, {str(tmp_path / "other")!r}),
        "project": lambda: os.listdir({str(ROOT)!r}),
        "passwords": lambda: open("/etc/shadow").read(),
        "home": lambda: os.listdir(os.path.expanduser("~")),
        "run": lambda: os.system("true") and None or os.execv({str(tmp_path / "openbao.json")!r}, ["x"]),
    """)
    assert set(told.values()) == {"PermissionError"}
    assert [file.name for file in tmp_path.iterdir()] == ["openbao.json"]


def test_other_processes_are_out_of_reach() -> None:
    told = confined(f"""
        "environment": lambda: open("/proc/{os.getpid()}/environ").read(),
        "memory": lambda: open("/proc/{os.getpid()}/mem").read(1),
        "files": lambda: os.readlink("/proc/{os.getpid()}/fd/1"),
    """)
    assert set(told.values()) == {"PermissionError"}


def test_its_own_work_goes_on() -> None:
    told = confined("""
        "code": lambda: __import__("services.executors.engines.http.scan") and "imported",
        "library": lambda: __import__("dns.resolver") and "imported",
        "names": lambda: socket.getaddrinfo("localhost", 80) and "resolved",
        "program": lambda: os.waitstatus_to_exitcode(os.system("true")),
        "random": lambda: len(os.urandom(8)),
        "own": lambda: open("/proc/self/stat").read(1) and "read",
    """)
    assert told == {"code": "imported", "library": "imported", "names": "resolved", "program": "0", "random": "8",
                    "own": "read"}  # fmt: skip


def test_what_is_started_is_held_too(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    told = confined(f'"child": lambda: os.waitstatus_to_exitcode(os.system("cat {tmp_path / "secret"} 2>&-")),')
    assert told["child"] != "0"
