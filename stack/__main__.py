"""``python -m stack``: the command line of the embedded stack."""

import asyncio
import os
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from stack import commands, limits, recovery
from stack.demo.command import demo as run_demo
from stack.errors import StackError
from stack.settings import load

application = typer.Typer(
    help="The embedded stack: boots and supervises everything XORB stands on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_output = Console()
_errors = Console(stderr=True)
_DOWN = {True: "Stopped.", False: "No stack was running."}

Only = Annotated[str, typer.Option(help="Only these components, separated by commas.")]
Detach = Annotated[bool, typer.Option(help="Return when it is up, leaving it running.")]


def _names(only: str) -> list[str] | None:
    return [name.strip() for name in only.split(",") if name.strip()] or None


def _guarded(action: Callable[[], object]) -> None:
    try:
        action()
    except StackError as error:
        _errors.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


@application.command()
def up(
    only: Only = "",
    detach: Detach = False,
) -> None:
    """Start everything; Ctrl-C stops it."""

    def start() -> None:
        settings = load(os.environ)
        if detach:
            commands.detach(settings, _names(only))
            _output.print(commands.summary(settings, _names(only)), highlight=False, soft_wrap=True)
        else:
            asyncio.run(commands.run(settings, _names(only), _output))

    _guarded(start)


@application.command()
def demo() -> None:
    """Boot, run a scan on the demo target, print what it found, stop; what is up already stays up."""

    def show() -> None:
        if code := asyncio.run(run_demo(load(os.environ), _output)):
            raise typer.Exit(code)

    _guarded(show)


@application.command()
def down() -> None:
    """Stop everything; the state stays."""
    _guarded(lambda: _output.print(_DOWN[commands.down(load(os.environ))]))


@application.command()
def restart(names: list[str]) -> None:
    """Restart components one after the other; services without a call that fails."""
    _guarded(lambda: asyncio.run(commands.restart(load(os.environ), names)))


@application.command()
def status(output: Annotated[str, typer.Option(help="table or json.")] = "table") -> None:
    """Show every component; exit code 0 if all are up."""

    def show() -> None:
        if not commands.show_status(load(os.environ), _output, as_json=output == "json"):
            raise typer.Exit(3)

    _guarded(show)


@application.command("rotate-keys")
def rotate_keys() -> None:
    """Make new versions of the keys that sign tokens; nobody notices."""
    _guarded(lambda: commands.rotate_keys(load(os.environ)))


@application.command()
def limit(organization: str, rate_class: str, subject: str, allowed: str) -> None:
    """Give an organization a rate limit of its own: organizations/… READ user 50/second:100, or off, or default."""
    work = limits.put(load(os.environ), organization, rate_class, subject, allowed)
    _guarded(lambda: _output.print(asyncio.run(work)))


@application.command()
def recover(email: str) -> None:
    """Issue a code for somebody who has forgotten a password: good once, for an hour. Make sure who asks for it."""
    _guarded(lambda: _output.print(asyncio.run(recovery.issue(load(os.environ), email)), highlight=False, markup=False))


@application.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Stop everything and delete all state."""
    settings = load(os.environ)
    if not yes:
        typer.confirm(f"Delete everything in {settings.home}?", abort=True)
    _guarded(lambda: commands.reset(settings))


@application.command("port-check")
def port_check(only: Only = "") -> None:
    """Say which ports are in use, and the settings that move them."""
    _guarded(lambda: commands.check_ports(load(os.environ), _names(only)))


if __name__ == "__main__":
    application()
