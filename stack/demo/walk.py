"""The way from a new account to a finished scan; what has been done by an earlier demo isn't done again."""

from stack.demo.comparison import Comparison, compare
from stack.demo.shell import Shell, short
from stack.demo_target import ADDRESS, CHALLENGE, ground_truth
from stack.secret_files import read_or_create
from stack.settings import StackSettings

EMAIL = "demo@example.com"
ORGANIZATION = "Demo"
_ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")


async def walk(settings: StackSettings, shell: Shell) -> Comparison:
    """Sign in, have the demo target verified and scanned, list what was found, and compare it with the truth.

    Raises:
        StackError: a command failed.
    """
    await _sign_in(settings, shell)
    await _own_target(settings, shell)
    ports = [settings.ports[f"XORB_DEMO_{kind}_PORT"] for kind in ("HTTP", "HTTPS", "BANNER")]
    await _scan(shell, ports)
    shell.say("What it found, the gravest first.")
    await shell.run("findings", "list")
    [scan] = await shell.ask("scan", "list", "--limit", "1")
    found = await shell.ask("findings", "list", "--limit", "0", "--scan", scan["name"])
    return compare(ground_truth(*ports), found)


async def _sign_in(settings: StackSettings, shell: Shell) -> None:
    password = settings.secrets / "demo_password"
    read_or_create(password)
    shell.say("Sign in; the first time, the account and its organization are created.")
    line = ("login", "--sign-up", "--email", EMAIL, "--organization", ORGANIZATION, "--password-stdin")
    await shell.run(*line, stdin=password)


async def _own_target(settings: StackSettings, shell: Shell) -> None:
    target = await _target(shell)
    if target is None:
        shell.say("Register what is to be tested: a site on this machine that is weak on purpose.")
        await shell.run("targets", "add", ADDRESS, "--name", "Demo shop", "--verification", "well-known")
        target = await _target(shell)
    if target is not None and target["verificationState"] != "VERIFIED":
        proof = settings.home / "demo-target" / CHALLENGE
        proof.write_text(target["verificationToken"], encoding="utf-8")
        shell.say(f"Its owner publishes the proof: the site serves {short(settings, proof)}.")
        await shell.run("targets", "verify", ADDRESS)


async def _target(shell: Shell) -> dict[str, str] | None:
    targets = await shell.ask("targets", "list", "--filter", f'address = "{ADDRESS}"')
    return targets[0] if targets else None


async def _scan(shell: Shell, ports: list[int]) -> None:
    latest = await shell.ask("scan", "list", "--limit", "1")
    if not latest or latest[0]["state"] in _ENDED:
        shell.say("Test it.")
        await shell.run("scan", "run", ADDRESS, "--ports", ",".join(map(str, ports)), "--watch")
        return
    shell.say("A scan was cut short by the end of its stack; it goes on where it was.")
    if latest[0]["state"] == "PAUSED":
        await shell.run("scan", "resume", latest[0]["name"][-8:])
    await shell.run("scan", "watch", latest[0]["name"][-8:])
