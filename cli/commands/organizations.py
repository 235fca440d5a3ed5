"""`xorb organizations`: where to work."""

from typing import Annotated

import typer
from xorb.core.v1 import organization_pb2, organization_pb2_grpc

from cli import columns, context, names
from cli.commands import account
from cli.context import OutputOption

app = typer.Typer(help="The organizations you belong to.", no_args_is_help=True)


@app.command("list")
def list_(call: typer.Context, output: OutputOption = None) -> None:
    """Lists the organizations that you are a member of."""
    shared = context.of(call)
    stub = shared.session.stub(organization_pb2_grpc.OrganizationsServiceStub)
    request = organization_pb2.ListOrganizationsRequest()
    found = shared.session.pages(stub.ListOrganizations, request, "organizations")
    shared.printer(output).many(found, columns.ORGANIZATIONS, "You belong to no organization yet.")


@app.command()
def create(
    call: typer.Context,
    name: Annotated[str, typer.Argument(help="What people call it.")],
    output: OutputOption = None,
) -> None:
    """Creates an organization, of which you are the owner, and works in it from now on."""
    shared = context.of(call)
    created = account.create_organization(shared.session, name)
    shared.session.refresh(created.name)
    shared.printer(output).one(created, columns.ORGANIZATIONS)


@app.command()
def use(
    call: typer.Context,
    organization: Annotated[str, typer.Argument(help="Its name, id, or last eight digits of the id.")],
) -> None:
    """Works in another organization from now on."""
    session = context.of(call).session
    stub = session.stub(organization_pb2_grpc.OrganizationsServiceStub)

    def listed() -> list[organization_pb2.Organization]:
        request = organization_pb2.ListOrganizationsRequest()
        return list(session.pages(stub.ListOrganizations, request, "organizations"))

    session.refresh(names.resolve(organization, "", "organizations", listed, lambda one: (one.display_name,)))
