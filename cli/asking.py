"""What a person is asked for: in the terminal, or on stdin where a program answers."""

import re
import sys
from collections.abc import Iterator

import grpc
import typer
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from cli.errors import CliError, reason_of
from cli.session import Session

_TOTP = re.compile(r"\d{6}")
_ATTEMPTS = 5


def text(what: str, *, from_stdin: bool) -> str:
    """Returns what a person answers.

    Raises:
        CliError: There is nobody to ask.
    """
    if from_stdin or not sys.stdin.isatty():
        raise CliError(f"{what} is needed: give it as an option.", 2)
    return str(typer.prompt(what))


def confirmed(what: str, name: str, given: str) -> None:
    """Has a person type the name of what is lost for good.

    Args:
        what: What happens to it, such as `delete it`.
        name: The name.
        given: What was typed already, as an option; empty where nothing was.

    Raises:
        CliError: It is another name, or there is nobody to ask.
    """
    if not given and not sys.stdin.isatty():
        raise CliError(f"Give the name of what you want to {what.partition(' ')[0]} as --confirm.", 2)
    if (given or str(typer.prompt(f"Type {name!r} to {what}"))) != name:
        raise CliError("That isn't its name: nothing was done.", 2)


def password(*, from_stdin: bool, confirm: bool = False, what: str = "Password") -> str:
    """Returns a password: the next line of stdin, or what is typed unseen, twice where it is to be confirmed.

    Raises:
        CliError: There is nobody to ask, or it is empty.
    """
    if from_stdin:
        typed = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        typed = str(typer.prompt(what, hide_input=True, confirmation_prompt=confirm))
    else:
        raise CliError("There is no terminal to ask for the password: use --password-stdin.", 2)
    if not typed:
        raise CliError("The password is empty.", 2)
    return typed


def secret() -> str:
    """Returns a secret of another system: the next line of stdin, typed unseen where a person sits there."""
    if sys.stdin.isatty():
        return str(typer.prompt("Client secret", hide_input=True, default="", show_default=False))
    return sys.stdin.readline().rstrip("\r\n")


def second_factor(
    session: Session, factor: identity_pb2.SecondFactor, code: str, *, from_stdin: bool
) -> identity_pb2.SessionTokens:
    """Ends a sign-in that asks for a second factor.

    Args:
        session: Where to call.
        factor: What is asked for.
        code: A code; where it is empty, the next line of stdin, or what is typed, as often as the server looks at it.
        from_stdin: Whether a program answers.

    Raises:
        CliError: The account has passkeys only, or there is nobody to ask.
        grpc.RpcError: The code is wrong.
    """
    if set(factor.kinds) <= {identity_pb2.SecondFactor.PASSKEY}:
        raise CliError("This account's second factor is a passkey, which needs a browser.")
    complete = session.stub(identity_pb2_grpc.IdentityServiceStub).CompleteSignIn
    for answer in _answers(code, from_stdin=from_stdin):
        kind = "totp_code" if _TOTP.fullmatch("".join(answer.split())) else "recovery_code"
        request = identity_pb2.CompleteSignInRequest(challenge=factor.challenge, **{kind: answer})
        try:
            tokens: identity_pb2.SessionTokens = session.call_public(complete, request)
        except grpc.RpcError as error:
            if code or from_stdin or reason_of(error) != "WRONG_SECOND_FACTOR":
                raise
            typer.echo("That code is wrong, or was used before.", err=True)
        else:
            return tokens
    raise CliError("The code is wrong. Sign in again.")


def _answers(code: str, *, from_stdin: bool) -> Iterator[str]:
    if code:
        yield code
        return
    if from_stdin and (line := sys.stdin.readline().strip()):
        yield line
        return
    for _ in range(_ATTEMPTS):
        yield text("Code of your authenticator app, or a recovery code", from_stdin=from_stdin)
