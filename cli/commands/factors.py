"""`xorb factors`: what protects an account besides its password."""

import sys
from collections.abc import Iterable
from typing import Annotated

import typer
from xorb.security.v1 import factor_pb2, factor_pb2_grpc, passkey_pb2, passkey_pb2_grpc

from cli import asking, columns, context, names, people
from cli.context import OutputOption
from cli.output import Printer, write
from cli.session import Session

app = typer.Typer(
    help="Second factors: an authenticator app, recovery codes, passkeys (which are registered in a browser).",
    no_args_is_help=True,
)
passkeys = typer.Typer(
    help="Keys of your devices, to sign in with; they are registered in a browser.", no_args_is_help=True
)
app.add_typer(passkeys, name="passkeys")

PasswordOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")]


@app.command()
def show(call: typer.Context, output: OutputOption = None) -> None:
    """Shows which second factors there are."""
    session = context.of(call).session
    request = factor_pb2.GetSecondFactorsRequest(account=people.own_account(session))
    context.of(call).printer(output).one(session.call(_stub(session).GetSecondFactors, request), columns.FACTORS)


@app.command()
def enroll(call: typer.Context, password_stdin: PasswordOption = False) -> None:
    """Adds an authenticator app: shows what to type or scan, then asks for a code.

    Without a terminal the code is the second line of stdin, or comes with `confirm`.
    """
    session, printer = context.of(call).session, context.of(call).printer(None)
    account, proof = people.own_account(session), _proof(from_stdin=password_stdin)
    request = factor_pb2.EnrollTotpRequest(account=account, proof=proof)
    begun = session.call_once(_stub(session).EnrollTotp, request)
    printer.line(f"Secret: {_grouped(begun.secret)}")
    # As it is: a terminal's width must not fold it.
    write(begun.uri + "\n")
    code = sys.stdin.readline().strip() if password_stdin else asking.text("Code of the app", from_stdin=False)
    if not code:
        printer.remark("Confirm it with a code of the app: `xorb factors confirm CODE`.")
        return
    _confirm(session, printer, account, code)


@app.command()
def confirm(call: typer.Context, code: Annotated[str, typer.Argument(help="The code that the app shows now.")]) -> None:
    """Confirms an authenticator app that was enrolled."""
    session = context.of(call).session
    _confirm(session, context.of(call).printer(None), people.own_account(session), code)


@app.command()
def remove(call: typer.Context, password_stdin: PasswordOption = False) -> None:
    """Removes the authenticator app."""
    session = context.of(call).session
    request = factor_pb2.RemoveTotpRequest(account=people.own_account(session), proof=_proof(from_stdin=password_stdin))
    session.call_once(_stub(session).RemoveTotp, request)
    context.of(call).printer(None).remark("The authenticator app is removed.")


@app.command("recovery-codes")
def recovery_codes(call: typer.Context, password_stdin: PasswordOption = False) -> None:
    """Replaces the recovery codes, and shows the new ones."""
    session, proof = context.of(call).session, _proof(from_stdin=password_stdin)
    request = factor_pb2.RegenerateRecoveryCodesRequest(account=people.own_account(session), proof=proof)
    _show_codes(
        context.of(call).printer(None), session.call_once(_stub(session).RegenerateRecoveryCodes, request).codes
    )


@passkeys.command("list")
def list_(call: typer.Context, output: OutputOption = None) -> None:
    """Lists your passkeys."""
    session = context.of(call).session
    context.of(call).printer(output).many(_passkeys(session), columns.PASSKEYS, "You have no passkey.")


@passkeys.command()
def rename(
    call: typer.Context,
    passkey: Annotated[str, typer.Argument(help="The passkey's name or id.")],
    display_name: Annotated[str, typer.Argument(help="What to call it.")],
    output: OutputOption = None,
) -> None:
    """Changes what a passkey is called."""
    session = context.of(call).session
    changed = passkey_pb2.Passkey(name=_passkey(session, passkey), display_name=display_name)
    request = passkey_pb2.UpdatePasskeyRequest(passkey=changed, request_id=context.request_id())
    stub = session.stub(passkey_pb2_grpc.PasskeysServiceStub)
    context.of(call).printer(output).one(session.call(stub.UpdatePasskey, request), columns.PASSKEYS)


@passkeys.command("remove")
def remove_passkey(
    call: typer.Context,
    passkey: Annotated[str, typer.Argument(help="The passkey's name or id.")],
    password_stdin: PasswordOption = False,
) -> None:
    """Removes a passkey."""
    session = context.of(call).session
    name, proof = _passkey(session, passkey), _proof(from_stdin=password_stdin)
    request = passkey_pb2.RemovePasskeyRequest(name=name, proof=proof)
    session.call_once(session.stub(passkey_pb2_grpc.PasskeysServiceStub).RemovePasskey, request)
    context.of(call).printer(None).remark("The passkey is removed.")


def _confirm(session: Session, printer: Printer, account: str, code: str) -> None:
    request = factor_pb2.ConfirmTotpRequest(account=account, code=code)
    codes = session.call_once(_stub(session).ConfirmTotp, request).codes
    printer.remark("The authenticator app is added: signing in asks for its code from now on.")
    _show_codes(printer, codes)


def _show_codes(printer: Printer, codes: Iterable[str]) -> None:
    shown = list(codes)
    if shown:
        printer.remark("Recovery codes, each for one sign-in without the app. They are not shown again:")
        write("".join(f"{code}\n" for code in shown))


def _passkeys(session: Session) -> Iterable[passkey_pb2.Passkey]:
    stub = session.stub(passkey_pb2_grpc.PasskeysServiceStub)
    return session.pages(
        stub.ListPasskeys, passkey_pb2.ListPasskeysRequest(parent=people.own_account(session)), "passkeys"
    )


def _passkey(session: Session, given: str) -> str:
    return names.resolve(
        given, people.own_account(session), "passkeys", lambda: _passkeys(session), lambda one: (one.display_name,)
    )


def _proof(*, from_stdin: bool) -> factor_pb2.Proof:
    return factor_pb2.Proof(password=asking.password(from_stdin=from_stdin))


def _grouped(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _stub(session: Session) -> factor_pb2_grpc.FactorsServiceStub:
    return session.stub(factor_pb2_grpc.FactorsServiceStub)
