"""What ``python -m stack`` does, apart from reading its command line."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

import psutil
from rich.console import Console

from stack import control, lock, ports, status
from stack.attended import attended
from stack.catalogue import components
from stack.components import openbao
from stack.components.openbao import unseal_path
from stack.edge_certificates import authority_path, files
from stack.errors import StackError
from stack.settings import StackSettings
from stack.stack import Stack
from stack.terminal import Picture, table

_START_SECONDS = 180


async def run(settings: StackSettings, names: Sequence[str] | None, console: Console) -> None:
    """Boot the stack, show it, and stop it on SIGINT or SIGTERM; a second one kills what is still running."""

    async def stay() -> None:
        console.print(summary(settings, names), highlight=False, soft_wrap=True)
        await asyncio.Event().wait()

    with Picture(console) as picture:
        await attended(Stack(settings, names, picture.show, serve_metrics=names is None), stay)


def summary(settings: StackSettings, names: Sequence[str] | None) -> str:
    """Where to look now that everything is up, and where the secrets are; pages only of a whole stack."""
    lines = [
        f"Secrets    {settings.secrets}  (OpenBao's unseal key and root token: {unseal_path(settings).name})",
        f"Logs       {settings.logs}",
        "The state stays when the stack stops; the next start resumes.",
    ]
    gateway = f"http://127.0.0.1:{settings.ports['XORB_GATEWAY_PORT']}"
    secure = f"https://localhost:{settings.ports['XORB_GATEWAY_TLS_PORT']}"
    pages = [
        f"API        {gateway}/v1  reference {gateway}/docs",
        f"Over TLS   {secure}/v1  {authority(settings)}",
        f"Metrics    http://127.0.0.1:{settings.ports['XORB_METRICS_PORT']}/metrics",
    ]
    return "\n".join([*(pages if names is None else []), *lines])


def authority(settings: StackSettings) -> str:
    """Whom to trust for the TLS port."""
    made = files(settings).certificate.is_relative_to(settings.secrets)
    return f"authority {authority_path(settings)}" if made else f"certificate {files(settings).certificate}"


def detach(settings: StackSettings, names: Sequence[str] | None) -> None:
    """Boot the stack in a process of its own and return when it is up.

    Raises:
        StackError: it did not come up; the message is the stack's own.
    """
    settings.logs.mkdir(parents=True, exist_ok=True)
    output = settings.logs / "stack.log"
    only = ["--only", ",".join(names)] if names else []
    with output.open("wb") as file:
        child = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "stack", "up", *only],
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            cwd=settings.root, env=dict(settings.environment), start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise StackError(output.read_text(encoding="utf-8").strip())
        if lock.holder(settings.home) == child.pid and is_up(settings):
            return
        time.sleep(0.2)
    child.terminate()
    raise StackError(f"The stack was not up within {_START_SECONDS} s; see {output}.")


def is_up(settings: StackSettings) -> bool:
    """Whether the stack last written down for this home is wholly up."""
    statuses = status.read(settings.run)
    return bool(statuses) and all(one.state in {status.State.UP, status.State.DONE} for one in statuses)


def down(settings: StackSettings, seconds: float = 60.0) -> bool:
    """Stop the stack of this home and wait for its end; False if none was running.

    Raises:
        StackError: it is still running after ``seconds``.
    """
    pid = lock.holder(settings.home)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    try:
        psutil.Process(pid).wait(seconds)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        raise StackError(f"The stack (pid {pid}) is still stopping after {seconds:.0f} s.") from None
    return True


async def restart(settings: StackSettings, names: Sequence[str]) -> None:
    """Restart components of this home's stack, one after the other; services without a call that fails.

    Raises:
        StackError: no stack is running, or one of them did not come up again.
    """
    if lock.holder(settings.home) is None:
        raise StackError(f"No stack is running in {settings.home}.")
    for name in names:
        await control.restart(settings.run, name)


def show_status(settings: StackSettings, console: Console, *, as_json: bool) -> bool:
    """Print the state of this home's stack; whether it is wholly up."""
    running = lock.holder(settings.home)
    statuses = status.read(settings.run) if running else []
    if as_json:
        records = [asdict(one) | {"memory_bytes": status.memory(one.pid)} for one in statuses]
        console.print_json(json.dumps({"home": str(settings.home), "pid": running, "components": records}))
    elif running is None:
        console.print(f"No stack is running in {settings.home}.", highlight=False, soft_wrap=True)
    else:
        console.print(table(statuses))
    return running is not None and is_up(settings)


def rotate_keys(settings: StackSettings) -> None:
    """Make a new version of each key that signs tokens.

    Raises:
        StackError: OpenBao isn't there, or refused.
    """
    try:
        asyncio.run(openbao.rotate(settings))
    except OSError as error:
        raise StackError(f"OpenBao isn't there: {error}") from None


def reset(settings: StackSettings) -> None:
    """Stop the stack of this home and delete the home with all its state.

    Raises:
        StackError: the folder does not look like a stack's home.
    """
    if not settings.home.exists():
        return
    if not (settings.home / "secrets").is_dir() or not (settings.home / "lock").is_file():
        raise StackError(f"{settings.home} does not look like a stack's home: nothing was deleted.")
    down(settings)
    shutil.rmtree(settings.home)
    shutil.rmtree(settings.run, ignore_errors=True)


def check_ports(settings: StackSettings, names: Sequence[str] | None) -> None:
    """Make sure that every port of the stack can be taken.

    Raises:
        StackError: some cannot; one line each.
    """
    own = [settings.port("XORB_METRICS_PORT")] if names is None else []
    ports.check([port for component in components(settings, names) for port in component.ports] + own)
