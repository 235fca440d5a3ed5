"""Signing in and out."""

from typing import Annotated

import grpc
import typer
from xorb.core.v1 import organization_pb2, organization_pb2_grpc
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from cli import asking, columns, context
from cli.context import OutputOption
from cli.errors import CliError, reason_of
from cli.output import write
from cli.session import Session


def login(
    call: typer.Context,
    email: Annotated[str, typer.Option(help="The account's e-mail address; asked for where it isn't given.")] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
    sign_up: Annotated[bool, typer.Option("--sign-up", help="Create the account first, if there is none.")] = False,
    organization: Annotated[
        str, typer.Option(help="The organization to work in; with --sign-up it is created, if there is none.")
    ] = "",
    code: Annotated[
        str,
        typer.Option(
            help="A code of your authenticator app, or a recovery code, where the account asks for one; else the "
            "second line of stdin, or asked for."
        ),
    ] = "",
) -> None:
    """Signs in; the session is kept for the commands that follow."""
    session = context.of(call).session
    email = email or asking.text("E-mail", from_stdin=password_stdin)
    password = asking.password(from_stdin=password_stdin, confirm=sign_up)
    identity = session.stub(identity_pb2_grpc.IdentityServiceStub)
    if sign_up:
        _sign_up(session, identity_pb2.SignUpRequest(email=email, password=password))
    tokens = session.call_public(identity.SignIn, identity_pb2.SignInRequest(email=email, password=password))
    if tokens.second_factor.challenge:
        tokens = asking.second_factor(session, tokens.second_factor, code, from_stdin=password_stdin)
    session.keep(tokens)
    if organization:
        enter(session, organization, create=sign_up)
    kept = session.credentials()
    printer = context.of(call).printer(None)
    printer.remark(f"Signed in at {session.server.url} as {kept.email or email}.")
    if not kept.organization:
        printer.remark("You belong to no organization yet: `xorb organizations create NAME` creates one.")


def logout(call: typer.Context) -> None:
    """Ends the session, here and at the server."""
    session = context.of(call).session
    if session.store.load(session.server.url) is None:
        return
    identity = session.stub(identity_pb2_grpc.IdentityServiceStub)
    try:
        session.call(identity.SignOut, identity_pb2.SignOutRequest())
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.UNAUTHENTICATED:
            raise
    finally:
        session.store.save(session.server.url, None)


def whoami(call: typer.Context, output: OutputOption = None) -> None:
    """Shows who is signed in, in which organization, and what they may do."""
    shared = context.of(call)
    identity = shared.session.stub(identity_pb2_grpc.IdentityServiceStub)
    caller = shared.session.call(identity.GetCaller, identity_pb2.GetCallerRequest())
    shared.printer(output).one(caller, columns.CALLER)


def token(call: typer.Context) -> None:
    """Prints an access token for curl and other programs; it is good for a few minutes."""
    write(context.of(call).session.access_token() + "\n")


def enter(session: Session, organization: str, *, create: bool) -> None:
    """Works from now on in the organization of this display or resource name.

    Raises:
        CliError: The account isn't a member of such an organization, and it may not be created.
    """
    stub = session.stub(organization_pb2_grpc.OrganizationsServiceStub)
    request = organization_pb2.ListOrganizationsRequest()
    found = [
        one.name
        for one in session.pages(stub.ListOrganizations, request, "organizations")
        if organization in {one.name, one.display_name}
    ]
    if len(found) > 1:
        raise CliError(f"There are {len(found)} organizations {organization!r}; use a name: {', '.join(found)}")
    if not found and not create:
        raise CliError(f"You aren't a member of {organization!r}. `xorb organizations list` shows where you are one.")
    session.refresh(found[0] if found else create_organization(session, organization).name)


def create_organization(session: Session, display_name: str) -> organization_pb2.Organization:
    """Creates an organization of which the caller is the owner."""
    stub = session.stub(organization_pb2_grpc.OrganizationsServiceStub)
    request = organization_pb2.CreateOrganizationRequest(
        organization=organization_pb2.Organization(display_name=display_name), request_id=context.request_id()
    )
    created: organization_pb2.Organization = session.call(stub.CreateOrganization, request)
    return created


def _sign_up(session: Session, request: identity_pb2.SignUpRequest) -> None:
    try:
        session.call_public(session.stub(identity_pb2_grpc.IdentityServiceStub).SignUp, request)
    except grpc.RpcError as error:
        if reason_of(error) != "ALREADY_EXISTS":
            raise
