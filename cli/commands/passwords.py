"""`xorb account`: your own account's password."""

import sys
from typing import Annotated

import typer
from xorb.security.v1 import password_pb2, password_pb2_grpc

from cli import asking, context, people

app = typer.Typer(help="Your account: its password.", no_args_is_help=True)


@app.command("change-password")
def change_password(
    call: typer.Context,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the current and the new password from stdin, a line each.")
    ] = False,
) -> None:
    """Changes your password; your other sessions end."""
    shared = context.of(call)
    name = people.own_account(shared.session)
    current = asking.password(from_stdin=password_stdin, what="Current password")
    new = asking.password(from_stdin=password_stdin, what="New password", confirm=True)
    request = password_pb2.ChangePasswordRequest(name=name, current_password=current, new_password=new)
    shared.session.call_once(shared.session.stub(password_pb2_grpc.PasswordsServiceStub).ChangePassword, request)
    shared.printer(None).remark("The password is changed. Your other sessions have ended.")


@app.command("reset-password")
def reset_password(
    call: typer.Context,
    email: Annotated[str, typer.Option(help="The account's e-mail address; asked for where it isn't given.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the code and the new password from stdin, a line each.")
    ] = False,
) -> None:
    """Sets a new password with a code that the operator gave you; every session of the account ends."""
    session = context.of(call).session
    email = email or asking.text("E-mail", from_stdin=password_stdin)
    code = sys.stdin.readline().strip() if password_stdin else asking.text("Code", from_stdin=False)
    new = asking.password(from_stdin=password_stdin, what="New password", confirm=True)
    request = password_pb2.ResetPasswordRequest(email=email, code=code, new_password=new)
    session.call_public(session.stub(password_pb2_grpc.PasswordsServiceStub).ResetPassword, request)
    context.of(call).printer(None).remark("The password is set. Sign in with it: `xorb login`.")
