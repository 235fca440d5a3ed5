"""`xorb connections`: identity providers with which the organization's people sign in (OpenID Connect)."""

from collections.abc import Iterator
from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.security.v1 import connection_pb2, connection_pb2_grpc

from cli import admission, asking, context, names
from cli.context import OutputOption
from cli.session import Session

app = typer.Typer(help="Single sign-on: the identity providers of the organization's people.", no_args_is_help=True)
ConnectionArgument = Annotated[str, typer.Argument(help="What it is called, its issuer, or its id.")]
SecretOption = Annotated[
    bool, typer.Option("--secret-stdin", help="Read the client secret from stdin; an empty line for none.")
]
DomainOption = Annotated[
    list[str] | None, typer.Option("--domain", help="A domain of addresses to let in; may be given more than once.")
]
FactorOption = Annotated[
    bool | None,
    typer.Option(
        "--second-factor/--no-second-factor",
        help="Whether the provider is known to ask everybody for a second factor, though its tokens don't say so.",
        show_default=False,
    ),
]


@app.command("list")
def list_(call: typer.Context, output: OutputOption = None) -> None:
    """Lists connections."""
    shared = context.of(call)
    empty = "Nobody signs in with a provider. `xorb connections create` connects one."
    shared.printer(output).many(_listed(shared.session), admission.CONNECTIONS, empty)


@app.command()
def show(call: typer.Context, connection: ConnectionArgument, output: OutputOption = None) -> None:
    """Shows a connection, and what to register with its provider."""
    shared = context.of(call)
    request = connection_pb2.GetConnectionRequest(name=_resolve(shared.session, connection))
    found = shared.session.call(_stub(shared.session).GetConnection, request)
    shared.printer(output).one(found, admission.CONNECTION)


@app.command()
def create(
    call: typer.Context,
    *,
    issuer: Annotated[str, typer.Argument(help="The provider's issuer, such as https://id.example.com.")],
    client_id: Annotated[str, typer.Argument(help="The identifier under which XORB is registered there.")],
    domain: DomainOption = None,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    role: Annotated[str, typer.Option(help="The built-in role of newcomers; without it, only members sign in.")] = "",
    secret_stdin: SecretOption = False,
    second_factor: FactorOption = None,
    output: OutputOption = None,
) -> None:
    """Connects a provider; register the redirect URI that is shown with it."""
    shared = context.of(call)
    made = connection_pb2.Connection(
        display_name=name,
        issuer=issuer,
        client_id=client_id,
        client_secret=asking.secret() if secret_stdin else "",
        email_domains=domain or [],
        default_role=role,
        vouches_for_second_factor=bool(second_factor),
    )
    request = connection_pb2.CreateConnectionRequest(
        parent=shared.session.organization, connection=made, request_id=context.request_id()
    )
    created = shared.session.call(_stub(shared.session).CreateConnection, request)
    shared.printer(output).one(created, admission.CONNECTION)


@app.command()
def update(
    call: typer.Context,
    *,
    connection: ConnectionArgument,
    issuer: Annotated[str | None, typer.Option(help="The provider's issuer.")] = None,
    client_id: Annotated[str | None, typer.Option(help="The identifier there.")] = None,
    domain: DomainOption = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    role: Annotated[str | None, typer.Option(help="The role of newcomers; '' for members only.")] = None,
    secret_stdin: SecretOption = False,
    second_factor: FactorOption = None,
    disabled: Annotated[
        bool | None, typer.Option("--disable/--enable", help="Whether nobody signs in with it.", show_default=False)
    ] = None,
    output: OutputOption = None,
) -> None:
    """Changes what is given of a connection."""
    shared = context.of(call)
    given = {
        "issuer": issuer,
        "client_id": client_id,
        "email_domains": domain,
        "display_name": name,
        "default_role": role,
        "client_secret": asking.secret() if secret_stdin else None,
        "vouches_for_second_factor": second_factor,
        "disabled": disabled,
    }
    fields = {field: value for field, value in given.items() if value is not None}
    changed = connection_pb2.Connection(name=_resolve(shared.session, connection), **fields)  # type: ignore[arg-type]  # each has its field's type
    request = connection_pb2.UpdateConnectionRequest(
        connection=changed, update_mask=FieldMask(paths=list(fields)), request_id=context.request_id()
    )
    updated = shared.session.call(_stub(shared.session).UpdateConnection, request)
    shared.printer(output).one(updated, admission.CONNECTION)


@app.command()
def delete(
    call: typer.Context,
    connection: ConnectionArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Deletes a connection: nobody signs in with it any more; sessions that began with it go on."""
    session = context.of(call).session
    name = _resolve(session, connection)
    if not yes:
        typer.confirm(f"Delete {connection}?", abort=True)
    request = connection_pb2.DeleteConnectionRequest(name=name, request_id=context.request_id())
    session.call(_stub(session).DeleteConnection, request)


def _listed(session: Session) -> Iterator[connection_pb2.Connection]:
    request = connection_pb2.ListConnectionsRequest(parent=session.organization)
    return session.pages(_stub(session).ListConnections, request, "connections")


def _resolve(session: Session, text: str) -> str:
    parent = session.organization
    return names.resolve(
        text, parent, "connections", lambda: _listed(session), lambda one: (one.display_name, one.issuer)
    )


def _stub(session: Session) -> connection_pb2_grpc.ConnectionsServiceStub:
    return session.stub(connection_pb2_grpc.ConnectionsServiceStub)
