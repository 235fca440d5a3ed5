"""`xorb service-accounts`: programs that work in the organization; `xorb api-keys` has what they show."""

from collections.abc import Iterator
from typing import Annotated

import typer
from xorb.security.v1 import service_account_pb2, service_account_pb2_grpc

from cli import admission, context, names
from cli.context import OutputOption
from cli.session import Session

app = typer.Typer(help="Programs that work in the organization.", no_args_is_help=True)
ServiceAccountArgument = Annotated[
    str, typer.Argument(metavar="SERVICE_ACCOUNT", help="What the service account is called, or its id.")
]


def resolve(session: Session, text: str) -> str:
    """Returns the resource name of the service account that a text stands for."""
    parent = session.organization
    return names.resolve(text, parent, "serviceAccounts", lambda: _listed(session), lambda one: (one.display_name,))


@app.command("list")
def list_(call: typer.Context, output: OutputOption = None) -> None:
    """Lists service accounts."""
    shared = context.of(call)
    empty = "No program works here. `xorb service-accounts create NAME` makes an account for one."
    shared.printer(output).many(_listed(shared.session), admission.SERVICE_ACCOUNTS, empty)


@app.command()
def create(
    call: typer.Context,
    name: Annotated[str, typer.Argument(help="What people call it.")],
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    output: OutputOption = None,
) -> None:
    """Creates a service account; it can do nothing until it has an API key."""
    shared = context.of(call)
    made = service_account_pb2.ServiceAccount(display_name=name, description=description)
    request = service_account_pb2.CreateServiceAccountRequest(
        parent=shared.session.organization, service_account=made, request_id=context.request_id()
    )
    created = shared.session.call(_stub(shared.session).CreateServiceAccount, request)
    shared.printer(output).one(created, admission.SERVICE_ACCOUNTS)


@app.command()
def delete(
    call: typer.Context,
    account: ServiceAccountArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Deletes a service account with its keys, which act no more."""
    session = context.of(call).session
    name = resolve(session, account)
    if not yes:
        typer.confirm(f"Delete {account} and its keys?", abort=True)
    request = service_account_pb2.DeleteServiceAccountRequest(name=name, request_id=context.request_id())
    session.call(_stub(session).DeleteServiceAccount, request)


def _listed(session: Session) -> Iterator[service_account_pb2.ServiceAccount]:
    request = service_account_pb2.ListServiceAccountsRequest(parent=session.organization)
    return session.pages(_stub(session).ListServiceAccounts, request, "service_accounts")


def _stub(session: Session) -> service_account_pb2_grpc.ServiceAccountsServiceStub:
    return session.stub(service_account_pb2_grpc.ServiceAccountsServiceStub)
